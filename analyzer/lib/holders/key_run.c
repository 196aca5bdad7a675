/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/key_run.h"

enum { ITEMS_MIN = 32, KEYS_KNOWN_MIN = 12, DIGITS_MAX = 15, GAPS_PERCENT_MAX = 25 };

/* The number that a key is, or the one at its end: 17, 'token 17', 'user-17'. */
static bool number_of(const struct heap *heap, uint32_t key, uint64_t *ret)
{
    const struct heap_text *text = key ? heap_text(heap, key) : NULL;
    if (!text || (text->kind != TEXT_STR && text->kind != TEXT_INT) || (text->kind == TEXT_STR && text->length != text->data.length))
        return false;
    size_t end = text->data.length, first = end;
    while (first && end - first < DIGITS_MAX && text->data.bytes[first - 1] >= '0' && text->data.bytes[first - 1] <= '9')
        first--;
    *ret = 0;
    for (size_t i = first; i < end; i++)
        *ret = *ret * 10 + (uint64_t)(text->data.bytes[i] - '0');
    return first < end && (text->kind == TEXT_STR || !first);
}

static bool read_run(const struct heap *heap, uint32_t dict, struct key_run *ret)
{
    struct node_run items = heap_items(heap, dict);
    *ret = (struct key_run){UINT64_MAX, 0, items.count / 2, 0};
    if (heap_items_kind(heap, dict) != FORM_ITEMS_PAIRS || ret->count < ITEMS_MIN)
        return false;
    uint64_t number;
    for (; ret->known < ret->count && number_of(heap, items.nodes[(size_t)ret->known * 2], &number); ret->known++) {
        ret->first = number < ret->first ? number : ret->first;
        ret->last = number > ret->last ? number : ret->last;
    }
    return ret->known >= KEYS_KNOWN_MIN && ret->last - ret->first + 1 >= ret->known;
}

static bool has_gaps(const struct key_run *run, unsigned percent)
{
    return run->last - run->first + 1 > run->known + (uint64_t)run->known * percent / 100;
}

bool key_run_find(const struct heap *heap, uint32_t dict, struct key_run *ret)
{
    return read_run(heap, dict, ret) && !has_gaps(ret, GAPS_PERCENT_MAX);
}

bool key_run_has_most(const struct heap *heap, uint32_t dict)
{
    struct key_run run;
    return read_run(heap, dict, &run) && !has_gaps(&run, 100) && run.first <= run.known;
}

bool key_run_is_complete(const struct key_run *run)
{
    return run->first <= 1;
}

bool key_run_has_moved_on(const struct key_run *run)
{
    return run->first >= run->count;
}
