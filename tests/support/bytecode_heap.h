/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heaps with bytecode: instructions as 3.8 encodes them, with numbers of the tests' own. */
#ifndef WHOHOLDS_TESTS_BYTECODE_HEAP_H
#define WHOHOLDS_TESTS_BYTECODE_HEAP_H

#include "heap_builder.h"

#define BYTECODE_HEAP_OPCODES                                                                                               \
    "opcode 1 LOAD_GLOBAL argument\nopcode 2 LOAD_FAST argument\nopcode 3 LOAD_METHOD argument\nopcode 4 CALL_METHOD argument\n" \
    "opcode 5 POP_TOP\nopcode 6 RETURN_VALUE\nopcode 7 CALL_FUNCTION argument\nopcode 8 LOAD_CONST argument\n"              \
    "opcode 9 STORE_SUBSCR\nopcode 10 JUMP_ABSOLUTE argument\nopcode 11 SETUP_LOOP argument\nopcode 12 STORE_FAST argument\n" \
    "opcode 13 BUILD_TUPLE argument\nopcode 14 STORE_GLOBAL argument\nopcode 15 STORE_ATTR argument\n"                    \
    "opcode 16 LOAD_ATTR argument\nopcode 17 BUILD_LIST argument\n"

/* text: lines of heap_builder.h, of which the bytecode uses those numbers. */
static inline void bytecode_heap_open(struct test_heap *ret, const char *text)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_set_version(builder, "3.8.18", 0x030812f0);
    heap_builder_add(builder, "%s%s", BYTECODE_HEAP_OPCODES, text);
    test_heap_open(builder, ret);
}

#endif
