/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap_builder.h"

/* The demo: who allocates and who holds are different functions. Bytecode is that of CPython 3.8. */
static const char source[] =
    "cache = []\n"                            /* 1 */
    "def allocate(n):\n"                      /* 2 */
    "    return bytearray(n)\n"               /* 3 */
    "def make_and_hold(n):\n"                 /* 4 */
    "    obj = allocate(n)\n"                 /* 5 */
    "    cache.append(obj)\n";                /* 6 */

static void add_opcodes(struct heap_builder *builder)
{
    heap_builder_set_version(builder, "3.8.20", 0x030814f0);
    heap_builder_add(builder, "opcode 1 POP_TOP ; opcode 83 RETURN_VALUE ; opcode 97 STORE_GLOBAL argument ; opcode 100 LOAD_CONST argument\n"
                     "opcode 116 LOAD_GLOBAL argument ; opcode 124 LOAD_FAST argument ; opcode 125 STORE_FAST argument ; opcode 131 CALL_FUNCTION argument\n"
                     "opcode 160 LOAD_METHOD argument ; opcode 161 CALL_METHOD argument ; opcode 103 BUILD_LIST argument\n"
                     "opcode 90 STORE_NAME argument");
}

/* `store`: of the list, in the builder's words; else it is as long as it is. */
static struct heap_builder *demo_with(const char *file, const char *store)
{
    struct heap_builder *builder = heap_builder_create();
    add_opcodes(builder);
    heap_builder_add(builder,
        "module __main__ { 'cache' cache 'allocate' allocate 'make_and_hold' hold }\n"
        "cache : list [ b0 b1 b2 b3 b4 b5 ] size 120 %s\n"
        "allocate : function .__code__ allocate_code .__globals__ __main__.__dict__ ; hold : function .__code__ hold_code .__globals__ __main__.__dict__\n"
        "code allocate_code 'allocate' '%s' 2 args 1 old locals n names bytearray bytecode 74007c0083015300 lines 0001\n"
        "code hold_code 'make_and_hold' '%s' 4 args 1 old locals n obj names allocate cache append\n"
        "  bytecode 74007c0083017d017401a0027c01a101010064005300 lines 00010801\n"
        "thread 1 'main' main ; run : frame .f_code hold_code .f_globals __main__.__dict__ ( 7 b5 ) pseudo ; frame run hold_code 6\n"
        "code body '<module>' '%s' 1 names cache bytecode 67005a0064005300 lines 0000\n"
        "outer : frame .f_code body .f_globals __main__.__dict__ pseudo ; frame outer body 6\n", store, file, file, file);
    for (int i = 0; i < 6; i++)
        heap_builder_add(builder, "b%d : bytearray size 5000057 store 5000000 5000001", i);
    return builder;
}

static struct heap_builder *demo(const char *file)
{
    return demo_with(file, "");
}

static struct wh_suspects *ask(const struct test_heap *heap, bool all, size_t limit)
{
    struct wh_suspects *suspects;
    struct wh_error error;
    if (wh_suspects(heap->analysis, all, limit, &error, &suspects))
        fail_msg("%s", error.message);
    return suspects;
}

static void add_lines(struct text *text, const char *what, const struct wh_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_addf(text, "%s line %u in %s: %s [%s: %s]%s%s\n", what, lines[i].line, lines[i].function, lines[i].text, lines[i].evidence,
                  lines[i].certainty, lines[i].via[0] ? " via " : "", lines[i].via);
}

