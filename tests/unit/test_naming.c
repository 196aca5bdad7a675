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

#include "fail_allocation.h"
#include "heap_builder.h"
#include "naming/naming.h"

/* What is written can be asked for: the object is among those that the name stands for. */
static void assert_found_again(const struct test_heap *heap, uint32_t node, const char *name)
{
    struct wh_paths *paths;
    struct wh_error error;
    bool found = false;
    if (wh_paths(heap->analysis, &(struct wh_query){.expression = name, .limit = 100}, &error, &paths))
        fail_msg("%s: %s", name, error.message);
    for (size_t i = 0; i < paths->count; i++)
        found |= paths->paths[i].hops[paths->paths[i].hop_count - 1].object.address == heap_builder_address(node);
    if (!found)
        fail_msg("%s names %zu other objects", name, paths->count);
    wh_paths_free(paths);
}

static void assert_named(const struct test_heap *heap, const char *object, bool modules, const char *expected)
{
    struct text text = {0};
    struct wh_error error;
    uint32_t node = test_heap_node(heap, object);
    assert_int_equal(naming_expression(heap->model, node, modules, &error, &text), WH_OK);
    assert_string_equal(text_string(&text), expected);
    text_deinit(&text);
    if (!strstr(expected, "… "))   /* what is left out cannot be followed */
        assert_found_again(heap, node, expected);
}

static void a_global_is_named_by_its_module(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app.core { 'cache' cache 'not a name' odd 7 seven } ; cache : dict { 'k' l } ; l : list [ _ x ] ; x : object\n"
                          "odd : object ; seven : object");
    assert_named(&heap, "app.core", false, "app.core");
    assert_named(&heap, "app.core", true, "sys.modules['app.core']");
    assert_named(&heap, "cache", false, "app.core.cache");
    assert_named(&heap, "x", false, "app.core.cache['k'][1]");
    assert_named(&heap, "x", true, "sys.modules['app.core'].cache['k'][1]");
    assert_named(&heap, "odd", false, "app.core.__dict__['not a name']");
    assert_named(&heap, "seven", false, "app.core.__dict__[7]");
    assert_named(&heap, "app.core.__dict__", false, "app.core.__dict__");
    assert_named(&heap, "sys.modules", false, "sys.modules");
    assert_named(&heap, "'k'", false, "app.core.cache → key 'k'");
    test_heap_deinit(&heap);
}

static void an_attribute_is_named_however_the_object_keeps_it(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "type app.A members __dict__ slot ; type app.B attrs x y\n"
                          "module app { 'a' a 'b' b } ; a : app.A .__dict__ d .slot s ; d : dict { 'x' ax } ; b : app.B .y by\n"
                          "ax : object ; s : object ; by : object");
    assert_named(&heap, "ax", false, "app.a.x");
    assert_named(&heap, "s", false, "app.a.slot");
    assert_named(&heap, "by", false, "app.b.y");
    assert_named(&heap, "d", false, "app.a.__dict__");
    test_heap_deinit(&heap);
}

static void what_a_function_holds_has_its_variables_name(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "module app { 'f' f 'g' g } ; code code 'f' 'app.py' 1 args 3 kwonly 1 locals a b c k free seen more\n"
        "f : function .__code__ code .__closure__ cells .__defaults__ defaults .__kwdefaults__ kw\n"
        "cells : tuple [ cell1 cell2 ] ; cell1 : cell .cell_contents seen ; cell2 : cell .cell_contents more ; seen : list [ x ] ; more : object\n"
        "x : object ; defaults : tuple [ db dc ] ; db : object ; dc : object ; kw : dict { 'k' dk } ; dk : object\n"
        "g : function .__closure__ gcells .__defaults__ gdefaults ; gcells : tuple [ gcell ] ; gcell : cell .cell_contents lost ; lost : object\n"
        "gdefaults : tuple [ nameless ] ; nameless : object");
    assert_named(&heap, "seen", false, "app.f → closure variable seen");
    assert_named(&heap, "x", false, "app.f → closure variable seen[0]");
    assert_named(&heap, "more", false, "app.f → closure variable more");
    assert_named(&heap, "db", false, "app.f → default argument b");
    assert_named(&heap, "dc", false, "app.f → default argument c");
    assert_named(&heap, "dk", false, "app.f → default argument k");
    assert_named(&heap, "lost", false, "app.g → closure variable ?");
    assert_named(&heap, "nameless", false, "app.g → default argument ?");
    assert_named(&heap, "cells", false, "app.f.__closure__");
    assert_named(&heap, "cell1", false, "app.f.__closure__[0]");
    test_heap_deinit(&heap);
}

