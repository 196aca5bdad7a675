/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search on heaps of a few functions; what real programs look like is in tests/e2e/test_store_sites.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytecode_heap.h"
#include "fail_allocation.h"
#include "holders/store_sites.h"

/* def keep(x): cache.append(x) */
#define KEEP                                                                                                                \
    "code keep_code 'keep' '/src/app.py' 10 args 1 old locals x names cache append bytecode 01000301020004010500 lines 0001\n" \
    "keep : function .__code__ keep_code .__globals__ app.__dict__\n"

static struct holder global_holder(const struct test_heap *heap, const char *name)
{
    struct holder holder = {.node = test_heap_node(heap, name), .path_count = 1};
    holder.paths[0] = (struct holder_path){.step_count = 1};
    holder.paths[0].steps[0] = (struct holder_step){ACCESS_GLOBAL, test_heap_node(heap, "app.__dict__"), {name, strlen(name)}, holder.node};
    return holder;
}

static void find(const struct test_heap *heap, const struct holder *holder, struct store_site_list *ret)
{
    struct code_index *index;
    struct wh_error error;
    assert_int_equal(code_index_create(heap->heap, &error, &index), WH_OK);
    assert_int_equal(store_sites_find(heap->heap, index, holder, &error, ret), WH_OK);
    code_index_destroy(index);
}

static void a_function_that_appends_to_a_global_is_the_site(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache 'keep' keep }\ncache : list [ ]\n" KEEP);
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.sites[0].line, 11);
    assert_true(span_is(list.sites[0].file, "/src/app.py"));
    assert_true(span_is(list.sites[0].function, "keep"));
    assert_int_equal(list.sites[0].how, STORE_METHOD);
    assert_int_equal(list.sites[0].match, MATCH_EXACT);
    assert_int_equal(list.sites[0].executed, EXECUTION_UNKNOWN);
    assert_false(list.incomplete);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static void nothing_appends_to_a_dict(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache 'keep' keep }\ncache : dict { }\n" KEEP);
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 0);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static void a_namesake_in_another_module_is_not_the_holder(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache }\ncache : list [ ]\nmodule other { 'cache' another 'keep' keep }\nanother : list [ ]\n"
                     "code keep_code 'keep' '/src/other.py' 10 args 1 old locals x names cache append bytecode 01000301020004010500\n"
                     "keep : function .__code__ keep_code .__globals__ other.__dict__\n");
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 0);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

/* def push(where, x): where.append(x)      def fill(): push(cache, 1) */
#define PUSH_AND_FILL(push_file)                                                                                            \
    "module app { 'cache' cache 'push' push 'fill' fill }\ncache : list [ ]\n"                                              \
    "code push_code 'push' '" push_file "' 10 args 2 old locals where x names append bytecode 02000300020104010500 lines 0001\n" \
    "code fill_code 'fill' '/src/app.py' 20 old names push cache bytecode 010001010800070205000800 lines 0002\n"            \
    "push : function .__code__ push_code .__globals__ app.__dict__\nfill : function .__code__ fill_code .__globals__ app.__dict__\n"

static void a_wrapper_is_the_site_and_its_caller_is_named(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, PUSH_AND_FILL("/src/app.py"));
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.sites[0].line, 11);
    assert_int_equal(list.sites[0].caller_line, 22);
    assert_true(span_is(list.sites[0].caller_function, "fill"));
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static void the_application_comes_before_the_library_that_it_calls(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, PUSH_AND_FILL("/usr/lib/python3.8/library.py"));
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.sites[0].line, 22);
    assert_int_equal(list.sites[0].how, STORE_THROUGH_LIBRARY);
    assert_int_equal(list.sites[1].line, 11);
    assert_true(list.sites[1].library);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