/* All of a suspect but the file's name, which no test knows, and addresses. */
static void add_suspect(struct text *text, const struct wh_suspect *suspect)
{
    text_addf(text, "%s %s %s: %s of %d items retains %d bytes, %d objects\n", suspect->verdict == WH_VERDICT_LEAK ? "leak" : suspect->verdict == WH_VERDICT_UNCERTAIN ? "uncertain" : "large", suspect->kind, suspect->name,
              suspect->holder.type, (int)suspect->holder.length, (int)suspect->holder.retained_bytes, (int)suspect->holder.retained_objects);
    add_lines(text, "held at", suspect->held_at, suspect->held_at_count);
    for (size_t i = 0; i < suspect->allocated_at_count; i++)
        add_lines(text, "allocated at", &suspect->allocated_at[i].line, 1);
    for (size_t i = 0; i < suspect->content_count; i++)
        text_addf(text, "holds %d %s, %d bytes\n", (int)suspect->contents[i].count, suspect->contents[i].type, (int)suspect->contents[i].bytes);
    text_addf(text, "path %s\n", suspect->path_expression);
    for (size_t i = 0; i < suspect->path.hop_count; i++)
        text_addf(text, "  %s %s%s\n", suspect->path.hops[i].label, suspect->path.hops[i].object.type, suspect->path.hops[i].dominator ? "" : " ?");
    for (size_t i = 0; i < suspect->cut_count; i++)
        text_addf(text, "cut %s\n", suspect->cuts[i]);
    for (size_t i = 0; i < suspect->reason_count; i++)
        text_addf(text, "%s %s: %s\n", suspect->reasons[i].weight == WH_WEIGHT_FOR ? "+" : suspect->reasons[i].weight == WH_WEIGHT_DOUBT ? "?" : "-", suspect->reasons[i].sign, suspect->reasons[i].sentence);
}

