/* SPDX-License-Identifier: MIT */
#include "recorder_frames.h"

#include "recorder_dump.h"

#include <string.h>

#include "recorder.h"

/* A code object that nobody has any more but the recorder. */
static void write_root_of_code(struct walk *walk, PyObject *code)
{
    static const char name[] = "whoholds recorder";
    struct cell cells[] = {
        [ROOTS_KIND] = {ROOT_INTERPRETER, NULL},
        [ROOTS_NAME] = {strlen(name), name},
        [ROOTS_OBJECT] = {walk_id(walk, code), NULL},
        [ROOTS_THREAD] = {0, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_ROOTS, cells);
}

bool recorder_dump_next_code(struct walk *walk)
{
    const struct recording *recording = recorder_recording();
    if (!recording || walk->recorded_code >= recording->stacks->code_count)
        return false;
    PyObject *code = (PyObject *)recording->stacks->codes[walk->recorded_code++];
    walk_reach(walk, code);
    if (Py_REFCNT(code) == 1)
        write_root_of_code(walk, code);
    return true;
}

static void write_recorder(struct walk *walk, const struct recording *recording)
{
    struct cell cells[] = {
        [RECORDER_MODE] = {(uint64_t)recording->mode, NULL},
        [RECORDER_INTERVAL] = {recording->interval, NULL},
        [RECORDER_STARTED_NS] = {recording->started_ns, NULL},
        [RECORDER_LOST_BLOCKS] = {recording->lost_blocks, NULL},
        [RECORDER_LOST_STACKS] = {recording->stacks->lost_stacks, NULL},
        [RECORDER_LOST_CODE] = {recording->stacks->lost_code, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_RECORDER, cells);
}

static uint64_t whole_blocks(uint64_t weight)
{
    return (weight + BLOCK_WEIGHT_ONE / 2) / BLOCK_WEIGHT_ONE;
}

static void write_stack(struct walk *walk, const struct stack *stack)
{
    struct cell cells[] = {
        [STACKS_FRAMES] = {stack->frame_count, NULL},
        [STACKS_ALLOC_BYTES] = {stack->alloc_bytes, NULL},
        [STACKS_ALLOC_BLOCKS] = {whole_blocks(stack->alloc_weight), NULL},
        [STACKS_LIVE_BYTES] = {stack->live_bytes, NULL},
        [STACKS_LIVE_BLOCKS] = {whole_blocks(stack->live_weight), NULL},
    };
    struct cell age[] = {[STACK_AGES_FIRST] = {stack->first, NULL}, [STACK_AGES_LAST] = {stack->last, NULL}};
    snapshot_writer_row(walk->writer, TABLE_STACKS, cells);
    snapshot_writer_row(walk->writer, TABLE_STACK_AGES, age);
    for (uint32_t i = 0; i < stack->frame_count; i++) {
        const struct stack_frame *frame = &stack->frames[i];
        struct cell frame_cells[] = {
            [STACK_FRAMES_CODE] = {frame->code ? walk_id(walk, frame->code) : 0, NULL},
            [STACK_FRAMES_INSTRUCTION] = {frame->code ? frames_instruction(frame) : 0, NULL},
        };
        snapshot_writer_row(walk->writer, TABLE_STACK_FRAMES, frame_cells);
    }
}

static void write_block(struct walk *walk, const struct recorded_block *block)
{
    struct cell cells[] = {
        [BLOCKS_ADDRESS] = {block->address, NULL},
        [BLOCKS_SIZE] = {block->size, NULL},
        [BLOCKS_WEIGHT] = {block->weight, NULL},
        [BLOCKS_STACK] = {block->stack, NULL},
        [BLOCKS_MAJORITY] = {block->vote.candidate, NULL},
        [BLOCKS_SERIAL] = {block->serial, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_BLOCKS, cells);
}

void recorder_dump_tables(struct walk *walk)
{
    const struct recording *recording = recorder_recording();
    if (!recording)
        return;
    write_recorder(walk, recording);
    for (uint32_t i = 0; i < recording->stacks->count; i++)
        write_stack(walk, &recording->stacks->at[i]);
    for (uint64_t i = 0; i < recording->blocks->slot_count; i++)
        if (recording->blocks->slots[i].address)
            write_block(walk, &recording->blocks->slots[i]);
}
