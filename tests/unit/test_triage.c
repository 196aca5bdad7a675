/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, waste, strings and garbage on heaps that are written down; tests/e2e/test_triage.py has the programs. */
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

/* The finding of one rule; the caller frees what it belongs to. */
static struct wh_triage *ask(const struct test_heap *heap, const char *rule)
{
    struct wh_triage *triage;
    struct wh_error error;
    if (wh_triage(heap->analysis, rule, 3, &error, &triage))
        fail_msg("%s", error.message);
    assert_int_equal(triage->count, 1);
    assert_string_equal(triage->findings[0].id, rule);
    return triage;
}

/* `name|detail` of the worst offender, with what is at stake. */
static void assert_finding(const char *heap_text, const char *rule, uint64_t count, uint64_t bytes, const char *worst)
{
    struct test_heap heap;
    char found[256] = "";
    test_heap_init(&heap, "%s", heap_text);
    struct wh_triage *triage = ask(&heap, rule);
    const struct wh_finding *finding = &triage->findings[0];
    if (finding->offender_count)
        snprintf(found, sizeof(found), "%s|%s", finding->offenders[0].name, finding->offenders[0].detail);
    if (finding->count != count || finding->bytes != bytes || strcmp(found, worst))
        fail_msg("%s: %d objects, %d bytes, %s", rule, (int)finding->count, (int)finding->bytes, found);
    wh_triage_free(triage);
    test_heap_deinit(&heap);
}

/* --- holders --- */

static void a_chain_of_tracebacks_is_at_stake_once(void **state)
{
    (void)state;
    assert_finding("type traceback members tb_next tb_frame ; type ValueError members __traceback__\n"
                   "module app { 'error' error } ; error : ValueError .__traceback__ a\n"
                   "a : traceback .tb_next b size 100 ; b : traceback size 200",
                   "tracebacks", 2, 300, "app.error.__traceback__|");
}

static void a_cache_on_a_method_is_told_if_it_has_no_bound(void **state)
{
    static const char heap[] =
        "type app.C heap object C ; C : type .__dict__ C.dict ; C.dict : dict { 'load' cache 'bounded' other 'fresh' fresh }\n"
        "module app { 'C' C 'plain' plain }\n"
        "cache : functools._lru_cache_wrapper .cache table store 7 7 size 1000 ; table : dict size 500\n"
        "other : functools._lru_cache_wrapper store 7 7 bounded size 5000 ; fresh : functools._lru_cache_wrapper store 0 0 size 50\n"
        "plain : functools._lru_cache_wrapper store 9 9 size 9000";
    (void)state;
    assert_finding(heap, "method-caches", 1, 1500, "app.C.load|7 entries");
}

static void closures_count_in_containers_and_not_in_namespaces(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct test_heap heap;
    (void)state;
    heap_builder_add(builder, "type app.Box heap object Box members __dict__ ; Box : type ; module app { 'hooks' hooks 'box' box 'few' few }");
    for (unsigned i = 0; i < 12; i++) {
        heap_builder_add(builder, "f%u : function .__closure__ c%u size 10 ; c%u : tuple [ cell%u ] size 20 ; cell%u : cell size 30", i, i, i, i, i);
        heap_builder_add(builder, "g%u : function .__closure__ d%u ; d%u : tuple [ ]", i, i, i);
    }
    heap_builder_add(builder, "hooks : list [ f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 ] ; few : list [ g0 g1 ]");
    heap_builder_add(builder, "box : app.Box .__dict__ box.dict ; box.dict : dict { 'a' g0 'b' g1 'c' g2 'd' g3 'e' g4 'f' g5 'g' g6 'h' g7 'i' g8 'j' g9"
                              " 'k' g10 'l' g11 }");
    test_heap_open(builder, &heap);
    struct wh_triage *triage = ask(&heap, "closures");
    assert_int_equal(triage->findings[0].count, 12);
    assert_int_equal(triage->findings[0].bytes, 12 * 60);
    assert_string_equal(triage->findings[0].offenders[0].name, "app.hooks");
    wh_triage_free(triage);
    test_heap_deinit(&heap);
}

