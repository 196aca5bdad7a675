/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <whoholds/formats/varint.h>

#include "random.h"
#include "trials.h"

/* FORMAT.md 1.2 to the letter. */
static const uint8_t *read_slowly(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
    *ret = 0;
    for (unsigned group = 0; at < end && group < 10; group++) {
        if (group == 9 && *at > 1)
            return NULL;
        *ret |= (uint64_t)(*at & 0x7f) << (7 * group);
        if (!(*at++ & 0x80))
            return at;
    }
    return NULL;
}

static void assert_read_as_slowly(const uint8_t *at, const uint8_t *end)
{
    uint64_t value = 0, expected = 0;
    const uint8_t *behind = varint_get(at, end, &value);
    assert_ptr_equal(behind, read_slowly(at, end, &expected));
    if (behind)
        assert_true(value == expected);
}

static void every_length_is_read_wherever_the_column_ends(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t values[] = {bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX, UINT64_C(1) << (bits % 64), UINT64_C(0x123456789abcdef0) >> (bits % 64)};
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            uint8_t bytes[2 * VARINT_MAX_BYTES];
            memset(bytes, 0xff, sizeof(bytes));   /* what lies behind the value must not count */
            size_t length = (size_t)(varint_put(bytes, values[i]) - bytes);
            for (size_t available = 0; available <= sizeof(bytes); available++) {
                uint64_t value = 0;
                const uint8_t *behind = varint_get(bytes, bytes + available, &value);
                assert_ptr_equal(behind, available < length ? NULL : bytes + length);
                if (behind)
                    assert_true(value == values[i]);
            }
        }
    }
}

static void random_bytes_are_read_as_the_format_says(void **state)
{
    (void)state;
    uint64_t trials = trials_count("runs of bytes", 20000);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(1, trial)};
        uint8_t bytes[24];
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(random_below(&random, 256) | (random_below(&random, 4) ? 0x80 : 0));
        for (size_t first = 0; first < sizeof(bytes); first++)
            assert_read_as_slowly(bytes + first, bytes + sizeof(bytes));
    }
}

static void zigzag_is_its_own_inverse(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t positive = UINT64_C(1) << bit, negative = 0 - positive;
        assert_true(zigzag_decode(zigzag_encode(positive)) == positive);
        assert_true(zigzag_decode(zigzag_encode(negative)) == negative);
    }
    assert_int_equal(zigzag_decode(0), 0);
    assert_true(zigzag_decode(1) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_read_wherever_the_column_ends),
        cmocka_unit_test(random_bytes_are_read_as_the_format_says),
        cmocka_unit_test(zigzag_is_its_own_inverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