static void assert_verdict(struct heap_builder *builder, bool all, const char *expected)
{
    struct test_heap heap;
    struct text text = {0};
    test_heap_open(builder, &heap);
    struct wh_suspects *suspects = ask(&heap, all, 0);
    for (size_t i = 0; i < suspects->count; i++)
        add_suspect(&text, &suspects->suspects[i]);
    assert_string_equal(text_string(&text), expected);
    text_deinit(&text);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

#define DEMO_REST \
    "holds 6 bytearray, 30000342 bytes\n" \
    "path sys.modules['__main__'].cache[0…5]\n" \
    "  sys.modules['__main__'] module\n" \
    "  .cache list\n" \
    "cut __main__.cache\n" \
    "+ grows-in-function: a function adds to it each time it runs: make_and_hold\n" \
    "+ many-alike: it holds 6 objects of one type, bytearray\n"

static void the_demos_holder_is_named_with_its_line(void **state)
{
    struct nameless_file file;
    (void)state;
    nameless_file_init(&file);
    nameless_file_fill(&file, source, strlen(source));
    assert_verdict(demo(file.path), true,
                   "leak container __main__.cache: list of 6 items retains 30000462 bytes, 7 objects\n"
                   "held at line 6 in make_and_hold: cache.append(obj) [store: only candidate]\n" DEMO_REST);
    nameless_file_deinit(&file);
}

static void what_the_recorder_saw_comes_first(void **state)
{
    struct nameless_file file;
    (void)state;
    nameless_file_init(&file);
    nameless_file_fill(&file, source, strlen(source));
    struct heap_builder *builder = demo(file.path);
    heap_builder_add(builder, "recorder 3 ; stack 30000342 30000342 allocate_code 4 hold_code 4 ; stack 64 64 hold_code 14 ; stack 8 8 hold_code 2 ; block cache 64 4 3");
    for (int i = 0; i < 6; i++)
        heap_builder_add(builder, "block b%d 5000073 2 2", i);
    heap_builder_add(builder, "root interpreter 'other' other ; other : tuple [ x y ] ; x : bytearray size 4000 ; y : bytearray size 4000\n"
                              "block x 4000 2 2 ; block y 4000 2 2"); /* none of the holder's */
    struct test_heap heap;
    test_heap_open(builder, &heap);
    struct wh_suspects *suspects = ask(&heap, false, 0);
    assert_int_equal(suspects->count, 1);
    const struct wh_suspect *suspect = &suspects->suspects[0];
    assert_int_equal(suspect->held_at_count, 2);
    assert_int_equal(suspect->held_at[1].line, 5);
    assert_string_equal(suspect->held_at[1].evidence, "growth");
    assert_string_equal(suspect->held_at[0].evidence, "growth");
    assert_string_equal(suspect->held_at[0].certainty, "exact");
    assert_int_equal(suspect->held_at[0].line, 6);
    assert_string_equal(suspect->held_at[0].text, "cache.append(obj)");
    assert_int_equal(suspect->allocated_at_count, 1);
    assert_string_equal(suspect->allocated_at[0].line.function, "allocate");
    assert_string_equal(suspect->allocated_at[0].line.text, "return bytearray(n)");
    assert_int_equal(suspect->allocated_at[0].blocks, 6);
    assert_true(suspects->any_leak);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
    nameless_file_deinit(&file);
}

/* The store grew when `grown` blocks had been recorded; the code that adds allocated from the 2nd to the 900th one. */
static bool is_saturated(unsigned items, unsigned grown, const char *stacks)
{
    char store[64];
    snprintf(store, sizeof(store), "store %u %u", items, items);
    struct heap_builder *builder = demo_with("app.py", store);
    struct test_heap heap;
    bool shown = false;
    heap_builder_add(builder, "recorder 3 ; stack 64 64 ages 2 %u hold_code 14 ; %s", grown, stacks);
    heap_builder_add(builder, "filler : bytearray size 100 ; root interpreter 'other' filler");
    for (unsigned i = 0; i < grown; i++)
        heap_builder_add(builder, "b%u_ : bytearray size 40 ; root interpreter 'b' b%u_ ; block b%u_ 40 0 0", i, i, i);
    heap_builder_add(builder, "block cache 64 2 2");
    test_heap_open(builder, &heap);
    struct wh_suspects *suspects = ask(&heap, true, 0);
    for (size_t i = 0; i < suspects->suspects[0].reason_count; i++)
        shown |= !strcmp(suspects->suspects[0].reasons[i].sign, "saturated");
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
    return shown;
}

static void what_has_stood_still_while_its_code_ran_is_full(void **state)
{
    (void)state;
    assert_true(is_saturated(5000, 30, "stack 900 0 ages 3 900 allocate_code 4 hold_code 4"));
    assert_false(is_saturated(5000, 30, "stack 900 0 ages 3 900 allocate_code 4"));              /* other code ran */
    assert_false(is_saturated(5000, 30, "stack 900 0 ages 3 40 allocate_code 4 hold_code 4"));   /* not for long */
    assert_false(is_saturated(5000, 800, "stack 900 0 ages 3 900 allocate_code 4 hold_code 4"));
    assert_false(is_saturated(5000, 30, "stack 900 0 ages 0 0 allocate_code 4 hold_code 4"));    /* an older snapshot */
    assert_false(is_saturated(6, 30, "stack 900 0 ages 3 900 allocate_code 4 hold_code 4"));     /* a list so short has room for as many */
}

static void a_buffer_that_a_running_function_owns_is_the_frames(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    (void)state;
    add_opcodes(builder);
    heap_builder_add(builder, "code load 'load' '/nowhere/app.py' 2 args 1 old locals n rows\n"
                     "thread 1 'main' main ; run : frame .f_code load ( 7 rows ) pseudo ; frame run load 4 ; rows : bytearray size 100000");
    assert_verdict(builder, true,
                   "large frame rows (local of load at app.py:4, thread MainThread): bytearray of -1 items retains 100000 bytes, 1 objects\n"
                   "held at line 4 in load:  [frame: exact]\n"
                   "path rows (local of load at app.py:4, thread MainThread)\n"
                   "  load at app.py:4 in thread MainThread frame\n"
                   "  local rows bytearray\n"
                   "cut rows (local of load at app.py:4, thread MainThread)\n");
}

static void what_is_merely_large_is_told_on_request(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'a' a 'b' b '__file__' '/srv/app.py' } ; a : list [ x y ] ; x : bytearray size 50000 ; y : bytes size 50000\n"
                          "b : list [ z u ] ; z : bytearray size 90000 ; u : bytes size 50000");
    struct wh_suspects *suspects = ask(&heap, false, 0);
    assert_int_equal(suspects->count, 0);
    assert_false(suspects->any_leak);
    wh_suspects_free(suspects);
    suspects = ask(&heap, true, 0);
    assert_int_equal(suspects->count, 2);
    assert_string_equal(suspects->suspects[0].name, "app.b");
    assert_string_equal(suspects->suspects[1].name, "app.a");
    assert_true(suspects->suspects[0].share > 0.5 && suspects->suspects[0].share < 0.65);
    wh_suspects_free(suspects);
    suspects = ask(&heap, true, 1);
    assert_int_equal(suspects->count, 1);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