static void a_generator_that_runs_or_has_ended_is_not_suspended(void **state)
{
    (void)state;
    assert_finding("code walk 'walk' '/src/app.py' 12 locals n\n"
                   "module app { 'waiting' waiting 'ended' ended 'running' running }\n"
                   "waiting : generator .gi_code walk ( payload ) size 50 ; payload : bytearray size 1000\n"
                   "ended : generator size 7000 ; running : generator .gi_code walk ( _ ) size 8000\n"
                   "thread 140001 'MainThread' main ; frame running walk 13",
                   "generators", 1, 1050, "walk at /src/app.py:12|1 generator");
}

static void a_future_is_finished_by_its_state_and_a_task_by_its_coroutine(void **state)
{
    (void)state;
    assert_finding("type _asyncio.Task members _coro ; type concurrent.futures._base.Future heap members __dict__ ; type coroutine members cr_code\n"
                   "code work 'work' '/src/app.py' 3 locals n\n"
                   "module app { 'done' done 'open' open 'future' future 'pending' pending }\n"
                   "done : _asyncio.Task ._coro c1 size 100 ; c1 : coroutine size 10\n"
                   "open : _asyncio.Task ._coro c2 size 5000 ; c2 : coroutine .cr_code work ( _ ) size 10\n"
                   "future : concurrent.futures._base.Future .__dict__ f.dict size 20 ; f.dict : dict { '_state' 'FINISHED' } size 30\n"
                   "pending : concurrent.futures._base.Future .__dict__ p.dict size 5000 ; p.dict : dict { '_state' 'PENDING' }\n"
                   "root interpreter 'k' 'FINISHED' ; root interpreter 'k' '_state'",
                   "finished-tasks", 2, 160, "app.done|");
}

static void locals_of_the_main_thread_are_the_program(void **state)
{
    (void)state;
    assert_finding("code run 'run' '/src/app.py' 1 locals job ; type frames members f_code\n"
                   "thread 1 'MainThread' main ; main : frame .f_code run ( a ) ; frame main run 2\n"
                   "thread 2 'worker' ; other : frame .f_code run ( b shared ) ; frame other run 2\n"
                   "a : bytearray size 9000 ; b : bytearray size 700 ; shared : bytearray size 800 ; module app { 'shared' shared }",
                   "thread-locals", 1, 700, "locals of run in thread worker|");
}

/* --- views --- */

static const char views[] =
    "type memoryview members _mbuf ; type managedbuffer members obj\n"
    "large : bytearray size 100000 ; m : managedbuffer .obj large\n";

static void a_small_view_is_told_if_nothing_else_holds_the_buffer(void **state)
{
    char heap[1024];
    (void)state;
    snprintf(heap, sizeof(heap), "%smodule app { 'view' view } ; view : memoryview ._mbuf m store 20 20", views);
    assert_finding(heap, "views", 1, 100000, "app.view|a view of 20 bytes; the buffer: bytearray");
    snprintf(heap, sizeof(heap), "%smodule app { 'view' view 'buffer' large } ; view : memoryview ._mbuf m store 20 20", views);
    assert_finding(heap, "views", 0, 0, "");
    snprintf(heap, sizeof(heap), "%smodule app { 'view' view 'v' v } ; view : memoryview ._mbuf m store 20 20 ; v : memoryview ._mbuf m store 60000 60000",
             views);
    assert_finding(heap, "views", 0, 0, "");
}

/* --- waste --- */

static void duplicates_are_of_one_type_and_not_of_the_program(void **state)
{
    static const char heap[] =
        "module app { 'rows' rows } ; rows : list [ a b c d e ]\n"
        "a : str 'x' alike 7 size 60 ; b : str 'x' alike 7 size 80 ; c : bytes alike 7 size 90 ; d : str alike 8 size 50 ; e : bytes alike 7 size 90\n"
        "garbage : str alike 8 size 50 refs 0\n"
        "code f 'f' '/src/app.py' 1 ; root interpreter 'k' f ; f.co_consts : tuple [ ]";
    (void)state;
    assert_finding(heap, "duplicates", 4, 150, "app.rows[2]|2 copies");
}

