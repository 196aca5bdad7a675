/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap_builder.h"
#include "heap/label.h"

/* The label of the first reference from one object to the other. */
static void assert_label(const struct test_heap *heap, const char *from, const char *to, enum label_kind kind, const char *expected)
{
    uint32_t source = test_heap_node(heap, from), target = strcmp(to, "_") ? test_heap_node(heap, to) : HEAP_NULL;
    uint32_t ref = heap->heap->first_ref_of_node[source];
    while (heap->heap->target_of_ref[ref] != target)
        assert_true(++ref < heap->heap->first_ref_of_node[source + 1]);
    struct label label = label_of_ref(heap->heap, source, ref);
    struct text text = {0};
    label_write(heap->heap, label, &text);
    assert_string_equal(text_string(&text), expected);
    assert_int_equal(label.kind, kind);
    text_deinit(&text);
}

static void each_place_of_a_reference_has_its_own_words(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "type app.Order members __dict__ slot attrs x y\n"
        "order : app.Order .slot a .y b\n"
        "list : list [ a b _ c ] + extra\n"
        "dict : dict { 'k' a b c 7 d }\n"
        "set : set < a >\n"
        "ref : weakref / a /\n"
        "plain : object + a + b\n"
        "a : object ; b : object ; c : object ; d : object ; extra : object\n");
    assert_label(&heap, "order", "a", LABEL_MEMBER, ".slot");
    assert_label(&heap, "order", "b", LABEL_ATTR, ".y");
    assert_label(&heap, "list", "a", LABEL_INDEX, "[0]");
    assert_label(&heap, "list", "_", LABEL_INDEX, "[2]");
    assert_label(&heap, "list", "c", LABEL_INDEX, "[3]");
    assert_label(&heap, "list", "extra", LABEL_EXTRA, "reference 0");
    assert_label(&heap, "dict", "'k'", LABEL_KEY, "key 'k'");
    assert_label(&heap, "dict", "a", LABEL_VALUE, "['k']");
    assert_label(&heap, "dict", "b", LABEL_KEY, "key <object>");
    assert_label(&heap, "dict", "c", LABEL_VALUE, "[<object>]");
    assert_label(&heap, "dict", "d", LABEL_VALUE, "[7]");
    assert_label(&heap, "set", "a", LABEL_ELEMENT, "set element");
    assert_label(&heap, "ref", "a", LABEL_WEAK, "weak referent");
    assert_label(&heap, "plain", "b", LABEL_EXTRA, "reference 1");
    test_heap_deinit(&heap);
}

static void locals_have_names_and_temporaries_have_numbers(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "code new 'f' 'app.py' 1 locals rows n free seen\n"
        "code old 'g' 'app.py' 1 old locals rows n free seen\n"
        "run : frame .f_code new ( a b c d ) pseudo ; gen : generator .gi_code old ( a b c d ) ; lost : frame ( a )\n"
        "a : object ; b : object ; c : object ; d : object\n");
    static const char *const frames[] = {"run", "gen"};
    for (int i = 0; i < 2; i++) {
        assert_label(&heap, frames[i], "a", LABEL_LOCAL, "local rows");
        assert_label(&heap, frames[i], "b", LABEL_LOCAL, "local n");
        assert_label(&heap, frames[i], "c", LABEL_LOCAL, "local seen");
        assert_label(&heap, frames[i], "d", LABEL_TEMPORARY, "temporary 3 of the evaluation stack");
    }
    assert_label(&heap, "lost", "a", LABEL_TEMPORARY, "temporary 0 of the evaluation stack");
    assert_true(span_is(label_free_name(heap.heap, test_heap_node(&heap, "new"), 0), "seen"));
    assert_true(span_is(label_free_name(heap.heap, test_heap_node(&heap, "old"), 0), "seen"));
    assert_int_equal(label_free_name(heap.heap, test_heap_node(&heap, "new"), 1).length, 0);
    assert_int_equal(label_free_name(heap.heap, test_heap_node(&heap, "old"), 1).length, 0);
    assert_int_equal(label_free_name(heap.heap, test_heap_node(&heap, "a"), 0).length, 0);
    test_heap_deinit(&heap);
}