static void a_local_is_named_by_its_frame_and_thread(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "module threading { '_active' active } ; active : dict { 1 worker } ; type threading.Thread members __dict__\n"
        "worker : threading.Thread .__dict__ worker.__dict__ ; worker.__dict__ : dict { '_name' 'ingest' }\n"
        "code load 'Store.load' '/src/app.py' 12 locals rows ; code read 'read' 'app.py' 1 locals buffer\n"
        "thread 1 'kernel name' ; run : frame .f_code load ( rows temp ) pseudo ; frame run load 14 ; rows : list [ x ] ; x : object ; temp : object\n"
        "thread 2 'poller' ; gen : generator .gi_code read ( buffer ) ; frame gen read 3 ; buffer : object\n"
        "thread 3 '' main ; main : frame .f_code read ( lost ) pseudo ; frame main read 4 ; lost : object\n"
        "thread 4 '' ; last : frame .f_code read ( end ) pseudo ; frame last read 5 ; end : object");
    assert_named(&heap, "rows", false, "rows (local of Store.load at app.py:14, thread ingest)");
    assert_named(&heap, "x", false, "rows[0] (local of Store.load at app.py:14, thread ingest)");
    assert_named(&heap, "temp", false, "Store.load at app.py:14 in thread ingest → temporary 1 of the evaluation stack");
    assert_named(&heap, "buffer", false, "buffer (local of read at app.py:3, thread poller)");
    assert_named(&heap, "lost", false, "buffer (local of read at app.py:4, thread MainThread)");
    assert_named(&heap, "end", false, "buffer (local of read at app.py:5, thread 4)");
    assert_named(&heap, "run", false, "Store.load at app.py:14 in thread ingest");
    test_heap_deinit(&heap);
}

static void a_cell_of_a_local_is_no_attribute(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "code load 'load' 'app.py' 1 locals shop rows ; thread 1 '' main ; run : frame .f_code load ( c1 c2 ) pseudo ; frame run load 4\n"
        "c1 : cell .cell_contents shop ; type app.Shop attrs prices ; shop : app.Shop .prices prices ; prices : list [ ]\n"
        "c2 : cell .cell_contents rows ; rows : list [ x ] ; x : object ; module app { 'cell' c3 } ; c3 : cell .cell_contents kept ; kept : object");
    assert_named(&heap, "prices", false, "shop.prices (local of load at app.py:4, thread MainThread)");
    assert_named(&heap, "prices", true, "shop.prices (local of load at app.py:4, thread MainThread)");
    assert_named(&heap, "x", false, "rows[0] (local of load at app.py:4, thread MainThread)");
    assert_named(&heap, "kept", false, "app.cell.cell_contents");
    assert_named(&heap, "c2", false, "rows → cell (local of load at app.py:4, thread MainThread)");
    test_heap_deinit(&heap);
}