static void room_that_growth_leaves_is_none_to_spare(void **state)
{
    (void)state;
    assert_finding("module app { 'a' a 'b' b 'c' c 'd' d 'e' e } ; a : list store 100 120 size 1016 ; b : list store 100 1000 size 8072\n"
                   "c : dict store 100 408 size 5000 ; d : dict store 100 1000 size 10072 ; e : set store 10 88 size 5000",
                   "spare-room", 2, 7200 + 9000, "app.d|100 of 1000 places in use");
}

static void namespaces_are_not_empty_containers(void **state)
{
    (void)state;
    assert_finding("type app.C heap object C members __dict__ ; C : type ; module app { 'x' x 'y' y 'z' z 'c' c } ; c : app.C .__dict__ c.dict\n"
                   "c.dict : dict size 64 ; x : list size 56 ; y : list size 60 ; z : set size 216",
                   "empty", 3, 332, "set|1 object");
}

static void instances_and_records_count_from_a_hundred_on(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct test_heap heap;
    (void)state;
    heap_builder_add(builder, "type app.P heap object P members __dict__ ; P : type ; type app.Q heap object Q members __dict__ ; Q : type");
    heap_builder_add(builder, "root interpreter 'r' all");
    struct text items = {0};
    for (unsigned i = 0; i < 100; i++) {
        heap_builder_add(builder, "p%u : app.P .__dict__ pd%u size 48 ; pd%u : dict { 'x' _ 'y' _ } size 104", i, i, i);
        heap_builder_add(builder, "q%u : app.Q .__dict__ qd%u size 48 ; qd%u : dict { 'x' _ } size 104", i, i, i);
        heap_builder_add(builder, "r%u : dict { 'y' _ 'x' _ 'z' _ } size 232", i);
        text_addf(&items, "p%u r%u ", i, i);
        if (i < 99)
            text_addf(&items, "q%u ", i);
        else
            heap_builder_add(builder, "root interpreter 'r' nothing ; nothing : list [ q99 ] refs 0");
    }
    heap_builder_add(builder, "all : list [ %s ]", text_string(&items));
    text_deinit(&items);
    test_heap_open(builder, &heap);
    struct wh_triage *triage = ask(&heap, "instance-dicts");
    assert_int_equal(triage->findings[0].count, 200);
    assert_int_equal(triage->findings[0].bytes, 100 * (152 - 48) + 100 * (152 - 40));
    assert_string_equal(triage->findings[0].offenders[0].name, "app.Q");
    assert_string_equal(triage->findings[0].offenders[0].detail, "100 instances, 1 attribute");
    wh_triage_free(triage);
    triage = ask(&heap, "record-dicts");
    assert_int_equal(triage->findings[0].count, 100);
    assert_int_equal(triage->findings[0].bytes, 100 * (232 - 56));
    assert_string_equal(triage->findings[0].offenders[0].name, "{'y', 'x', 'z'}");
    wh_triage_free(triage);
    test_heap_deinit(&heap);
}

static void what_code_names_is_not_interned_data(void **state)
{
    (void)state;
    assert_finding("code f 'f' '/src/app.py' 1 locals rows ; root interpreter 'k' f ; module app { 'labels' labels }\n"
                   "labels : list [ a b c ] ; a : str 'a label' interned size 60 ; b : bytes immortal size 70 ; c : str 'plain' size 80\n"
                   "doc : str 'words' interned size 900 ; type app.C heap object C ; C : type .__dict__ C.d ; C.d : dict { '__doc__' doc }\n"
                   "root interpreter 'k' C",
                   "interned", 2, 130, "app.labels[1]|immortal");
}

static void modules_of_one_file_are_twins(void **state)
{
    (void)state;
    assert_finding("module app { '__file__' f1 } ; f1 : str '/src/app.py' ; module __main__ { '__file__' f2 'big' big } ; f2 : str '/src/app.py'\n"
                   "module other { '__file__' f3 } ; f3 : str '/src/other.py' ; big : bytearray size 5000",
                   "twin-modules", 1, 5000 + (16 + 8) + (16 + 4 * 8) + (16 + 11) + (16 + 3), "__main__|/src/app.py");
}

/* --- the collector --- */

