/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <msgpack.h>

#include "cursor.h"
#include "fail_allocation.h"
#include "random.h"
#include "trials.h"

static struct cursor cursor_over(const void *bytes, size_t length)
{
    return (struct cursor){bytes, bytes, (const uint8_t *)bytes + length};
}

/* What msgpack-c writes for numbers around every border of their encodings. */
static void numbers_of_every_width_are_read(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int64_t off = -1; off <= 1; off++) {
            uint64_t number = (UINT64_C(1) << bit) + (uint64_t)off;
            msgpack_sbuffer buffer;
            msgpack_packer packer;
            struct value value;
            msgpack_sbuffer_init(&buffer);
            msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
            msgpack_pack_uint64(&packer, number);
            msgpack_pack_fix_uint64(&packer, number);
            struct cursor cursor = cursor_over(buffer.data, buffer.size);
            for (int i = 0; i < 2; i++) {
                assert_int_equal(cursor_next(&cursor, &value), CURSOR_OK);
                assert_int_equal(value.kind, VALUE_UINT);
                assert_true(value.number == number);
            }
            assert_ptr_equal(cursor.at, cursor.end);
            msgpack_sbuffer_destroy(&buffer);
        }
    }
}

static void strings_and_blobs_of_every_width_are_read(void **state)
{
    static const size_t lengths[] = {0, 1, 31, 32, 255, 256, 65535, 65536, 100000};
    static char text[100000];
    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        msgpack_sbuffer buffer;
        msgpack_packer packer;
        struct value value;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
        msgpack_pack_str_with_body(&packer, text, lengths[i]);
        msgpack_pack_bin_with_body(&packer, text, lengths[i]);
        msgpack_pack_ext_with_body(&packer, text, lengths[i], 5);
        struct cursor cursor = cursor_over(buffer.data, buffer.size);
        static const enum value_kind kinds[] = {VALUE_STR, VALUE_BIN, VALUE_EXT};
        for (int k = 0; k < 3; k++) {
            assert_int_equal(cursor_next(&cursor, &value), CURSOR_OK);
            assert_int_equal(value.kind, kinds[k]);
            assert_int_equal(value.length, lengths[i] + (kinds[k] == VALUE_EXT));
            assert_memory_equal(value.bytes + (kinds[k] == VALUE_EXT), text, lengths[i]);
        }
        assert_ptr_equal(cursor.at, cursor.end);
        msgpack_sbuffer_destroy(&buffer);
    }
}

/* A random value, nested to any depth; *left bounds how many values it has. */
static void pack_random(msgpack_packer *packer, struct random *random, uint32_t *left)
{
    uint32_t pending = 1;
    while (pending) {
        pending--;
        uint32_t count = random_below(random, 5);
        bool room = *left > 2 * count + pending;
        *left -= *left > 0;
        switch (random_below(random, room ? 10 : 8)) {
        case 0: msgpack_pack_nil(packer); break;
        case 1: msgpack_pack_true(packer); break;
        case 2: msgpack_pack_uint64(packer, random_next(random) >> random_below(random, 64)); break;
        case 3: msgpack_pack_int64(packer, -(int64_t)(random_next(random) >> (1 + random_below(random, 63)))); break;
        case 4: msgpack_pack_double(packer, 0.25 * count); break;
        case 5: msgpack_pack_str_with_body(packer, "abcdef", count); break;
        case 6: msgpack_pack_bin_with_body(packer, "abcdef", count); break;
        case 7: msgpack_pack_ext_with_body(packer, "abcdef", count, 1); break;
        case 8: msgpack_pack_array(packer, count); pending += count; break;
        default: msgpack_pack_map(packer, count); pending += 2 * count; break;
        }
    }
}

static void whole_values_are_skipped_and_cut_ones_leave_the_cursor(void **state)
{
    uint64_t trials = trials_count("random nested values, cut at every byte", 2000);
    (void)state;
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(1, trial)};
        uint32_t left = 1 + random_below(&random, 60);
        msgpack_sbuffer buffer;
        msgpack_packer packer;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
        pack_random(&packer, &random, &left);
        struct cursor cursor = cursor_over(buffer.data, buffer.size);
        assert_int_equal(cursor_skip(&cursor), CURSOR_OK);
        assert_ptr_equal(cursor.at, cursor.end);
        for (size_t length = 0; length < buffer.size; length++) {
            cursor = cursor_over(buffer.data, length);
            assert_int_equal(cursor_skip(&cursor), CURSOR_CUT_OFF);
            assert_ptr_equal(cursor.at, cursor.begin);
        }
        msgpack_sbuffer_destroy(&buffer);
    }
}

static void the_byte_that_msgpack_never_uses_is_invalid(void **state)
{
    (void)state;
    static const uint8_t alone[] = {0xc1}, inside[] = {0x92, 0x01, 0xc1};
    struct value value;
    struct cursor cursor = cursor_over(alone, sizeof(alone));
    assert_int_equal(cursor_next(&cursor, &value), CURSOR_INVALID);
    assert_ptr_equal(cursor.at, cursor.begin);
    cursor = cursor_over(inside, sizeof(inside));
    assert_int_equal(cursor_skip(&cursor), CURSOR_INVALID);
    assert_ptr_equal(cursor.at, cursor.begin);
}

static void counts_beyond_the_input_cost_nothing(void **state)
{
    static const char *const heads[] = {"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff",
                                        "\xc9\xff\xff\xff\xff"};
    (void)state;
    uint64_t before = fail_allocation_bytes_asked();
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct cursor cursor = cursor_over(heads[i], 5);
        assert_int_equal(cursor_skip(&cursor), CURSOR_CUT_OFF);
        assert_ptr_equal(cursor.at, cursor.begin);
    }
    assert_int_equal(fail_allocation_bytes_asked(), before);
}

static void depth_is_no_limit(void **state)
{
    enum { DEPTH = 4 << 20 };
    (void)state;
    uint8_t *bytes = malloc(DEPTH);
    assert_non_null(bytes);
    memset(bytes, 0x91, DEPTH - 1);
    bytes[DEPTH - 1] = 0xc0;
    struct cursor cursor = cursor_over(bytes, DEPTH);
    assert_int_equal(cursor_skip(&cursor), CURSOR_OK);
    assert_ptr_equal(cursor.at, cursor.end);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_width_are_read),
        cmocka_unit_test(strings_and_blobs_of_every_width_are_read),
        cmocka_unit_test(whole_values_are_skipped_and_cut_ones_leave_the_cursor),
        cmocka_unit_test(the_byte_that_msgpack_never_uses_is_invalid),
        cmocka_unit_test(counts_beyond_the_input_cost_nothing),
        cmocka_unit_test(depth_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
