/* SPDX-License-Identifier: MIT */
#include "recorder_stacks.h"

#include <string.h>

enum { STACK_SLOTS = 2 * STACKS_MAX, CODE_SLOTS = 2 * STACKS_CODE_MAX };

bool stacks_init(struct stacks *stacks)
{
    *stacks = (struct stacks){.count = STACK_FIRST_REAL};
    stacks->at = pages_map(STACKS_MAX * sizeof *stacks->at);
    stacks->stack_of_slot = pages_map(STACK_SLOTS * sizeof *stacks->stack_of_slot);
    stacks->codes = pages_map(STACKS_CODE_MAX * sizeof *stacks->codes);
    stacks->code_of_slot = pages_map(CODE_SLOTS * sizeof *stacks->code_of_slot);
    if (stacks->at && stacks->stack_of_slot && stacks->codes && stacks->code_of_slot)
        return true;
    stacks_deinit(stacks);
    return false;
}

void stacks_deinit(struct stacks *stacks)
{
    pages_unmap(stacks->at, STACKS_MAX * sizeof *stacks->at);
    pages_unmap(stacks->stack_of_slot, STACK_SLOTS * sizeof *stacks->stack_of_slot);
    pages_unmap(stacks->codes, STACKS_CODE_MAX * sizeof *stacks->codes);
    pages_unmap(stacks->code_of_slot, CODE_SLOTS * sizeof *stacks->code_of_slot);
    arena_deinit(&stacks->frames);
    *stacks = (struct stacks){0};
}

uint64_t stacks_resident(const struct stacks *stacks)
{
    return pages_resident(stacks->at, STACKS_MAX * sizeof *stacks->at) +
           pages_resident(stacks->stack_of_slot, STACK_SLOTS * sizeof *stacks->stack_of_slot) +
           pages_resident(stacks->codes, STACKS_CODE_MAX * sizeof *stacks->codes) +
           pages_resident(stacks->code_of_slot, CODE_SLOTS * sizeof *stacks->code_of_slot) + arena_resident(&stacks->frames);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

uint32_t stacks_hash(const struct stack_frame *frames, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = mix(hash, (uint64_t)frames[i].code + (frames[i].at << 20 | frames[i].at >> 44));
    return (uint32_t)hash;
}

bool stacks_is(const struct stacks *stacks, uint32_t stack, const struct stack_frame *frames, size_t count)
{
    const struct stack *at = &stacks->at[stack];
    if (at->frame_count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (at->frames[i].code != frames[i].code || at->frames[i].at != frames[i].at)
            return false;
    return true;
}

int64_t stacks_find(const struct stacks *stacks, const struct stack_frame *frames, size_t count, uint32_t hash)
{
    if (count == 0)
        return STACK_NO_FRAME;
    for (uint32_t slot = hash % STACK_SLOTS;; slot = (slot + 1) % STACK_SLOTS) {
        uint32_t number = stacks->stack_of_slot[slot];
        if (!number)
            return STACK_NONE;
        if (stacks->at[number].hash == hash && stacks_is(stacks, number, frames, count))
            return number;
    }
}

int64_t stacks_add_code(struct stacks *stacks, const void *code, bool *is_new)
{
    uint32_t slot = (uint32_t)(mix(0, (uint64_t)code) % CODE_SLOTS);
    *is_new = false;
    for (uint32_t number; (number = stacks->code_of_slot[slot]) != 0; slot = (slot + 1) % CODE_SLOTS)
        if (stacks->codes[number - 1] == code)
            return number - 1;
    if (stacks->code_count >= STACKS_CODE_MAX) {
        stacks->lost_code++;
        return STACK_NONE;
    }
    stacks->codes[stacks->code_count++] = code;
    stacks->code_of_slot[slot] = stacks->code_count;
    *is_new = true;
    return stacks->code_count - 1;
}

static struct stack_frame *keep_frames(struct stacks *stacks, const struct stack_frame *frames, size_t count)
{
    if (stacks->frame_count + count > STACKS_FRAMES_MAX)
        return NULL;
    struct stack_frame *kept = arena_take(&stacks->frames, count * sizeof *kept);
    if (!kept)
        return NULL;
    memcpy(kept, frames, count * sizeof *kept);
    stacks->frame_count += count;
    return kept;
}

uint32_t stacks_add(struct stacks *stacks, const struct stack_frame *frames, size_t count, uint32_t hash, bool library_only)
{
    struct stack_frame *kept = stacks->count < STACKS_MAX ? keep_frames(stacks, frames, count) : NULL;
    if (!kept) {
        stacks->lost_stacks++;
        return STACK_LOST;
    }
    uint32_t slot = hash % STACK_SLOTS;
    while (stacks->stack_of_slot[slot])
        slot = (slot + 1) % STACK_SLOTS;
    stacks->stack_of_slot[slot] = stacks->count;
    stacks->at[stacks->count] = (struct stack){.frames = kept, .frame_count = (uint32_t)count, .hash = hash, .library_only = library_only};
    return stacks->count++;
}

void stacks_restart_counting(struct stacks *stacks)
{
    for (uint32_t i = 0; i < stacks->count; i++) {
        stacks->at[i].alloc_bytes = stacks->at[i].live_bytes;
        stacks->at[i].alloc_weight = stacks->at[i].live_weight;
    }
}