static void a_local_of_what_is_suspended_is_named_by_its_function(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "type coroutine members cr_code cr_frame ; type _asyncio.Task members _coro ; type app.App attrs tasks\n"
        "module app { 'pages' pages 'loop' task 'old' old 'error' error } ; code read 'read' '/src/app.py' 1 locals buffer ; code serve 'serve' '/src/app.py' 9 locals app\n"
        "pages : list [ gen ] ; gen : generator .gi_code read ( buffer ) ; buffer : list [ x ] ; x : object\n"
        "task : _asyncio.Task ._coro coro ; coro : coroutine .cr_code serve ( server ) ; server : app.App .tasks tasks ; tasks : list [ y ] ; y : object\n"
        "old : _asyncio.Task ._coro before ; before : coroutine .cr_code serve .cr_frame shown ; shown : frame .f_code serve ( other ) ; other : app.App .tasks more ; more : object\n"
        "type traceback members tb_frame ; error : traceback .tb_frame left ; left : frame .f_code read ( lost ) ; lost : object");
    assert_named(&heap, "x", false, "buffer[0] (local of the generator read in app.py)");
    assert_named(&heap, "x", true, "sys.modules['app'].pages[0] → local buffer[0]");
    assert_named(&heap, "tasks", false, "app.tasks (local of the task serve in app.py)");
    assert_named(&heap, "more", false, "app.tasks (local of the task serve in app.py)");
    assert_named(&heap, "more", true, "sys.modules['app'].old._coro.cr_frame → local app.tasks");
    assert_named(&heap, "lost", false, "app.error.tb_frame → local buffer");
    test_heap_deinit(&heap);
}

static void a_threading_local_is_named_with_its_thread(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "type _thread._local members localdicts ; type _thread._localdummy ; module app { 'local' local }\n"
        "local : _thread._local .localdicts dicts ; dicts : dict { r1 d1 r2 d2 dummy3 d3 key4 d4 } ; r1 : weakref / dummy1 / ; r2 : weakref / dummy2 / ; dummy3 : _thread._localdummy\n"
        "d1 : dict { 'rows' rows1 } ; d2 : dict { 'rows' rows2 } ; d3 : dict { 'rows' rows3 } ; rows1 : list [ x ] ; rows2 : list [ ] ; rows3 : list [ ] ; x : object\n"
        "thread 1 'one' ; thread 2 'two' ; d4 : dict { 'rows' rows4 } ; rows4 : list [ ] ; key4 : _thread._localdummy ; thread 3 'three' ; root thread 'key' key4 thread 3\n"
        "dummy1 : _thread._localdummy ; dummy2 : _thread._localdummy ; \n"
        "state1 : dict { 'key' dummy1 } ; root thread 'state' state1 thread 1 ; state2 : dict { 'key' dummy2 } ; root thread 'state' state2 thread 2");
    assert_named(&heap, "x", false, "app.local.rows[0] (thread one)");
    assert_named(&heap, "rows2", false, "app.local.rows (thread two)");
    assert_named(&heap, "rows2", true, "sys.modules['app'].local.rows");
    assert_named(&heap, "rows3", false, "app.local.rows");
    assert_named(&heap, "rows4", false, "app.local.rows (thread three)");
    test_heap_deinit(&heap);
}

static void a_context_variable_is_named_with_its_context(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "type _contextvars.ContextVar members name ; type _contextvars.Context members ctx_vars ; module app { 'stack' variable 'kept' kept }\n"
        "variable : _contextvars.ContextVar .name 'requests' ; thread 1 '' main ; root thread 'context' context thread 1\n"
        "context : _contextvars.Context .ctx_vars vars ; vars : dict { variable rows } ; rows : list [ x ] ; x : object\n"
        "kept : _contextvars.Context .ctx_vars more ; more : dict { other y } ; other : _contextvars.ContextVar .name 'user' ; y : object");
    assert_named(&heap, "x", false, "ContextVar 'requests'[0] (app.stack, in the context of thread MainThread)");
    assert_named(&heap, "x", true, "context of thread MainThread.ctx_vars[<ContextVar>][0]");
    assert_named(&heap, "y", false, "ContextVar 'user' (in a context)");
    test_heap_deinit(&heap);
}

/* What no name leads to is named by the address of the object with which it begins. */
static void assert_nameless(const struct test_heap *heap, const char *object, const char *first, const char *format)
{
    char expected[100];
    snprintf(expected, sizeof(expected), format, (unsigned long long)heap_builder_address(test_heap_node(heap, first)));
    assert_named(heap, object, false, expected);
}

