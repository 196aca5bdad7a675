/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump_dominators SNAPSHOT FILE: dominator and retained size of each live object, in the order of their numbers, which is that of an
 * export. A record is 12 bytes, little-endian: the dominator's number among the live objects, from 0 (UINT32_MAX: a root), then bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"

static void stop(const char *sentence)
{
    fprintf(stderr, "dump_dominators: %s\n", sentence);
    exit(1);
}

static void write_number(uint64_t number, unsigned size, FILE *file)
{
    for (unsigned i = 0; i < size; i++)
        putc((int)(number >> 8 * i & 0xff), file);
}

/* An object's number among the live ones. */
static uint32_t *number_live_objects(const struct model *model)
{
    uint32_t count = model->heap->node_count, number = 0;
    uint32_t *number_of_node = malloc(count * sizeof(*number_of_node));
    if (!number_of_node)
        stop("out of memory");
    for (uint32_t node = 1; node < count; node++)
        number_of_node[node] = dominators_is_live(model->dominators, node) ? number++ : UINT32_MAX;
    return number_of_node;
}

static void write_objects(const struct model *model, FILE *file)
{
    uint32_t *number_of_node = number_live_objects(model);
    for (uint32_t node = 1; node < model->heap->node_count; node++) {
        uint32_t idom = model->dominators->idom_of_node[node];
        if (!dominators_is_live(model->dominators, node))
            continue;
        write_number(idom < model->heap->node_count ? number_of_node[idom] : UINT32_MAX, 4, file);
        write_number(model_retained(model, node), 8, file);
    }
    free(number_of_node);
}

int main(int argc, char **argv)
{
    struct wh_error error;
    struct wh_analysis *analysis;
    if (argc != 3)
        stop("usage: dump_dominators SNAPSHOT FILE");
    if (wh_analysis_open(argv[1], NULL, NULL, &error, &analysis) || analysis_need_model(analysis, &error))
        stop(error.message);
    FILE *file = fopen(argv[2], "wb");
    if (!file)
        stop("cannot open the file");
    write_objects(&analysis->model, file);
    if (ferror(file) | fclose(file))
        stop("cannot write the file");
    wh_analysis_close(analysis);
    return 0;
}
