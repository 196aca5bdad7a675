/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/node_sums.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"

enum wh_status node_sums_init(uint32_t count, const char *what, struct wh_error *error, struct node_sums *ret)
{
    *ret = (struct node_sums){.count = count};
    enum wh_status status = array_alloc_zeroed(count, sizeof(uint32_t), what, error, &ret->low_of_node);
    ret->high_of_node = status ? NULL : calloc(count, sizeof(uint32_t));   /* never in huge pages: of it only what is written is to be there */
    if (!status && !ret->high_of_node)
        status = wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %" PRIu32 " elements of 4 bytes for %s", count, what);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(count), sizeof(uint64_t), what, error, &ret->carried_bitmap);
    if (status)
        node_sums_deinit(ret);
    return status;
}

void node_sums_deinit(struct node_sums *sums)
{
    free(sums->low_of_node);
    free(sums->high_of_node);
    free(sums->carried_bitmap);
    *sums = (struct node_sums){0};
}

/* A low part of UINT32_MAX needs the table, too: it is the mark of those that are in it. */
static bool is_big(const struct node_sums *sums, uint32_t node)
{
    return sums->low_of_node[node] == UINT32_MAX || node_sums_has_carried(sums, node);
}

static uint32_t count_big(const struct node_sums *sums)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < sums->count; ++node)
        count += is_big(sums, node);
    return count;
}

static void list_big(const struct node_sums *sums, struct node_big_size *big)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < sums->count; ++node) {
        if (!is_big(sums, node))
            continue;
        big[count++] = (struct node_big_size){node, node_sums_get(sums, node)};
        sums->low_of_node[node] = UINT32_MAX;
    }
}

enum wh_status node_sums_finish(struct node_sums *sums, struct wh_error *error, uint32_t **size_of_node, struct node_big_size **big_size,
                                uint32_t *big_size_count)
{
    uint32_t count = count_big(sums);
    *size_of_node = NULL;
    *big_size_count = 0;
    enum wh_status status = array_alloc(count, sizeof(**big_size), "sizes of 4 GiB and more", error, big_size);
    if (!status) {
        if (count)
            list_big(sums, *big_size);
        *size_of_node = sums->low_of_node;
        *big_size_count = count;
        sums->low_of_node = NULL;
    }
    node_sums_deinit(sums);
    return status;
}
