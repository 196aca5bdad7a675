/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "heap_builder.h"
#include "base/source.h"

static void assert_line(const char *path, uint32_t line, const char *expected)
{
    struct text text = {0};
    text_add(&text, "=");
    source_add_line((struct span){path, strlen(path)}, line, &text);
    assert_string_equal(text_string(&text) + 1, expected);
    text_deinit(&text);
}

static void assert_lines(const char *contents, uint32_t line, const char *expected)
{
    struct nameless_file file;
    nameless_file_init(&file);
    nameless_file_fill(&file, contents, strlen(contents));
    assert_line(file.path, line, expected);
    nameless_file_deinit(&file);
}

static void a_line_comes_without_white_space_at_its_ends(void **state)
{
    (void)state;
    assert_lines("one\n\t  two = 2 \t\r\nthree\n", 1, "one");
    assert_lines("one\n\t  two = 2 \t\r\nthree\n", 2, "two = 2");
    assert_lines("one\n\t  two = 2 \t\r\nthree\n", 3, "three");
    assert_lines("one\n \t\nthree\n", 2, "");
    assert_lines("one\n\nthree\n", 2, "");
}

static void the_last_line_needs_no_newline(void **state)
{
    (void)state;
    assert_lines("one\ntwo", 2, "two");
    assert_lines("one", 1, "one");
}

static void a_line_that_is_not_there_is_empty(void **state)
{
    (void)state;
    assert_lines("one\ntwo\n", 0, "");
    assert_lines("one\ntwo\n", 3, "");
    assert_lines("one\ntwo\n", UINT32_MAX, "");
    assert_lines("", 1, "");
}

static void a_line_of_any_length_is_cut(void **state)
{
    char contents[3000], expected[401];
    (void)state;
    memset(contents, 'x', sizeof(contents) - 1);
    contents[sizeof(contents) - 1] = '\0';
    memset(expected, 'x', 400);
    expected[400] = '\0';
    assert_lines(contents, 1, expected);
}

static void what_is_no_readable_file_is_not_read(void **state)
{
    char directory[] = "/tmp/whoholds-source-XXXXXX", fifo[64];
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_line("", 1, "");
    assert_line("/nowhere/app.py", 1, "");
    assert_line("<string>", 1, "");
    assert_line(directory, 1, "");
    assert_line(fifo, 1, "");
    assert_line("/dev/zero", 1, "");
    unlink(fifo);
    rmdir(directory);
}

static void a_name_with_a_nul_is_no_file(void **state)
{
    struct text text = {0};
    struct nameless_file file;
    char name[64];
    (void)state;
    nameless_file_init(&file);
    nameless_file_fill(&file, "secret\n", 7);
    snprintf(name, sizeof(name), "%s", file.path);
    source_add_line((struct span){name, strlen(name) + 3}, 1, &text);
    assert_string_equal(text_string(&text), "");
    text_deinit(&text);
    nameless_file_deinit(&file);
}

static void a_file_too_large_to_be_source_is_not_read(void **state)
{
    struct nameless_file file;
    (void)state;
    nameless_file_init(&file);
    nameless_file_fill(&file, "one\n", 4);
    assert_int_equal(ftruncate(file.fd, (off_t)1 << 40), 0);
    assert_line(file.path, 2, "");
    nameless_file_deinit(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_comes_without_white_space_at_its_ends),
        cmocka_unit_test(the_last_line_needs_no_newline),
        cmocka_unit_test(a_line_that_is_not_there_is_empty),
        cmocka_unit_test(a_line_of_any_length_is_cut),
        cmocka_unit_test(what_is_no_readable_file_is_not_read),
        cmocka_unit_test(a_name_with_a_nul_is_no_file),
        cmocka_unit_test(a_file_too_large_to_be_source_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
