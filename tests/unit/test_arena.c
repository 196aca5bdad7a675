/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "fail_allocation.h"
#include "random.h"

#define REPLACED "\xef\xbf\xbd"

static void arrays_are_zero_aligned_and_apart(void **state)
{
    struct arena arena = {0};
    unsigned char *arrays[200];
    struct wh_error error;
    (void)state;
    for (size_t i = 0; i < 200; i++) {
        size_t length = i * i * 13;
        arrays[i] = arena_array(&arena, length, 1);
        assert_non_null(arrays[i]);
        assert_int_equal((uintptr_t)arrays[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < length; k++)
            assert_int_equal(arrays[i][k], 0);
        memset(arrays[i], (int)i, length);
    }
    for (size_t i = 0; i < 200; i++)
        assert_true(!i || arrays[i][i * i * 13 - 1] == (unsigned char)i);
    assert_int_equal(arena_status(&arena, &error), WH_OK);
    arena_deinit(&arena);
}

static void a_size_that_overflows_is_no_memory(void **state)
{
    struct arena arena = {0};
    struct wh_error error;
    (void)state;
    assert_null(arena_array(&arena, SIZE_MAX / 4, 16));
    assert_string_equal(arena_string(&arena, "later calls give nothing"), "");
    assert_int_equal(arena_status(&arena, &error), WH_ERR_RESOURCE);
    assert_string_equal(error.message, "out of memory for the answer");
    arena_deinit(&arena);
}

static void assert_copied(const char *bytes, size_t length, const char *expected)
{
    struct arena arena = {0};
    char *exact = malloc(length ? length : 1);   /* so that the sanitizers see a read beyond the end */
    memcpy(exact, bytes, length);
    assert_string_equal(arena_span(&arena, (struct span){exact, length}), expected);
    free(exact);
    arena_deinit(&arena);
}

static void well_formed_utf8_is_copied_as_it_is(void **state)
{
    static const char *const texts[] = {"", "plain", "ö", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "€𝄞 x"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_copied(texts[i], strlen(texts[i]), texts[i]);
}

static void every_malformed_byte_is_replaced(void **state)
{
    (void)state;
    assert_copied("\x80", 1, REPLACED);                                         /* a continuation alone */
    assert_copied("a\xbf" "b", 3, "a" REPLACED "b");
    assert_copied("\xc0\x80", 2, REPLACED REPLACED);                            /* overlong */
    assert_copied("\xc1\xbf", 2, REPLACED REPLACED);
    assert_copied("\xe0\x9f\xbf", 3, REPLACED REPLACED REPLACED);
    assert_copied("\xf0\x8f\xbf\xbf", 4, REPLACED REPLACED REPLACED REPLACED);
    assert_copied("\xf4\x90\x80\x80", 4, REPLACED REPLACED REPLACED REPLACED);  /* beyond U+10FFFF */
    assert_copied("\xf5\x80\x80\x80", 4, REPLACED REPLACED REPLACED REPLACED);
    assert_copied("\xfe\xff", 2, REPLACED REPLACED);
    assert_copied("\xc3", 1, REPLACED);                                         /* cut short by the end … */
    assert_copied("\xe2\x82", 2, REPLACED REPLACED);
    assert_copied("\xf0\x9d\x84", 3, REPLACED REPLACED REPLACED);
    assert_copied("\xc3z", 2, REPLACED "z");                                    /* … or by something else */
    assert_copied("\xe2\x82z", 3, REPLACED REPLACED "z");
    assert_copied("\xe2z\xac", 3, REPLACED "z" REPLACED);
    assert_copied("\xf0\x9d\x84z", 4, REPLACED REPLACED REPLACED "z");
    assert_copied("\xf0\x9dz\x9e", 4, REPLACED REPLACED "z" REPLACED);
}

static void a_surrogate_is_one_character(void **state)
{
    (void)state;
    assert_copied("\xed\xa0\x80", 3, REPLACED);
    assert_copied("\xed\xbf\xbf", 3, REPLACED);
    assert_copied("\xed\xa0\x80\xed\xb0\x80", 6, REPLACED REPLACED);   /* a pair, as two */
    assert_copied("\xed\xa0", 2, REPLACED REPLACED);
    assert_copied("\xed\xa0z", 3, REPLACED REPLACED "z");
}

static void a_nul_does_not_hide_what_follows(void **state)
{
    (void)state;
    assert_copied("a\0b", 3, "a" REPLACED "b");
}

static void a_span_has_a_limit_and_a_string_has_none(void **state)
{
    struct arena arena = {0};
    char *bytes = calloc(2 * ARENA_SPAN_BYTES_MAX + 1, 1);
    (void)state;
    memset(bytes, 'x', 2 * ARENA_SPAN_BYTES_MAX);
    assert_int_equal(strlen(arena_span(&arena, (struct span){bytes, 2 * ARENA_SPAN_BYTES_MAX})), ARENA_SPAN_BYTES_MAX);
    assert_int_equal(strlen(arena_span(&arena, (struct span){bytes, ARENA_SPAN_BYTES_MAX})), ARENA_SPAN_BYTES_MAX);
    assert_int_equal(strlen(arena_string(&arena, bytes)), 2 * ARENA_SPAN_BYTES_MAX);
    free(bytes);
    arena_deinit(&arena);
}

/* Python's decoder as the oracle would be a second program: instead, what comes out must be well formed whatever goes in. */
static int is_well_formed(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        uint32_t point = *at, more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000}, masks[] = {0x7f, 0x1f, 0x0f, 0x07};
        point &= masks[more];
        for (uint32_t i = 1; i <= more; i++) {
            if (at[i] >> 6 != 2)
                return 0;
            point = point << 6 | (at[i] & 0x3f);
        }
        if (*at > 0xf7 || (*at >= 0x80 && *at < 0xc0) || point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return 0;
        at += more + 1;
    }
    return 1;
}

static void any_bytes_become_well_formed_utf8(void **state)
{
    static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff};
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct random random = {seed};
        struct arena arena = {0};
        char bytes[8];
        size_t length = random_below(&random, sizeof(bytes) + 1);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)edges[random_below(&random, sizeof(edges))];
        const char *copy = arena_span(&arena, (struct span){bytes, length});
        if (!is_well_formed(copy))
            fail_msg("seed %d", (int)seed);
        assert_true(length == 0 || strlen(copy) >= (length + 2) / 3);
        arena_deinit(&arena);
    }
}

static void every_failed_allocation_is_remembered(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct arena arena = {0};
        struct wh_error error;
        fail_allocation_arm(nth);
        const char *string = arena_string(&arena, "a string");
        void *large = arena_array(&arena, 100000, 8);
        const char *last = arena_string(&arena, "another");
        bool failed = fail_allocation_disarm();
        assert_non_null(string);
        assert_non_null(last);
        assert_int_equal(arena_status(&arena, &error), failed ? WH_ERR_RESOURCE : WH_OK);
        assert_true(failed || (large && !strcmp(string, "a string") && !strcmp(last, "another")));
        arena_deinit(&arena);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_zero_aligned_and_apart),
        cmocka_unit_test(a_size_that_overflows_is_no_memory),
        cmocka_unit_test(well_formed_utf8_is_copied_as_it_is),
        cmocka_unit_test(every_malformed_byte_is_replaced),
        cmocka_unit_test(a_surrogate_is_one_character),
        cmocka_unit_test(a_nul_does_not_hide_what_follows),
        cmocka_unit_test(a_span_has_a_limit_and_a_string_has_none),
        cmocka_unit_test(any_bytes_become_well_formed_utf8),
        cmocka_unit_test(every_failed_allocation_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
