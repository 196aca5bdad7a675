/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/source_names.h"

/* The lines of the statements, as text: "3 7+" binds in line 3 and fills in line 7. */
static void assert_names(const char *source, const char *scope, const char *name, const char *expected)
{
    struct source_name found[8];
    char text[100] = "";
    size_t length = 0;
    unsigned count = source_names_find(source, strlen(source), (struct span){scope, strlen(scope)}, (struct span){name, strlen(name)}, 8, found);
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u%s", i ? " " : "", found[i].line, found[i].fills ? "+" : "");
    assert_string_equal(text, expected);
}

static void each_way_to_bind_a_name_is_seen(void **state)
{
    (void)state;
    assert_names("x = 1\n", "", "x", "1");
    assert_names("x: dict = {}\n", "", "x", "1");
    assert_names("a = x = []\n", "", "x", "1");
    assert_names("a, x = f()\n", "", "x", "1");
    assert_names("(a, x) = f()\n", "", "x", "1");
    assert_names("if a: x = 2\n", "", "x", "1");
    assert_names("from a import x\nimport x\n", "", "x", "1 2");
    assert_names("def x(): pass\nclass x: pass\nasync def x(): pass\n", "", "x", "1 2 3");
}

static void each_way_to_fill_a_name_is_seen(void **state)
{
    (void)state;
    assert_names("x = {}\nfor i in range(9):\n    x[i] = i\n    x.update(i)\nx += [1]\nx |= y\n", "", "x", "1 3+ 4+ 5+ 6+");
}

static void what_only_looks_like_it_is_not_taken(void **state)
{
    (void)state;
    assert_names("y = x\nf(x=1)\nx == 1\nx.pop()\nz.x = 1\nxx = 1\nprint(x)\nx[1]\nx(a)[1] == 2\n", "", "x", "");
    assert_names("# x = 1\ny = 'x = 1'\nz = '''\nx = 1\n'''\nw = (\nx, 1)\nv = 1 + \\\nx\n", "", "x", "");
    assert_names("y = \"a\\\"\nx = 1\n", "", "x", "2");
}

static void lines_are_counted_through_strings_brackets_and_joined_lines(void **state)
{
    (void)state;
    assert_names("'''a\nb\n'''\ny = [1,\n  2]  # [\nz = 1 + \\\n  2\n\n\nx = 3\n", "", "x", "10");
    assert_names("x = [\n 1]\r\nx = 2", "", "x", "1 3");
}

static void a_scope_is_a_class_body_and_not_what_is_in_it(void **state)
{
    static const char source[] = "x = 1\nclass A:\n    x = 2\n    class B:\n        x = 3\n    def f(self):\n        x = 4\n    x = 5\n"
                                 "def g():\n    x = 6\n    class A:\n        x = 7\nif 1:\n    x = 8\n";
    (void)state;
    assert_names(source, "", "x", "1 14");
    assert_names(source, "A", "x", "3 8");
    assert_names(source, "A.B", "x", "5");
    assert_names(source, "B", "x", "");
    assert_names("class AB:\n  x = 1\n", "A", "x", "");
}

static void broken_text_ends_somewhere(void **state)
{
    (void)state;
    static const char *const texts[] = {"x", "'''", "x = (", "\\", "x = '", "class", "def ", "\\\n", "x =", "=", "==", "x[", "x.", "x +"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct source_name found[2];
        for (size_t length = 0; length <= strlen(texts[i]); length++)
            assert_true(source_names_find(texts[i], length, (struct span){"", 0}, (struct span){"x", 1}, 2, found) <= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_bind_a_name_is_seen),
        cmocka_unit_test(each_way_to_fill_a_name_is_seen),
        cmocka_unit_test(what_only_looks_like_it_is_not_taken),
        cmocka_unit_test(lines_are_counted_through_strings_brackets_and_joined_lines),
        cmocka_unit_test(a_scope_is_a_class_body_and_not_what_is_in_it),
        cmocka_unit_test(broken_text_ends_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