static void suspects_come_before_what_is_larger(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'few' few 'many' many '__file__' '/srv/app.py' } ; few : list [ x y ] ; x : bytearray size 5000000 ; y : bytes size 5000000\n"
                          "many : list [ a b c d e ] ; a : bytearray size 50000 ; b : bytearray size 50000 ; c : bytearray size 50000\n"
                          "d : bytearray size 50000 ; e : bytearray size 50000");
    struct wh_suspects *suspects = ask(&heap, true, 0);
    assert_int_equal(suspects->count, 2);
    assert_string_equal(suspects->suspects[0].name, "app.many");
    assert_int_equal(suspects->suspects[0].verdict, WH_VERDICT_UNCERTAIN);
    assert_false(suspects->any_leak);
    assert_string_equal(suspects->suspects[1].name, "app.few");
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

static struct heap_builder *leaks(unsigned count);

/* A list of five buffers, of which nothing is known but that, beside a chain of 100 KB. */
static void what_its_contents_alone_speak_for_counts_for_less(void **state)
{
    static const struct { unsigned size; const char *first; } cases[] = {{50000, "m0.cache"}, {500000, "app.many"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_heap heap;
        struct heap_builder *builder = leaks(1);
        heap_builder_add(builder, "module app { 'many' many '__file__' '/srv/app.py' } ; many : list [ a b c d e ]");
        for (char name = 'a'; name <= 'e'; name++)
            heap_builder_add(builder, "%c : bytearray size %u", name, cases[i].size);
        test_heap_open(builder, &heap);
        struct wh_suspects *suspects = ask(&heap, false, 0);
        assert_int_equal(suspects->count, 2);
        assert_string_equal(suspects->suspects[0].name, cases[i].first);
        wh_suspects_free(suspects);
        test_heap_deinit(&heap);
    }
}

/* Chains of lists. */
static struct heap_builder *leaks(unsigned count)
{
    enum { LINKS = 40 };
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "module __main__ { '__name__' '__main__' }");
    for (unsigned i = 0; i < count; i++) {
        heap_builder_add(builder, "module m%u { 'cache' c%u-0 '__file__' '/srv/m.py' }", i, i);
        for (unsigned k = 0; k < LINKS; k++)
            heap_builder_add(builder, "c%u-%u : list [ c%u-%u ] size %u", i, k, i, k + 1, 2500 + i);
        heap_builder_add(builder, "c%u-%u : list [ ] size 2500", i, LINKS);
    }
    return builder;
}