static void other_roots_are_named_by_what_they_are(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "thread 5 'poller' ; root thread 'thread state dict' d thread 1 ; d : dict { 'x' x } ; x : object\n"
                          "root interpreter 'codecs' c ; c : list [ ] ; n : list [ y ] native 1 ; y : object ; m : list [ ] native 3\n"
                          "dead : list [ deader ] refs 0 ; deader : object");
    assert_named(&heap, "x", false, "thread state dict of thread poller['x']");
    assert_named(&heap, "c", false, "codecs");
    assert_nameless(&heap, "y", "n", "<list at %#llx>[0] (held by native code)");
    assert_nameless(&heap, "m", "m", "<list at %#llx> (held by native code)");
    assert_nameless(&heap, "deader", "deader", "<object at %#llx> (garbage)");
    test_heap_deinit(&heap);
}

static void a_key_that_is_no_text_is_named_by_what_it_is(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "type type members __dict__ __qualname__ __name__ ; type enum.EnumMeta base type members __qualname__ ; Red : enum.EnumMeta .__qualname__ 'Color'\n"
                          "type app.Color object Red members __dict__ ; red : app.Color .__dict__ rd ; rd : dict { '_name_' 'RED' }\n"
                          "Order : type .__dict__ od .__qualname__ 'Order' ; od : dict { '__module__' 'app.models' }\n"
                          "type function members __qualname__ ; f : function .__qualname__ 'load' ; set : set < x y > ; x : object ; y : object ; session : object\n"
                          "module app { 'keys' keys 'set' set } ; keys : dict { Order a f b red c session d pair e } ; pair : tuple [ 'a' 1 ]\n"
                          "a : object ; b : object ; c : object ; d : object ; e : object");
    assert_named(&heap, "a", false, "app.keys[app.models.Order]");
    assert_named(&heap, "b", false, "app.keys[<function load>]");
    assert_named(&heap, "c", false, "app.keys[<Color RED>]");
    assert_named(&heap, "d", false, "app.keys[<object>]");
    assert_named(&heap, "x", false, "app.set → set element");
    assert_named(&heap, "session", false, "app.keys → key <object>");
    test_heap_deinit(&heap);
}

static struct heap_builder *chain_of(unsigned length)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.N members next ; module app { 'head' n1 }");
    for (unsigned i = 1; i < length; i++)
        heap_builder_add(builder, "n%u : app.N .next n%u", i, i + 1);
    heap_builder_add(builder, "n%u : app.N", length);
    return builder;
}

/* sys.modules, the module, its dict and the links themselves. */
static void assert_chain(unsigned length)
{
    struct test_heap heap;
    struct text expected = {0};
    char last[16];
    unsigned hops = 3 + length;
    test_heap_open(chain_of(length), &heap);
    text_add(&expected, "app.head");
    if (hops <= NAMING_HEAD + NAMING_TAIL) {
        for (unsigned i = 1; i < length; i++)
            text_add(&expected, ".next");
    } else {
        for (unsigned i = 4; i < NAMING_HEAD; i++)
            text_add(&expected, ".next");
        text_addf(&expected, " → … %u more …", hops - NAMING_HEAD - NAMING_TAIL);
        for (unsigned i = 1; i < NAMING_TAIL; i++)
            text_add(&expected, ".next");
    }
    snprintf(last, sizeof(last), "n%u", length);
    assert_named(&heap, last, false, text_string(&expected));
    text_deinit(&expected);
    test_heap_deinit(&heap);
}

static void of_a_long_path_the_middle_is_left_out(void **state)
{
    (void)state;
    assert_chain(1);
    assert_chain(117);
    assert_chain(118);
    assert_chain(119);
    assert_chain(10000);
}

