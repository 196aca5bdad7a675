/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions of CPython 3.8 to 3.14 out of raw (adaptive) bytecode.
 *
 * Opcode numbers, inline caches and which opcode specialises which come from the snapshot's own table; what an instruction does
 * to the stack is known here by its *name*. An instruction with an unknown name cannot be read past: nothing is guessed.
 */
#ifndef WHOHOLDS_LIB_BYTECODE_H
#define WHOHOLDS_LIB_BYTECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "heap/heap.h"

/* What the inline caches say about an instruction (3.11 and newer); worst first. */
enum execution {
    EXECUTION_NEVER,     /* the caches are as the compiler left them */
    EXECUTION_UNLIKELY,  /* 3.11: not since its function became warm (8 calls or loop rounds) */
    EXECUTION_UNKNOWN,   /* no evidence either way; always so before 3.11 */
    EXECUTION_SEEN,      /* the instruction ran */
};

/* What an instruction means to the data flow, beyond popping operands and pushing results of which nothing is known. */
enum action {
    ACTION_NONE,
    ACTION_NULL,             /* push the empty place of the calling convention */
    ACTION_CONST, ACTION_SMALL_INT, ACTION_FAST, ACTION_FAST_FAST, ACTION_CELL, ACTION_CELL_OF_CLASS, ACTION_GLOBAL, ACTION_NAME,
    ACTION_ATTR, ACTION_METHOD, ACTION_SUPER_ATTR,
    ACTION_ITEM, ACTION_COPY_SLICE, ACTION_ITERATE, ACTION_NEXT, ACTION_UNPACK, ACTION_UNPACK_EX, ACTION_COPY_TOP, ACTION_COPY_TWO,
    ACTION_COPY, ACTION_SWAP, ACTION_ROTATE, ACTION_ROTATE_ARG, ACTION_KEEP,
    ACTION_DISPLAY, ACTION_PARTS, ACTION_TEXT, ACTION_TUPLE, ACTION_SLICE, ACTION_FUNCTION, ACTION_FUNCTION_ATTRIBUTE, ACTION_IMPORT,
    ACTION_IMPORT_FROM,
    ACTION_STORE_FAST, ACTION_STORE_FAST_LOAD_FAST, ACTION_STORE_FAST_STORE_FAST, ACTION_STORE_CELL, ACTION_STORE_GLOBAL,
    ACTION_STORE_NAME, ACTION_STORE_ATTR, ACTION_STORE_ITEM, ACTION_STORE_SLICE, ACTION_DELETE_ITEM,
    ACTION_INPLACE, ACTION_BINARY_OP, ACTION_ADD,
    ACTION_KW_NAMES, ACTION_CALL, ACTION_CALL_METHOD, ACTION_CALL_KW, ACTION_CALL_PAIR, ACTION_CALL_PAIR_KW, ACTION_CALL_EX,
    ACTION_RETURN, ACTION_RETURN_CONST, ACTION_RAISE, ACTION_SEND, ACTION_AWAITED, ACTION_EXTENDED_ARG,
    ACTION_COUNT
};

enum jump { JUMP_NOT, JUMP_ABSOLUTE, JUMP_FORWARD, JUMP_BACKWARD };

/*
 * One instruction by name. Pops: pops + argument × pops_per_arg + bits set in (argument & pop_mask); pushes: pushes + argument ×
 * pushes_per_arg. A jump's target gets the stack before the instruction, less branch_pops, plus branch_pushes.
 */
struct instruction_kind {
    const char *name;
    uint8_t from, to;                 /* minor versions for which the row holds; 0: no limit */
    uint8_t pops, pops_per_arg, pop_mask, pushes, pushes_per_arg;
    uint8_t shift;                    /* low bits of the argument that are flags */
    uint8_t jump, branch_pops, branch_pushes;
    bool handler;                     /* the target is an exception handler: any local may have changed */
    bool stops;                       /* does not go on to the next instruction */
    uint8_t action;
};

struct instruction_set {
    unsigned minor;                   /* 8 for 3.8 */
    bool wide_jumps;                  /* jump arguments count units of two bytes (3.10 and newer) */
    struct {
        const struct instruction_kind *kind;   /* NULL: unknown */
        uint8_t caches;
        bool counts;                  /* the first cache entry counts executions */
        bool specialised, adaptive, instrumented;
    } opcodes[256];
};

void instruction_set_init(const struct heap *heap, struct instruction_set *ret);

struct instruction {
    const struct instruction_kind *kind;
    uint32_t start, offset, next;     /* of the first EXTENDED_ARG; of the opcode; of the next instruction, caches skipped */
    uint32_t argument;                /* in full, without flags */
    uint32_t raw_argument, flags;
    uint32_t target;                  /* of a jump; UINT32_MAX if it leaves the bytecode */
    enum execution executed;
};

enum instruction_state { INSTRUCTION_READ, INSTRUCTION_END, INSTRUCTION_UNKNOWN };

/* Reads the instruction at `offset`. */
enum instruction_state instruction_read(const struct instruction_set *set, const struct heap_code *code, uint32_t offset,
                                        struct instruction *ret);

unsigned instruction_pops(const struct instruction *instruction);
unsigned instruction_pushes(const struct instruction *instruction);

/* One range of the exception table (3.11 and newer). */
struct exception_range { uint32_t start, end, handler, depth; bool pushes_offset; };

/* Reads the range at *position of the table and moves on; false at its end. */
bool exception_range_next(struct span table, uint32_t *position, struct exception_range *ret);

#endif
