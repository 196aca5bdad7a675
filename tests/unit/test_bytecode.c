/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "code/bytecode.h"

/* Opcode numbers of the tests' own: only names count. */
enum { NOTHING = 1, GLOBAL = 2, JUMP = 3, BACK = 4, EXTENDED = 5, CALL = 6, CALL_SPECIAL = 7, CALL_WAITING = 8, NEWER = 9, BRANCH = 10,
       TRACED = 11 };

struct machine {
    struct heap heap;
    struct instruction_set set;
};

static void define(struct heap *heap, uint8_t number, const char *name, uint8_t base, uint8_t caches)
{
    heap->opcodes[number] = (struct heap_opcode){{name, strlen(name)}, base, caches, true, true};
}

static void machine_init(struct machine *ret, unsigned minor)
{
    memset(ret, 0, sizeof(*ret));
    ret->heap.snapshot.hexversion = 0x030000f0 | minor << 16;
    define(&ret->heap, NOTHING, "NOP", NOTHING, 0);
    define(&ret->heap, GLOBAL, "LOAD_GLOBAL", GLOBAL, minor >= 11 ? 4 : 0);
    define(&ret->heap, JUMP, minor >= 11 ? "JUMP_FORWARD" : "JUMP_ABSOLUTE", JUMP, 0);
    define(&ret->heap, BACK, "JUMP_BACKWARD", BACK, minor >= 13 ? 1 : 0);
    define(&ret->heap, EXTENDED, "EXTENDED_ARG", EXTENDED, 0);
    define(&ret->heap, CALL, "CALL", CALL, 3);
    define(&ret->heap, CALL_SPECIAL, "CALL_LIST_APPEND", CALL, 3);
    define(&ret->heap, CALL_WAITING, "CALL_ADAPTIVE", CALL, 3);
    define(&ret->heap, NEWER, "LOAD_FROM_THE_FUTURE", NEWER, 0);
    define(&ret->heap, BRANCH, "POP_JUMP_IF_FALSE", BRANCH, minor >= 13 ? 1 : 0);
    define(&ret->heap, TRACED, "INSTRUMENTED_CALL", TRACED, 3);
    instruction_set_init(&ret->heap, &ret->set);
}

static struct heap_code code_of(const void *bytes, size_t length, unsigned warmup)
{
    return (struct heap_code){.warmup = warmup, .bytecode = {bytes, length}};
}

static struct instruction read_at(const struct machine *machine, const void *bytes, size_t length, uint32_t offset)
{
    struct heap_code code = code_of(bytes, length, 0);
    struct instruction instruction;
    assert_int_equal(instruction_read(&machine->set, &code, offset, &instruction), INSTRUCTION_READ);
    return instruction;
}

static void an_argument_is_put_together_from_its_extensions(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, 8);
    const uint8_t bytes[] = {NOTHING, 0, EXTENDED, 1, EXTENDED, 2, GLOBAL, 3, NOTHING, 0};
    struct instruction instruction = read_at(&machine, bytes, sizeof(bytes), 2);
    assert_string_equal(instruction.kind->name, "LOAD_GLOBAL");
    assert_int_equal(instruction.argument, 0x010203);
    assert_int_equal(instruction.start, 2);
    assert_int_equal(instruction.offset, 6);
    assert_int_equal(instruction.next, 8);
}

static void caches_are_skipped_and_flags_cut_off(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, 11);
    const uint8_t bytes[] = {GLOBAL, 7, 0, 0, 0, 0, 0, 0, 0, 0, NOTHING, 0};
    struct instruction instruction = read_at(&machine, bytes, sizeof(bytes), 0);
    assert_int_equal(instruction.argument, 3);
    assert_int_equal(instruction.flags, 1);
    assert_int_equal(instruction.next, 10);
}

static void jumps_go_where_their_version_says(void **state)
{
    (void)state;
    static const struct { unsigned minor; uint8_t opcode, argument; uint32_t target; } cases[] = {
        {8, JUMP, 4, 4},       {9, JUMP, 6, 6},        {10, JUMP, 3, 6},      {11, JUMP, 2, 8},
        {11, BACK, 2, 0},      {13, BACK, 1, 4},       {8, BRANCH, 8, 8},     {10, BRANCH, 1, 2},
        {12, BRANCH, 1, 6},    {13, BRANCH, 1, 8},     {11, BACK, 9, UINT32_MAX}, {10, JUMP, 200, UINT32_MAX},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct machine machine;
        machine_init(&machine, cases[i].minor);
        const uint8_t bytes[] = {NOTHING, 0, cases[i].opcode, cases[i].argument, 0, 0, NOTHING, 0, NOTHING, 0};
        assert_int_equal(read_at(&machine, bytes, sizeof(bytes), 2).target, cases[i].target);
    }
}

