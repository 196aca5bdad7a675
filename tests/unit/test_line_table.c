/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "code/line_table.h"

enum { FIRST_LINE = 10 };

#define TABLE(...) (struct span){(const char *)(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})}

static void assert_line(enum line_format format, struct span table, uint32_t offset, uint32_t line)
{
    assert_int_equal(line_table_find(format, table, FIRST_LINE, offset), line);
}

static void each_version_has_its_encoding(void **state)
{
    (void)state;
    assert_int_equal(line_format_of(0x030812f0), LINES_LNOTAB);
    assert_int_equal(line_format_of(0x030912f0), LINES_LNOTAB);
    assert_int_equal(line_format_of(0x030a0df0), LINES_RANGES);
    assert_int_equal(line_format_of(0x030b02f0), LINES_LOCATIONS);
    assert_int_equal(line_format_of(0x030d00f0), LINES_LOCATIONS);
}

static void lnotab_adds_up_until_the_offset(void **state)
{
    (void)state;
    struct span table = TABLE(0, 1, 6, 1, 4, 0xff, 255, 0, 1, 127, 0, 73);
    assert_line(LINES_LNOTAB, table, 0, 11);
    assert_line(LINES_LNOTAB, table, 5, 11);
    assert_line(LINES_LNOTAB, table, 6, 12);
    assert_line(LINES_LNOTAB, table, 10, 11);
    assert_line(LINES_LNOTAB, table, 265, 11);
    assert_line(LINES_LNOTAB, table, 266, 211);
    assert_line(LINES_LNOTAB, table, 100000, 211);
}

static void a_range_may_have_no_line(void **state)
{
    (void)state;
    struct span table = TABLE(4, 1, 2, 0x80, 6, 2, 2, 0xfd);
    assert_line(LINES_RANGES, table, 0, 11);
    assert_line(LINES_RANGES, table, 4, 0);
    assert_line(LINES_RANGES, table, 6, 13);
    assert_line(LINES_RANGES, table, 11, 13);
    assert_line(LINES_RANGES, table, 12, 10);
    assert_line(LINES_RANGES, table, 14, 0);
}

static void each_form_of_location_moves_the_line(void **state)
{
    (void)state;
    struct span table = TABLE(0x80 | 3 << 3 | 1, 0x21,               /* short form, 2 units */
                              0x80 | 11 << 3, 4, 9,                  /* one line further */
                              0x80 | 13 << 3 | 2, 0x0a,              /* no columns: +5, 3 units */
                              0x80 | 14 << 3, 0x43, 0x01, 0, 1, 2,   /* long: -(0x43 continued by 1: 67 >> 1) */
                              0x80 | 15 << 3,                        /* none */
                              0x80 | 12 << 3, 0, 0);
    assert_line(LINES_LOCATIONS, table, 0, 10);
    assert_line(LINES_LOCATIONS, table, 3, 10);
    assert_line(LINES_LOCATIONS, table, 4, 11);
    assert_line(LINES_LOCATIONS, table, 6, 16);
    assert_line(LINES_LOCATIONS, table, 11, 16);
    assert_line(LINES_LOCATIONS, table, 12, 0);   /* 16 - 33 is no line */
    assert_line(LINES_LOCATIONS, table, 14, 0);
    assert_line(LINES_LOCATIONS, table, 18, 0);
}

static void a_line_may_go_back(void **state)
{
    (void)state;
    struct span table = TABLE(0x80 | 12 << 3, 0, 0, 0x80 | 14 << 3, 0x03, 0, 1, 2);
    assert_line(LINES_LOCATIONS, table, 0, 12);
    assert_line(LINES_LOCATIONS, table, 2, 11);
}

static void an_empty_table_has_the_first_line_or_none(void **state)
{
    (void)state;
    struct span table = {NULL, 0};
    assert_line(LINES_LNOTAB, table, 0, FIRST_LINE);
    assert_line(LINES_RANGES, table, 0, 0);
    assert_line(LINES_LOCATIONS, table, 0, 0);
}

/* In memory of its exact length, so that a read past the end is found by AddressSanitizer or valgrind. */
static void no_table_is_read_past_its_end(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        size_t length = (size_t)(rand() % 40);
        uint8_t *bytes = malloc(length ? length : 1);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)rand();
        for (unsigned format = LINES_LNOTAB; format <= LINES_LOCATIONS; format++)
            for (uint32_t offset = 0; offset < 400; offset += 80)
                assert_true(line_table_find((enum line_format)format, (struct span){(char *)bytes, length}, 1, offset) <= INT32_MAX);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_version_has_its_encoding),
        cmocka_unit_test(lnotab_adds_up_until_the_offset),
        cmocka_unit_test(a_range_may_have_no_line),
        cmocka_unit_test(each_form_of_location_moves_the_line),
        cmocka_unit_test(a_line_may_go_back),
        cmocka_unit_test(an_empty_table_has_the_first_line_or_none),
        cmocka_unit_test(no_table_is_read_past_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