/* A leak beyond the limit is still a leak: the exit code of a check depends on it. */
static void a_limit_hides_no_leak_from_the_verdict(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_open(leaks(12), &heap);
    struct wh_suspects *suspects = ask(&heap, false, 0);
    assert_int_equal(suspects->count, 10);
    assert_true(suspects->any_leak);
    assert_string_equal(suspects->suspects[0].name, "m11.cache");
    wh_suspects_free(suspects);
    suspects = ask(&heap, false, 3);
    assert_int_equal(suspects->count, 3);
    wh_suspects_free(suspects);
    suspects = ask(&heap, false, SIZE_MAX);
    assert_int_equal(suspects->count, 12);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

static void a_fingerprint_is_the_same_in_another_process(void **state)
{
    struct test_heap one, other;
    struct heap_builder *builder = heap_builder_create();
    (void)state;
    heap_builder_add(builder, "shift : object ; another : str 'moves all addresses'");
    heap_builder_add(builder, "module __main__ { '__name__' '__main__' } ; module m0 { 'cache' c0 '__file__' '/srv/m.py' }\n"
                     "c0 : list [ a b c d e f ] ; a : bytearray size 30000 ; b : bytearray size 30000 ; c : bytearray size 30000\n"
                     "d : bytearray size 30000 ; e : bytearray size 30000 ; f : bytearray size 30000");
    test_heap_open(leaks(2), &one);
    test_heap_open(builder, &other);
    struct wh_suspects *first = ask(&one, false, 0), *second = ask(&other, false, 0);
    assert_string_equal(first->suspects[1].name, "m0.cache");
    assert_string_equal(second->suspects[0].name, "m0.cache");
    assert_string_equal(first->suspects[1].fingerprint, second->suspects[0].fingerprint);
    assert_string_not_equal(first->suspects[0].fingerprint, first->suspects[1].fingerprint);
    wh_suspects_free(first);
    wh_suspects_free(second);
    test_heap_deinit(&one);
    test_heap_deinit(&other);
}

/* Not by removing its name alone. What it holds itself may refer to it, and goes with it; a weak reference holds nothing. */
static void a_holder_that_several_hold_is_freed_by_cutting_each(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "type app.Node members owner ; module app { 'cache' c 'other' o 'weak' w } ; c : list [ a n ] size 100 ; a : bytes size 50000\n"
                          "n : app.Node .owner c ; o : list [ c ] size 10 ; type weakref.ref ; w : weakref.ref / c /");
    struct wh_suspects *suspects = ask(&heap, true, 0);
    assert_string_equal(suspects->suspects[0].name, "app.cache");
    assert_int_equal(suspects->suspects[0].cut_count, 2);
    assert_string_equal(suspects->suspects[0].cuts[0], "app.cache");
    assert_string_equal(suspects->suspects[0].cuts[1], "app.other[0]");
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

static void all_links_of_a_chain_are_counted(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct test_heap heap;
    (void)state;
    heap_builder_add(builder, "type app.Link attrs next\nmodule app { 'head' l0 }");
    for (int i = 0; i < 40; i++)
        heap_builder_add(builder, i < 39 ? "l%d : app.Link .next l%d size 5000" : "l%d : app.Link size 5000", i, i + 1);
    test_heap_open(builder, &heap);
    struct wh_suspects *suspects = ask(&heap, true, 0);
    assert_int_equal(suspects->count, 1);
    assert_string_equal(suspects->suspects[0].name, "app.head");
    assert_int_equal(suspects->suspects[0].content_count, 1);
    assert_int_equal(suspects->suspects[0].contents[0].count, 39);
    assert_int_equal(suspects->suspects[0].contents[0].bytes, 39 * 5000);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

static void of_very_many_references_to_cut_none_is_listed(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct test_heap heap;
    (void)state;
    heap_builder_add(builder, "module app { 'cache' c 'others' o } ; c : list [ a ] size 100 ; a : bytes size 50000 ; o : list [ c c c c c c c c c c ] size 10");
    test_heap_open(builder, &heap);
    struct wh_suspects *suspects = ask(&heap, true, 0);
    assert_string_equal(suspects->suspects[0].name, "app.cache");
    assert_int_equal(suspects->suspects[0].cut_count, 0);
    wh_suspects_free(suspects);
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demos_holder_is_named_with_its_line),
        cmocka_unit_test(what_the_recorder_saw_comes_first),
        cmocka_unit_test(what_has_stood_still_while_its_code_ran_is_full),
        cmocka_unit_test(a_buffer_that_a_running_function_owns_is_the_frames),
        cmocka_unit_test(what_is_merely_large_is_told_on_request),
        cmocka_unit_test(suspects_come_before_what_is_larger),
        cmocka_unit_test(what_its_contents_alone_speak_for_counts_for_less),
        cmocka_unit_test(a_limit_hides_no_leak_from_the_verdict),
        cmocka_unit_test(a_fingerprint_is_the_same_in_another_process),
        cmocka_unit_test(a_holder_that_several_hold_is_freed_by_cutting_each),
        cmocka_unit_test(all_links_of_a_chain_are_counted),
        cmocka_unit_test(of_very_many_references_to_cut_none_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