static void what_ran_is_seen_in_the_caches(void **state)
{
    (void)state;
    static const struct { unsigned minor, warmup; uint8_t opcode, counter; enum execution expected; } cases[] = {
        {8, 0, CALL, 0, EXECUTION_UNKNOWN},
        {11, 0xfff8, CALL, 0, EXECUTION_NEVER},
        {11, 0xfffc, CALL, 0, EXECUTION_UNKNOWN},
        {11, 0, CALL_WAITING, 0, EXECUTION_UNLIKELY},
        {11, 0, CALL_WAITING, 9, EXECUTION_SEEN},
        {11, 0, CALL_SPECIAL, 0, EXECUTION_SEEN},
        {12, 0, CALL, 0x11, EXECUTION_NEVER},
        {12, 0, CALL, 0x01, EXECUTION_SEEN},
        {12, 0, CALL_SPECIAL, 0x11, EXECUTION_SEEN},
        {13, 0, CALL, 0x11, EXECUTION_NEVER},
        {13, 0, CALL, 0x10, EXECUTION_SEEN},
        {13, 0, BRANCH, 0x55, EXECUTION_UNKNOWN},
        {14, 0, CALL, 0x11, EXECUTION_NEVER},
        {14, 0, CALL, 0x10, EXECUTION_SEEN},
        {14, 0, BACK, 0xfc, EXECUTION_UNKNOWN},
        {12, 0, TRACED, 0x01, EXECUTION_UNKNOWN},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct machine machine;
        machine_init(&machine, cases[i].minor);
        const uint8_t bytes[] = {cases[i].opcode, 1, cases[i].counter, 0, 0, 0, 0, 0};
        struct heap_code code = code_of(bytes, sizeof(bytes), cases[i].warmup);
        struct instruction instruction;
        assert_int_equal(instruction_read(&machine.set, &code, 0, &instruction), INSTRUCTION_READ);
        assert_int_equal(instruction.executed, cases[i].expected);
    }
}

static void an_instrumented_instruction_is_what_it_was(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, 12);
    const uint8_t bytes[] = {TRACED, 2, 0, 0, 0, 0, 0, 0};
    struct instruction instruction = read_at(&machine, bytes, sizeof(bytes), 0);
    assert_string_equal(instruction.kind->name, "CALL");
    assert_int_equal(instruction_pops(&instruction), 4);
    assert_int_equal(instruction_pushes(&instruction), 1);
}

static void an_unknown_name_or_number_is_not_read_past(void **state)
{
    (void)state;
    struct machine machine;
    struct instruction instruction;
    machine_init(&machine, 12);
    const uint8_t newer[] = {NEWER, 0}, undefined[] = {99, 0};
    struct heap_code code = code_of(newer, sizeof(newer), 0);
    assert_int_equal(instruction_read(&machine.set, &code, 0, &instruction), INSTRUCTION_UNKNOWN);
    code = code_of(undefined, sizeof(undefined), 0);
    assert_int_equal(instruction_read(&machine.set, &code, 0, &instruction), INSTRUCTION_UNKNOWN);
}

static void bytecode_may_end_anywhere(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, 11);
    const uint8_t bytes[] = {EXTENDED, 1, CALL_WAITING, 3, 7, 7, 7, 7};
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        uint8_t *copy = malloc(length ? length : 1);
        memcpy(copy, bytes, length);
        struct heap_code code = code_of(copy, length, 0);
        struct instruction instruction;
        enum instruction_state expected = length < 4 ? INSTRUCTION_END : INSTRUCTION_READ;
        assert_int_equal(instruction_read(&machine.set, &code, 0, &instruction), expected);
        free(copy);
    }
}

static void exception_ranges_are_read_until_the_table_ends(void **state)
{
    (void)state;
    /* start 4, length 65 (two bytes), handler 10, depth 2 with an offset; then one that is cut off */
    const uint8_t table[] = {0x80 | 4, 0x41, 0x01, 10, 5, 0x80 | 9, 1};
    struct span span = {(const char *)table, sizeof(table)};
    struct exception_range range;
    uint32_t position = 0;
    assert_true(exception_range_next(span, &position, &range));
    assert_int_equal(range.start, 8);
    assert_int_equal(range.end, 8 + 130);
    assert_int_equal(range.handler, 20);
    assert_int_equal(range.depth, 2);
    assert_true(range.pushes_offset);
    assert_false(exception_range_next(span, &position, &range));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_argument_is_put_together_from_its_extensions),
        cmocka_unit_test(caches_are_skipped_and_flags_cut_off),
        cmocka_unit_test(jumps_go_where_their_version_says),
        cmocka_unit_test(what_ran_is_seen_in_the_caches),
        cmocka_unit_test(an_instrumented_instruction_is_what_it_was),
        cmocka_unit_test(an_unknown_name_or_number_is_not_read_past),
        cmocka_unit_test(bytecode_may_end_anywhere),
        cmocka_unit_test(exception_ranges_are_read_until_the_table_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