/* def install(x, items): global cache; cache = items      def start(rows): run(install, (1, rows)), as Thread(target=…, args=…) does */
static void what_is_passed_in_a_tuple_beside_the_function_is_its_argument(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache 'install' install 'start' start }\ncache : list [ ]\n"
                     "code install_code 'install' '/src/app.py' 10 args 2 old locals x items names cache bytecode 02010e00\n"
                     "code start_code 'start' '/src/app.py' 20 args 1 old locals rows names run install\n"
                     " bytecode 01000101080002000d0207020500 lines 0001\n"
                     "install : function .__code__ install_code .__globals__ app.__dict__\nstart : function .__code__ start_code .__globals__ app.__dict__\n");
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 2);
    assert_true(span_is(list.sites[1].function, "start"));
    assert_int_equal(list.sites[1].line, 21);
    assert_int_equal(list.sites[1].how, STORE_ASSIGN);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

/* def install(items): global cache; cache = items      def main(rows): install(rows) */
static void who_passes_what_becomes_the_global_is_a_site(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache 'install' install 'main' main }\ncache : list [ ]\n"
                     "code install_code 'install' '/src/app.py' 10 args 1 old locals items names cache bytecode 02000e00\n"
                     "code main_code 'main' '/src/app.py' 20 args 1 old locals rows names install bytecode 010002000701 lines 0001\n"
                     "install : function .__code__ install_code .__globals__ app.__dict__\nmain : function .__code__ main_code .__globals__ app.__dict__\n");
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 2);
    assert_true(span_is(list.sites[0].function, "install"));
    assert_true(span_is(list.sites[1].function, "main"));
    assert_int_equal(list.sites[1].line, 21);
    assert_int_equal(list.sites[1].how, STORE_ASSIGN);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static void functions_that_call_each_other_for_ever_come_to_an_end(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    /* def push(x): return push(cache) + ...: its own argument and its own result */
    bytecode_heap_open(&heap, "module app { 'cache' cache 'push' push }\ncache : list [ ]\n"
                     "code push_code 'push' '/src/app.py' 10 args 1 old locals x names push cache append\n"
                     " bytecode 0100010107010302020004010a000600\n"
                     "push : function .__code__ push_code .__globals__ app.__dict__\n");
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static void an_unknown_instruction_makes_the_result_incomplete(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'cache' cache 'keep' keep }\ncache : list [ ]\n"
                     "code keep_code 'keep' '/src/app.py' 10 old names cache append bytecode ff0001000301\n"
                     "keep : function .__code__ keep_code .__globals__ app.__dict__\n");
    struct holder holder = global_holder(&heap, "cache");
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 0);
    assert_true(list.incomplete);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

/* class Handler: def __init__(self): self.log = cache      def handle(self, x): self.log.append(x)      and no instance of it */
#define HANDLER                                                                                                             \
    "type app.Handler heap object Handler members __dict__\nmodule app { 'cache' cache 'Handler' Handler }\ncache : list [ ]\n" \
    "code init_code '__init__' '/src/app.py' 10 args 1 old locals self names cache log bytecode 010002000f01\n"             \
    "code handle_code 'handle' '/src/app.py' 20 args 2 old locals self x names log append bytecode 02001000030102010401\n"  \
    "code reset_code 'reset' '/src/app.py' 30 args 1 old locals self names make log bytecode 0100070002000f01\n"            \
    "init : function .__code__ init_code .__globals__ app.__dict__\nhandle : function .__code__ handle_code .__globals__ app.__dict__\n" \
    "reset : function .__code__ reset_code .__globals__ app.__dict__\nHandler : type .__dict__ Handler.__dict__\n"

static void an_attribute_of_instances_that_are_gone_is_known_by_what_it_was_set_to(void **state)
{
    (void)state;
    static const struct { const char *text; unsigned count; } cases[] = {
        {HANDLER "Handler.__dict__ : dict { '__init__' init 'handle' handle }\n", 1},
        {HANDLER "Handler.__dict__ : dict { '__init__' init 'handle' handle 'reset' reset }\n", 0},   /* it may be what make() gives */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_heap heap;
        struct store_site_list list;
        bytecode_heap_open(&heap, cases[i].text);
        struct holder holder = global_holder(&heap, "cache");
        find(&heap, &holder, &list);
        assert_int_equal(list.count, cases[i].count);
        if (list.count) {
            assert_true(span_is(list.sites[0].function, "handle"));
            assert_int_equal(list.sites[0].match, MATCH_CLASS);
        }
        store_site_list_deinit(&list);
        test_heap_deinit(&heap);
    }
}