static void labels_that_no_reference_has_can_be_written(void **state)
{
    struct text text = {0};
    (void)state;
    label_write(NULL, (struct label){.kind = LABEL_TYPE}, &text);
    text_add(&text, " ");
    label_write(NULL, (struct label){.kind = LABEL_SKIPPED, .index = 12}, &text);
    assert_string_equal(text_string(&text), ".__class__ … 12 more …");
    text_deinit(&text);
}

static void assert_value(const char *statement, const char *expected)
{
    struct test_heap heap;
    struct text text = {0};
    test_heap_init(&heap, "%s", statement);
    label_write_value(heap.heap, test_heap_node(&heap, "v"), &text);
    assert_string_equal(text_string(&text), expected);
    text_deinit(&text);
    test_heap_deinit(&heap);
}

static void small_values_read_as_in_python(void **state)
{
    (void)state;
    assert_value("v : str 'text'", "'text'");
    assert_value("v : bytes 'ab\xff'", "b'ab\\xff'");
    assert_value("v : int '-12'", "-12");
    assert_value("v : bool '0'", "False");
    assert_value("v : bool '1'", "True");
    assert_value("v : NoneType", "None");
    assert_value("type ellipsis ; v : ellipsis", "...");
    assert_value("v : tuple [ ]", "()");
    assert_value("v : tuple [ 'a' ]", "('a',)");
    assert_value("v : tuple [ 'a' 1 None o ] ; o : object", "('a', 1, None, <object>)");
    assert_value("v : tuple [ 1 2 3 4 5 ]", "(1, 2, 3, 4, …)");
    assert_value("v : tuple [ _ v ]", "(NULL, <tuple>)");
    assert_value("v : list [ 1 ]", "<list>");
    assert_value("v : object", "<object>");
    assert_value("v : str", "<str>");
}

static void a_float_has_the_fewest_digits_that_tell_it(void **state)
{
    static const char *const numbers[] = {"0.1", "1.0", "-0.0", "3.25", "100000.0", "1e+16", "9999999999999998.0", "1e-05", "0.0001", "1.5e+300",
                                          "0.30000000000000004", "123456789.125", "5e-324", "1.7976931348623157e+308", "inf", "-inf", "nan"};
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char statement[64];
        snprintf(statement, sizeof(statement), "v : float '%s'", numbers[i]);
        assert_value(statement, numbers[i]);
    }
}

static void a_value_that_is_not_whole_says_so(void **state)
{
    (void)state;
    assert_value("v : str 'abc' of 4", "'abc…'");
    assert_value("v : str 'äöü' of 3", "'äöü'");
    assert_value("v : bytes 'abc' of 400", "b'abc…'");
    assert_value("v : str 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyyy'",
                 "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'");
    assert_value("v : int '1234567890123456789012345678901234567890123456789012345678901'",
                 "123456789012345678901234567890123456789012345678901234567890…");
}

static void hostile_values_stay_in_their_quotes(void **state)
{
    (void)state;
    assert_value("v : str \"'; rm\"", "'\\'; rm'");
    assert_value("v : str '\x1b[31m\n\\'", "'\\x1b[31m\\n\\\\'");
    assert_value("type app.<b>\x01 ; v : app.<b>\x01", "<<b>\x01>");
    assert_value("v : int 'x'", "x");
    assert_value("v : bool ''", "True");
}

static void an_identifier_is_what_may_follow_a_dot(void **state)
{
    static const char *const good[] = {"a", "_", "cache2", "größe", "\xed\xa0\x80"}, *const bad[] = {"", "2a", "a b", "a-b", "a.b", "a\n", "<b>"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(label_is_identifier((struct span){good[i], strlen(good[i])}));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(label_is_identifier((struct span){bad[i], strlen(bad[i])}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_of_a_reference_has_its_own_words),
        cmocka_unit_test(locals_have_names_and_temporaries_have_numbers),
        cmocka_unit_test(labels_that_no_reference_has_can_be_written),
        cmocka_unit_test(small_values_read_as_in_python),
        cmocka_unit_test(a_float_has_the_fewest_digits_that_tell_it),
        cmocka_unit_test(a_value_that_is_not_whole_says_so),
        cmocka_unit_test(hostile_values_stay_in_their_quotes),
        cmocka_unit_test(an_identifier_is_what_may_follow_a_dot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
