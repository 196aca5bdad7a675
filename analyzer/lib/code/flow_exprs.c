/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expressions of a code object, each once. */
#include <stdlib.h>
#include <string.h>

#include "code/flow_interpreter.h"

bool flow_grow(struct interpreter *in, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    void *array, *larger;
    memcpy(&array, array_pointer, sizeof(array));
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    larger = realloc(array, wanted * size);
    if (!larger) {
        in->no_memory = true;
        return false;
    }
    memcpy(array_pointer, &larger, sizeof(larger));
    *capacity = wanted;
    return true;
}

static uint32_t hash_expr(enum expr_kind kind, uint32_t a, uint32_t b)
{
    uint32_t hash = (uint32_t)kind * 0x9e3779b1u ^ a * 0x85ebca77u ^ b * 0xc2b2ae3du;
    return hash ^ hash >> 15;
}

static void rehash_exprs(struct interpreter *in)
{
    uint32_t mask = in->expr_mask ? in->expr_mask * 2 + 1 : 255;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof(*slots));
    if (!slots) {
        in->no_memory = true;
        return;
    }
    for (uint32_t i = FIRST_EXPR; i < in->expr_count; i++) {
        uint32_t slot = hash_expr(in->exprs[i].kind, in->exprs[i].a, in->exprs[i].b) & mask;
        while (slots[slot])
            slot = (slot + 1) & mask;
        slots[slot] = i;
    }
    free(in->expr_slots);
    in->expr_slots = slots;
    in->expr_mask = mask;
}

static bool has_operand(enum expr_kind kind)
{
    return kind == EXPR_ATTR || kind == EXPR_ITEM || kind == EXPR_INNER || kind == EXPR_PAIR || kind == EXPR_COPY || kind == EXPR_CALL;
}

static uint32_t make_expr(struct interpreter *in, enum expr_kind kind, uint32_t a, uint32_t b)
{
    if (has_operand(kind) && in->exprs[a].depth >= DEPTH_MAX)
        a = EXPR_NUMBER_UNKNOWN;
    if (in->expr_count * 2 >= in->expr_mask)
        rehash_exprs(in);
    if (in->no_memory || in->expr_count >= EXPRS_MAX)
        return EXPR_NUMBER_UNKNOWN;
    uint32_t slot = hash_expr(kind, a, b) & in->expr_mask;
    for (uint32_t i; (i = in->expr_slots[slot]); slot = (slot + 1) & in->expr_mask)
        if (in->exprs[i].kind == kind && in->exprs[i].a == a && in->exprs[i].b == b)
            return i;
    if (!flow_grow(in, &in->exprs, in->expr_count, &in->expr_capacity, sizeof(*in->exprs)))
        return EXPR_NUMBER_UNKNOWN;
    uint32_t depth = has_operand(kind) ? in->exprs[a].depth + 1u : kind == EXPR_EITHER ? in->exprs[a].depth | in->exprs[b].depth : 0;
    in->exprs[in->expr_count] = (struct expr){.kind = kind, .depth = depth & 0xffffff, .a = a, .b = b};
    return in->expr_slots[slot] = in->expr_count++;
}

unsigned code_flow_leaves(const struct expr *exprs, uint32_t expr, uint32_t ret[EXPR_LEAVES_MAX])
{
    unsigned count = 0;
    for (; exprs[expr].kind == EXPR_EITHER && count + 1 < EXPR_LEAVES_MAX; expr = exprs[expr].a)
        ret[count++] = exprs[expr].b;
    ret[count++] = expr;
    return count;
}

static bool has_leaf(const struct interpreter *in, uint32_t expr, uint32_t leaf)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    unsigned count = code_flow_leaves(in->exprs, expr, leaves);
    for (unsigned i = 0; i < count; i++)
        if (leaves[i] == leaf)
            return true;
    return count == EXPR_LEAVES_MAX;
}

/*
 * A loop that goes down, node = node.next or node = node[key]: the variable is what it was before or what one round makes of that. What the next
 * round makes of it is no new expression: the same attribute again, or an item at any depth. 0 if it is not so.
 */
static uint32_t next_round(struct interpreter *in, enum expr_kind kind, uint32_t a, uint32_t b)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    unsigned count = in->exprs[a].kind == EXPR_EITHER ? code_flow_leaves(in->exprs, a, leaves) : 0;
    for (unsigned leaf = 0; leaf < count; leaf++)
        for (uint32_t inner = leaves[leaf]; has_operand((enum expr_kind)in->exprs[inner].kind); inner = in->exprs[inner].a) {
            const struct expr *expr = &in->exprs[inner];
            if (kind == EXPR_ITEM && expr->kind == EXPR_INNER && inner == leaves[leaf])
                return inner;
            bool same = expr->kind == kind && (kind != EXPR_ATTR || expr->b == b);
            for (unsigned other = 0; same && other < count; other++)
                if (leaves[other] == expr->a && other != leaf)
                    return kind == EXPR_ITEM ? make_expr(in, EXPR_INNER, expr->a, 0) : inner;
        }
    return EXPR_NUMBER_UNKNOWN;
}

uint32_t flow_make(struct interpreter *in, enum expr_kind kind, uint32_t a, uint32_t b)
{
    uint32_t again = kind == EXPR_ITEM || kind == EXPR_ATTR ? next_round(in, kind, a, b) : EXPR_NUMBER_UNKNOWN;
    return again != EXPR_NUMBER_UNKNOWN ? again : make_expr(in, kind, a, b);
}

uint32_t flow_join(struct interpreter *in, uint32_t old, uint32_t new)
{
    uint32_t leaves[EXPR_LEAVES_MAX];
    if (old == new || new == EXPR_NUMBER_UNKNOWN)
        return old;
    if (old == EXPR_NUMBER_UNKNOWN)   /* an empty place of the calling convention stays one: f.set([x for …]) */
        return new;
    if (means_nothing(new))
        return old;
    if (means_nothing(old))
        return new;
    unsigned count = code_flow_leaves(in->exprs, new, leaves);
    while (count--)
        if (!has_leaf(in, old, leaves[count]))
            old = flow_make(in, EXPR_EITHER, old, leaves[count]);
    return old;
}