/* def start(x): global cache; cache = [x] */
static void a_list_that_begins_with_one_is_as_good_as_empty_once_it_is_long(void **state)
{
    (void)state;
    static const struct { const char *items; enum store_how how; } cases[] = {
        {"1 2 3", STORE_ASSIGN}, {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", STORE_CREATE}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_heap heap;
        struct store_site_list list;
        struct text text = {0};
        text_addf(&text, "module app { 'cache' cache 'start' start }\ncache : list [ %s ]\n"
                         "code start_code 'start' '/src/app.py' 10 args 1 old locals x names cache bytecode 020011010e00\n"
                         "start : function .__code__ start_code .__globals__ app.__dict__\n", cases[i].items);
        bytecode_heap_open(&heap, text_string(&text));
        struct holder holder = global_holder(&heap, "cache");
        find(&heap, &holder, &list);
        assert_int_equal(list.count, 1);
        assert_int_equal(list.sites[0].how, cases[i].how);
        store_site_list_deinit(&list);
        test_heap_deinit(&heap);
        text_deinit(&text);
    }
}

/* def define(name, x): globals()[name] = x */
static void a_module_gets_names_through_its_globals(void **state)
{
    (void)state;
    struct test_heap heap;
    struct store_site_list list;
    bytecode_heap_open(&heap, "module app { 'define' define }\n"
                     "code define_code 'define' '/src/app.py' 10 args 2 old locals name x names globals bytecode 02010100070002000900\n"
                     "define : function .__code__ define_code .__globals__ app.__dict__\n");
    struct holder holder = {.node = test_heap_node(&heap, "app"), .path_count = 1};
    holder.paths[0] = (struct holder_path){{{ACCESS_VARIABLE, HEAP_NULL, {"", 0}, holder.node}}, 1};
    find(&heap, &holder, &list);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.sites[0].how, STORE_SETATTR);
    assert_int_equal(list.sites[0].match, MATCH_EXACT);
    store_site_list_deinit(&list);
    test_heap_deinit(&heap);
}

static enum wh_status find_once(const struct test_heap *heap, const struct holder *holder)
{
    struct code_index *index;
    struct wh_error error;
    struct store_site_list list;
    enum wh_status status = code_index_create(heap->heap, &error, &index);
    if (status)
        return status;
    status = store_sites_find(heap->heap, index, holder, &error, &list);
    if (!status)
        store_site_list_deinit(&list);
    code_index_destroy(index);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    struct test_heap heap;
    bytecode_heap_open(&heap, PUSH_AND_FILL("/usr/lib/python3.8/library.py"));
    struct holder holder = global_holder(&heap, "cache");
    for (uint64_t n = 1;; n++) {
        fail_allocation_arm(n);
        enum wh_status status = find_once(&heap, &holder);
        if (!fail_allocation_disarm()) {
            assert_int_equal(status, WH_OK);
            break;
        }
        assert_int_equal(status, WH_ERR_RESOURCE);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_that_appends_to_a_global_is_the_site),
        cmocka_unit_test(nothing_appends_to_a_dict),
        cmocka_unit_test(a_namesake_in_another_module_is_not_the_holder),
        cmocka_unit_test(a_wrapper_is_the_site_and_its_caller_is_named),
        cmocka_unit_test(the_application_comes_before_the_library_that_it_calls),
        cmocka_unit_test(what_is_passed_in_a_tuple_beside_the_function_is_its_argument),
        cmocka_unit_test(who_passes_what_becomes_the_global_is_a_site),
        cmocka_unit_test(functions_that_call_each_other_for_ever_come_to_an_end),
        cmocka_unit_test(an_unknown_instruction_makes_the_result_incomplete),
        cmocka_unit_test(an_attribute_of_instances_that_are_gone_is_known_by_what_it_was_set_to),
        cmocka_unit_test(a_list_that_begins_with_one_is_as_good_as_empty_once_it_is_long),
        cmocka_unit_test(a_module_gets_names_through_its_globals),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