static const char cycle[] =
    "type app.Node heap object Node members __dict__ ; Node : type .__dict__ Node.dict ; Node.dict : dict { '__del__' f } ; f : function\n"
    "root interpreter 'k' Node ; a : app.Node .__dict__ a.dict size 100 ; a.dict : dict { 'next' b } size 10\n"
    "b : app.Node .__dict__ b.dict size 100 ; b.dict : dict { 'children' l } size 10 ; l : list [ _ a ] size 5\n";

static void assert_collector(const char *facts, bool off, bool late)
{
    struct test_heap heap;
    struct wh_triage *triage;
    struct wh_error error;
    bool found_off = false, found_late = false;
    test_heap_init(&heap, "%s%s", cycle, facts);
    assert_int_equal(wh_triage(heap.analysis, NULL, 0, &error, &triage), WH_OK);
    for (size_t i = 0; i < triage->count; i++) {
        found_off |= !strcmp(triage->findings[i].id, "collector-off");
        found_late |= !strcmp(triage->findings[i].id, "collector-late");
    }
    if (found_off != off || found_late != late)
        fail_msg("%s: off %d, late %d", facts, found_off, found_late);
    wh_triage_free(triage);
    test_heap_deinit(&heap);
}

static void the_collector_is_judged_by_its_state(void **state)
{
    (void)state;
    assert_collector("", false, false);
    assert_collector("collector enabled 1\ncollector threshold:0 700\ncollector threshold:1 10\ncollector threshold:2 10", false, false);
    assert_collector("collector enabled 0\ncollector threshold:0 700", true, false);
    assert_collector("collector enabled 1\ncollector threshold:0 0", false, true);
    assert_collector("collector enabled 1\ncollector threshold:0 5000000", false, true);
    assert_collector("collector enabled 1\ncollector threshold:0 700\ncollector threshold:2 10\ncollector count:2 900", false, false);
    assert_collector("collector enabled 1\ncollector threshold:0 700\ncollector threshold:2 10\ncollector count:2 900\n"
                     "big : bytearray size 70000 + big", false, true);
    assert_collector("collector enabled 1\ncollector threshold:7 700\ncollector count:x 9", false, true);
}

static void garbage_is_told_by_its_entries_and_how_it_holds_itself(void **state)
{
    struct test_heap heap;
    struct wh_garbage *garbage;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "%slonely : list [ ] size 7 refs 0 ; held : dict size 900 refs 3\n"
                          "x : list [ x ] size 40 ; cold : tuple [ ] frozen size 48 ; root interpreter 'k' cold\n"
                          "collector enabled 1\ncollector threshold:0 700\ncollector count:0 3\ncollector collections:0 9", cycle);
    assert_int_equal(wh_garbage(heap.analysis, 0, &error, &garbage), WH_OK);
    assert_int_equal(garbage->garbage.objects, 9);
    assert_int_equal(garbage->garbage.bytes, 225 + 44 + 47); /* 44: the keys */
    assert_int_equal(garbage->group_count, 2);
    assert_int_equal(garbage->entries, 3);
    assert_string_equal(garbage->groups[0].type, "app.Node");
    assert_true(garbage->groups[0].finalizer);
    assert_int_equal(garbage->groups[0].mass.bytes, 225 + 44);
    assert_string_equal(garbage->groups[0].cycle, ".next.children[1]");
    assert_string_equal(garbage->groups[1].type, "list");
    assert_int_equal(garbage->groups[1].entries, 2);
    assert_string_equal(garbage->groups[1].cycle, "[0]");
    assert_int_equal(garbage->native_count, 1);
    assert_int_equal(garbage->natives[0].unaccounted, 3);
    assert_int_equal(garbage->native.bytes, 900);
    assert_true(garbage->collector.known && garbage->collector.enabled);
    assert_int_equal(garbage->collector.generation_count, 1);
    assert_int_equal(garbage->collector.generations[0].count, 3);
    assert_int_equal(garbage->collector.frozen.bytes, 48);
    wh_garbage_free(garbage);
    assert_int_equal(wh_garbage(heap.analysis, 1, &error, &garbage), WH_OK);
    assert_int_equal(garbage->group_count, 1);
    assert_int_equal(garbage->omitted_groups, 1);
    wh_garbage_free(garbage);
    test_heap_deinit(&heap);
}

