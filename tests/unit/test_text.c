/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "base/text.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void a_text_grows_by_what_is_added(void **state)
{
    struct text text = {0};
    (void)state;
    assert_string_equal(text_string(&text), "");
    text_add(&text, "");
    assert_string_equal(text_string(&text), "");
    text_add(&text, "one ");
    text_add_bytes(&text, "twofold", 3);
    text_add_span(&text, (struct span){" three!", 6});
    text_addf(&text, " %d %s", 4, "five");
    assert_string_equal(text_string(&text), "one two three 4 five");
    assert_int_equal(text.length, 20);
    text_clear(&text);
    assert_string_equal(text_string(&text), "");
    text_add(&text, "again");
    assert_string_equal(text_string(&text), "again");
    text_deinit(&text);
    assert_string_equal(text_string(&text), "");
}

static void a_formatted_string_of_any_length_is_added_whole(void **state)
{
    (void)state;
    for (int length = 250; length < 262; length++) {
        struct text text = {0};
        text_add(&text, "<");
        text_addf(&text, "%0*d", length, 7);
        text_add(&text, ">");
        assert_int_equal(text.length, length + 2);
        assert_int_equal(strlen(text_string(&text)), length + 2);
        assert_int_equal(text.bytes[length], '7');
        assert_int_equal(text.bytes[length + 1], '>');
        text_deinit(&text);
    }
}

static void many_small_pieces_end_in_one_string(void **state)
{
    struct text text = {0};
    (void)state;
    for (int i = 0; i < 10000; i++)
        text_add(&text, "ab");
    assert_int_equal(text.length, 20000);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(text.bytes[i], i % 2 ? 'b' : 'a');
    text_deinit(&text);
}

static void assert_quoted(const char *value, size_t length, size_t limit, unsigned how, const char *expected)
{
    struct text text = {0};
    text_add_quoted(&text, (struct span){value, length}, limit, how);
    assert_string_equal(text_string(&text), expected);
    text_deinit(&text);
}

static void a_quoted_value_reads_as_python_writes_it(void **state)
{
    (void)state;
    assert_quoted("", 0, 60, QUOTED_STR, "''");
    assert_quoted("plain", 5, 60, QUOTED_STR, "'plain'");
    assert_quoted("it's\\", 5, 60, QUOTED_STR, "'it\\'s\\\\'");
    assert_quoted("\n\r\t", 3, 60, QUOTED_STR, "'\\n\\r\\t'");
    assert_quoted("\x00\x1b[\x7f", 4, 60, QUOTED_STR, "'\\x00\\x1b[\\x7f'");
    assert_quoted("größe", 7, 60, QUOTED_STR, "'größe'");
}

static void a_long_value_is_cut_between_characters(void **state)
{
    (void)state;
    assert_quoted("abcdef", 6, 6, QUOTED_STR, "'abcdef'");
    assert_quoted("abcdef", 6, 5, QUOTED_STR, "'abcde…'");
    assert_quoted("aöö", 5, 4, QUOTED_STR, "'aö…'");   /* the second ö would be torn apart */
    assert_quoted("€", 3, 2, QUOTED_STR, "'…'");
    assert_quoted("a", 1, 0, QUOTED_STR, "'…'");
    assert_quoted("\x80\x80\x80", 3, 2, QUOTED_STR, "'…'");
}

static void a_nul_in_a_name_does_not_end_the_text(void **state)
{
    struct text text = {0};
    (void)state;
    text_add_span(&text, (struct span){"a\0b", 3});
    text_add(&text, "!");
    assert_string_equal(text_string(&text), "a\xef\xbf\xbd" "b!");
    text_deinit(&text);
}

static void bytes_have_escapes_for_all_beyond_ascii(void **state)
{
    (void)state;
    assert_quoted("a\xff\x80'", 4, 60, QUOTED_BYTES, "b'a\\xff\\x80\\''");
    assert_quoted("\x80\x81\x82", 3, 2, QUOTED_BYTES, "b'\\x80\\x81…'");
}

static void a_prefix_shows_that_the_value_goes_on(void **state)
{
    (void)state;
    assert_quoted("abc", 3, 60, QUOTED_PREFIX, "'abc…'");
    assert_quoted("", 0, 60, QUOTED_PREFIX, "'…'");
    assert_quoted("abc", 3, 2, QUOTED_PREFIX, "'ab…'");
    assert_quoted("abc", 3, 60, QUOTED_PREFIX | QUOTED_BYTES, "b'abc…'");
}

static void a_name_has_a_limit(void **state)
{
    char name[TEXT_NAME_BYTES_MAX + 2];
    struct text text = {0};
    (void)state;
    memset(name, 'x', sizeof(name));
    text_add_name(&text, (struct span){name, TEXT_NAME_BYTES_MAX});
    assert_int_equal(text.length, TEXT_NAME_BYTES_MAX);
    text_clear(&text);
    text_add_name(&text, (struct span){name, sizeof(name)});
    assert_int_equal(text.length, TEXT_NAME_BYTES_MAX + 3);
    assert_string_equal(text_string(&text) + TEXT_NAME_BYTES_MAX - 1, "x…");
    text_clear(&text);
    memcpy(name + TEXT_NAME_BYTES_MAX - 1, "ö", 2);
    text_add_name(&text, (struct span){name, sizeof(name)});
    assert_string_equal(text_string(&text) + TEXT_NAME_BYTES_MAX - 2, "x…");
    text_deinit(&text);
}

static void running_out_of_memory_is_remembered(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct text text = {0};
        fail_allocation_arm(nth);
        text_add(&text, "first");
        text_addf(&text, "%0300d", 1);
        text_add_quoted(&text, span_of("\x01 quoted"), 60, QUOTED_PREFIX);
        text_add_span(&text, span_of("last"));
        bool failed = fail_allocation_disarm();
        assert_int_equal(text.failed, failed);
        assert_true(text_string(&text) != NULL);
        assert_int_equal(strlen(text_string(&text)), text.length);
        text_deinit(&text);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows_by_what_is_added),
        cmocka_unit_test(a_formatted_string_of_any_length_is_added_whole),
        cmocka_unit_test(many_small_pieces_end_in_one_string),
        cmocka_unit_test(a_quoted_value_reads_as_python_writes_it),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
        cmocka_unit_test(bytes_have_escapes_for_all_beyond_ascii),
        cmocka_unit_test(a_prefix_shows_that_the_value_goes_on),
        cmocka_unit_test(a_nul_in_a_name_does_not_end_the_text),
        cmocka_unit_test(a_name_has_a_limit),
        cmocka_unit_test(running_out_of_memory_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