static void a_path_through_a_reference_ends_in_it(void **state)
{
    struct test_heap heap;
    struct naming_path path;
    struct text text = {0};
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "module app { 'a' x 'b' b } ; b : dict { 'k' x } ; x : object");
    uint32_t b = test_heap_node(&heap, "b");
    assert_int_equal(naming_path_init_through(heap.model, b, heap.heap->first_ref_of_node[b] + 1, &error, &path), WH_OK);
    naming_write_expression(heap.model, &path, false, &text);
    assert_string_equal(text_string(&text), "app.b['k']");
    text_deinit(&text);
    naming_path_deinit(&path);
    test_heap_deinit(&heap);
}

static void the_path_for_output_marks_what_all_paths_lead_through(void **state)
{
    struct test_heap heap;
    struct arena arena = {0};
    struct wh_path path;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "type app.A members __dict__ ; module app { 'a' a } ; a : app.A .__dict__ d size 64\n"
                          "d : dict { 'left' l 'right' r } ; l : list [ x ] size 70 ; r : list [ x ] size 80 ; x : dict { 'k' y } size 30 ; y : str 'end' size 5");
    assert_int_equal(naming_output(heap.model, test_heap_node(&heap, "y"), &arena, &error, &path), WH_OK);
    static const struct { const char *label, *type; bool dominator; } expected[] = {
        {"sys.modules['app']", "module", true}, {".a", "app.A", true}, {".left", "list", false}, {"[0]", "dict", true}, {"['k']", "str", true}};
    assert_int_equal(path.hop_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(path.hops[i].label, expected[i].label);
        assert_string_equal(path.hops[i].object.type, expected[i].type);
        assert_int_equal(path.hops[i].dominator, expected[i].dominator);
    }
    assert_string_equal(path.root_kind, "module");
    assert_string_equal(path.root_name, "app");
    assert_string_equal(path.expression, "app.a.left[0]['k']");
    assert_string_equal(path.hops[4].object.preview, "'end'");
    assert_int_equal(path.hops[4].object.retained_bytes, 5);
    assert_int_equal(path.hops[3].object.retained_bytes, 52);
    assert_int_equal(path.hops[3].object.length, 1);
    assert_int_equal(path.hops[4].object.length, 3);
    arena_deinit(&arena);
    test_heap_deinit(&heap);
}

static void hostile_names_stay_in_one_piece(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module a'b { 'x\x01' x \"it's\" y } ; x : object ; y : object");
    assert_named(&heap, "a'b", true, "sys.modules['a\\'b']");
    assert_named(&heap, "y", false, "a'b.__dict__['it\\'s']");
    test_heap_deinit(&heap);
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_open(chain_of(200), &heap);
    uint32_t node = test_heap_node(&heap, "n200");
    for (uint64_t nth = 1;; nth++) {
        struct arena arena = {0};
        struct wh_path path;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = naming_output(heap.model, node, &arena, &error, &path);
        if (!status)
            status = arena_status(&arena, &error);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        arena_deinit(&arena);
        if (!failed)
            break;
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_global_is_named_by_its_module),
        cmocka_unit_test(an_attribute_is_named_however_the_object_keeps_it),
        cmocka_unit_test(what_a_function_holds_has_its_variables_name),
        cmocka_unit_test(a_local_is_named_by_its_frame_and_thread),
        cmocka_unit_test(a_cell_of_a_local_is_no_attribute),
        cmocka_unit_test(a_local_of_what_is_suspended_is_named_by_its_function),
        cmocka_unit_test(a_threading_local_is_named_with_its_thread),
        cmocka_unit_test(a_context_variable_is_named_with_its_context),
        cmocka_unit_test(a_key_that_is_no_text_is_named_by_what_it_is),
        cmocka_unit_test(other_roots_are_named_by_what_they_are),
        cmocka_unit_test(of_a_long_path_the_middle_is_left_out),
        cmocka_unit_test(a_path_through_a_reference_ends_in_it),
        cmocka_unit_test(the_path_for_output_marks_what_all_paths_lead_through),
        cmocka_unit_test(hostile_names_stay_in_one_piece),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