/* Garbage refers to the live list and to what it holds: both stay the live ones'. */
static void garbage_does_not_change_what_live_objects_retain(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%smodule app { 'kept' kept } ; kept : list [ item ] size 30 ; item : bytearray size 500\n"
                          "y : list [ y kept item ] size 1000", cycle);
    const struct model *model = heap.model;
    assert_int_equal(model_retained(model, test_heap_node(&heap, "kept")), 530);
    assert_int_equal(model->dominators->idom_of_node[test_heap_node(&heap, "item")], test_heap_node(&heap, "kept"));
    assert_int_equal(model_retained(model, test_heap_node(&heap, "y")), 1000);
    test_heap_deinit(&heap);
}

static void lists_of_garbage_and_finalizers_are_told(void **state)
{
    (void)state;
    assert_finding("given : list [ a b ] size 10 ; a : bytearray size 100 ; b : bytearray size 200 ; root gc 'gc.garbage' given", "garbage-list", 2, 310,
                   "gc.garbage[1]|");
    assert_finding(cycle, "finalizers", 2, 225 + 44, "app.Node|2 objects");
    assert_finding("type app.N heap object N ; N : type .__dict__ N.d ; N.d : dict { '__del__' f } ; f : function ; type app.Plain heap object P ; P : type\n"
                   "module app { 'x' x 'y' y 'z' z } ; x : app.N finalized size 60 ; y : app.N size 70 ; z : app.Plain finalized size 80",
                   "resurrected", 1, 60, "app.x|");
    assert_finding("x : list size 50 frozen ; y : list size 60 frozen refs 0 ; z : list size 70 ; root interpreter 'k' x ; root interpreter 'k' z", "frozen", 2,
                   110, "list|2 objects");
}

static void the_interpreters_own_native_references_are_no_finding(void **state)
{
    (void)state;
    assert_finding("held : list size 900 native 2 ; C : type size 5000 native 1 ; copy : dict { '__name__' n '__doc__' n } size 800 native 1 ; n : str",
                   "native", 1, 900, "list|held by native code: 2 references unaccounted for");
}

/* --- strings --- */

static void strings_are_told_with_what_holds_them(void **state)
{
    struct test_heap heap;
    struct wh_strings *strings;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "type app.O heap object O members __dict__ ; O : type ; root interpreter 'k' O\n"
                          "module app { 'orders' orders 'names' names }\n"
                          "o1 : app.O .__dict__ d1 ; d1 : dict { 'city' a } ; o2 : app.O .__dict__ d2 ; d2 : dict { 'city' b }\n"
                          "orders : list [ o1 o2 ] ; names : list [ c long ] ; record : dict { 'town' a } ; root interpreter 'k' record\n"
                          "a : str 'Ulm' alike 5 size 60 ; b : str 'Ulm' alike 5 size 60 ; c : str 'Ulm' alike 5 size 60 ; long : bytes size 4000");
    assert_int_equal(wh_strings(heap.analysis, 2, &error, &strings), WH_OK);
    assert_int_equal(strings->largest_count, 2);
    assert_string_equal(strings->largest[0].name, "app.names[1]");
    assert_int_equal(strings->bytes.bytes, 4000);
    assert_int_equal(strings->duplicates, 3);
    assert_int_equal(strings->wasted, 120);
    assert_int_equal(strings->group_count, 1);
    const struct wh_string_group *group = &strings->groups[0];
    assert_int_equal(group->copies, 3);
    assert_int_equal(group->holder_count, 3);
    assert_string_equal(group->holders[0].name, ".city of app.O");
    assert_int_equal(group->holders[0].count, 2);
    assert_string_equal(group->example.object.preview, "'Ulm'");
    wh_strings_free(strings);
    test_heap_deinit(&heap);
}

/* --- all of them --- */

static void an_unknown_rule_is_refused_with_those_that_there_are(void **state)
{
    struct test_heap heap;
    struct wh_triage *triage;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "%s", cycle);
    assert_int_equal(wh_triage(heap.analysis, "leaks", 0, &error, &triage), WH_ERR_USAGE);
    assert_memory_equal(error.message, "there is no rule 'leaks'; there are tracebacks, method-caches, ", 62);
    assert_null(triage);
    test_heap_deinit(&heap);
}

