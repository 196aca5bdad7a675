/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table whose keys come round: slots of a ring, minutes of a day, shards. As many items as the number by which the code divides. */
#include "holders/filling_finder.h"

#include <string.h>

enum { MODULUS_LEAST = 16, REMAINDER = 6 /* argument of BINARY_OP: Include/opcode.h, NB_REMAINDER */, LEVELS = 3, ROWS_MAX = 24 };

static bool is_called(const struct instruction *at, const char *name)
{
    return !strcmp(at->kind->name, name);
}

static bool is_remainder(const struct instruction *at)
{
    return is_called(at, "BINARY_MODULO") || (at->kind->action == ACTION_BINARY_OP && at->argument == REMAINDER);
}

/* A constant, or a global that is a number. */
static uint64_t number_loaded(const struct finder *finder, uint32_t row, const struct code_view *view, const struct instruction *at)
{
    uint32_t globals = finder->index->facts[row].globals;
    if (at->kind->action == ACTION_CONST)
        return finder_number_of(finder->heap, node_run_get(view->consts, at->argument));
    if (at->kind->action == ACTION_SMALL_INT)
        return at->argument;
    if (at->kind->action != ACTION_GLOBAL || !globals)
        return 0;
    uint32_t name = code_index_name_of_node(finder->index, node_run_get(view->names, at->argument));
    return name ? finder_number_of(finder->heap, code_index_lookup(finder->index, globals, name)) : 0;
}

/* `if n % 1000 == 0`, `if not n % 1000`: every thousandth time, which says nothing of keys. */
static bool is_tested(const struct finder *finder, const struct code_view *view, uint32_t offset)
{
    struct instruction at;
    for (unsigned i = 0; i < 2 && instruction_read(&finder->index->instructions, view->code, offset, &at) == INSTRUCTION_READ; i++, offset = at.next) {
        if (at.kind->jump || is_called(&at, "COMPARE_OP") || is_called(&at, "UNARY_NOT") || is_called(&at, "TO_BOOL"))
            return true;
    }
    return false;
}

static bool takes_modulo(const struct finder *finder, uint32_t row, uint64_t modulus)
{
    struct code_view view;
    struct instruction at;
    uint64_t before = 0;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = 0; instruction_read(&finder->index->instructions, view.code, i, &at) == INSTRUCTION_READ; i = at.next) {
        if (is_remainder(&at) && before == modulus && !is_tested(finder, &view, at.next))
            return true;
        before = number_loaded(finder, row, &view, &at);
    }
    return false;
}

/* The whole number of which `length` is the square; 0 if there is none. */
static uint64_t root_of(uint64_t length)
{
    uint64_t low = 0, high = UINT32_MAX;
    while (low < high) {
        uint64_t middle = (low + high + 1) / 2;
        if (middle * middle <= length)
            low = middle;
        else
            high = middle - 1;
    }
    return low * low == length ? low : 0;
}

/* Pairs of numbers come round, too. */
static uint64_t modulus_in(const struct finder *finder, uint32_t row, uint64_t length)
{
    uint64_t root = root_of(length);
    if (takes_modulo(finder, row, length))
        return length;
    return root >= MODULUS_LEAST && takes_modulo(finder, row, root) ? root : 0;
}

/* What adds, and who calls it, some levels up. */
enum wh_status finder_find_modulus(struct finder *finder)
{
    uint32_t rows[ROWS_MAX];
    unsigned count = 0, first = 0;
    uint64_t length = finder->ret->length;
    enum wh_status status = WH_OK;
    for (unsigned a = 0; length >= MODULUS_LEAST && a < finder->adder_count; a++)
        rows[count++] = finder->adders[a];
    for (unsigned level = 0; !status && level < LEVELS; level++) {
        unsigned end = count;
        for (; !status && first < end; first++) {
            struct callers callers;
            if (finder->index->facts[rows[first]].library)
                continue;
            finder->ret->modulus = modulus_in(finder, rows[first], length);
            if (finder->ret->modulus)
                return WH_OK;
            status = finder_drivers(finder, rows[first], &callers);
            for (unsigned i = 0; !status && !callers.unclear && i < callers.count && i < CALLERS_KEPT && count < ROWS_MAX; i++)
                rows[count++] = callers.at[i].row;
        }
    }
    return status;
}