static void the_offenders_beyond_the_limit_are_counted(void **state)
{
    struct test_heap heap;
    struct wh_triage *waste;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "module app { 'a' a 'b' b 'c' c } ; a : list size 56 store 0 100 ; b : list size 60 store 0 100 ; c : list size 70 store 0 100");
    assert_int_equal(wh_waste(heap.analysis, 2, &error, &waste), WH_OK);
    assert_int_equal(waste->count, 5);
    for (size_t i = 0; i < waste->count; i++) {
        bool room = !strcmp(waste->findings[i].id, "spare-room");
        assert_int_equal(waste->findings[i].offender_count, room ? 2 : !strcmp(waste->findings[i].id, "empty"));
        assert_int_equal(waste->findings[i].omitted, room);
    }
    wh_triage_free(waste);
    test_heap_deinit(&heap);
}

static enum wh_status ask_all(const struct test_heap *heap, unsigned question, struct wh_error *error)
{
    struct wh_triage *triage = NULL;
    struct wh_garbage *garbage = NULL;
    struct wh_strings *strings = NULL;
    enum wh_status status = question == 0   ? wh_triage(heap->analysis, NULL, 0, error, &triage)
                            : question == 1 ? wh_waste(heap->analysis, 0, error, &triage)
                            : question == 2 ? wh_garbage(heap->analysis, 0, error, &garbage)
                                            : wh_strings(heap->analysis, 0, error, &strings);
    assert_int_equal(status == WH_OK, triage || garbage || strings);
    wh_triage_free(triage);
    wh_garbage_free(garbage);
    wh_strings_free(strings);
    return status;
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    (void)state;
    for (unsigned question = 0; question < 4; question++) {
        struct test_heap heap;
        test_heap_init(&heap, "%s%smodule app { 'view' view 'rows' rows } ; view : memoryview ._mbuf m store 20 20 ; rows : list [ s t ] store 2 5000 size 9000\n"
                              "s : str 'x' alike 7 size 60 ; t : str 'x' alike 7 size 80\ncollector enabled 0", cycle, views);
        for (uint64_t nth = 1;; nth++) {
            struct wh_error error = {0};
            fail_allocation_arm(nth);
            enum wh_status status = ask_all(&heap, question, &error);
            if (!fail_allocation_disarm()) {
                assert_int_equal(status, WH_OK);
                break;
            }
            assert_int_equal(status, WH_ERR_RESOURCE);
        }
        test_heap_deinit(&heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_tracebacks_is_at_stake_once),
        cmocka_unit_test(a_cache_on_a_method_is_told_if_it_has_no_bound),
        cmocka_unit_test(closures_count_in_containers_and_not_in_namespaces),
        cmocka_unit_test(a_generator_that_runs_or_has_ended_is_not_suspended),
        cmocka_unit_test(a_future_is_finished_by_its_state_and_a_task_by_its_coroutine),
        cmocka_unit_test(locals_of_the_main_thread_are_the_program),
        cmocka_unit_test(a_small_view_is_told_if_nothing_else_holds_the_buffer),
        cmocka_unit_test(duplicates_are_of_one_type_and_not_of_the_program),
        cmocka_unit_test(room_that_growth_leaves_is_none_to_spare),
        cmocka_unit_test(namespaces_are_not_empty_containers),
        cmocka_unit_test(instances_and_records_count_from_a_hundred_on),
        cmocka_unit_test(what_code_names_is_not_interned_data),
        cmocka_unit_test(modules_of_one_file_are_twins),
        cmocka_unit_test(the_collector_is_judged_by_its_state),
        cmocka_unit_test(garbage_is_told_by_its_entries_and_how_it_holds_itself),
        cmocka_unit_test(garbage_does_not_change_what_live_objects_retain),
        cmocka_unit_test(lists_of_garbage_and_finalizers_are_told),
        cmocka_unit_test(the_interpreters_own_native_references_are_no_finding),
        cmocka_unit_test(strings_are_told_with_what_holds_them),
        cmocka_unit_test(an_unknown_rule_is_refused_with_those_that_there_are),
        cmocka_unit_test(the_offenders_beyond_the_limit_are_counted),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
