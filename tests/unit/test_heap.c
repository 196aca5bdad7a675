/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap_builder.h"
#include "random.h"

static const char small[] =
    "module app { 'cache' cache  'f' f }\n"
    "cache : list [ a b _ 'text' 7 ] ; a : bytearray size 5000 store 4000 4001 ; b : bytes 'xyz' of 100\n"
    "type app.Order heap object Order members __dict__ attrs x y\n"
    "Order : type size 900\n"
    "order : app.Order .__dict__ order.__dict__ .x a size 5000000000 frozen\n"
    "order.__dict__ : dict { 'k' b } + cache\n"
    "f : function .__code__ load .__globals__ app.__dict__ .__dict__ order\n"
    "code load 'load' '/src/app.py' 12 args 1 locals rows free seen\n"
    "thread 140001 'MainThread' main ; run : frame .f_code load ( a ) pseudo ; frame run load 14\n"
    "gen : generator .gi_code load ; place run 4 ; place gen 300\n"
    "memo : functools._lru_cache_wrapper .cache order.__dict__ calls 20000000000 3 ; idle : functools._lru_cache_wrapper calls 0 0\n"
    "account rss 4096\n";

static void a_snapshot_is_loaded_as_it_was_written(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", small);
    uint32_t cache = test_heap_node(&heap, "cache"), order = test_heap_node(&heap, "order"), a = test_heap_node(&heap, "a");
    struct node_run items = heap_items(heap.heap, cache);
    struct span text;
    assert_int_equal(items.count, 5);
    assert_int_equal(items.nodes[0], a);
    assert_int_equal(items.nodes[2], HEAP_NULL);
    assert_true(heap_string(heap.heap, items.nodes[3], &text) && span_is(text, "text"));
    assert_false(heap_string(heap.heap, items.nodes[4], &text));
    assert_true(heap_type_is(heap.heap, order, "app", "Order"));
    assert_int_equal(heap_address(heap.heap, order), heap_builder_address(order));
    assert_int_equal(heap_find_address(heap.heap, heap_builder_address(order)), order);
    assert_int_equal(heap_find_address(heap.heap, heap_builder_address(order) + 8), HEAP_NULL);
    struct node_sizes sizes = heap_sizes(heap.heap);
    assert_int_equal(node_sizes_get(&sizes, order), 5000000000);
    assert_int_equal(node_sizes_get(&sizes, a), 5000);
    struct heap_store store;
    assert_true(heap_store(heap.heap, a, &store));
    assert_int_equal(store.length, 4000);
    assert_false(heap_store(heap.heap, order, &store));
    assert_int_equal(heap_place(heap.heap, test_heap_node(&heap, "gen"))->instruction, 300);
    assert_null(heap_place(heap.heap, order));
    const struct heap_memo *memo = heap_memo(heap.heap, test_heap_node(&heap, "memo"));
    assert_int_equal(memo->hits, 20000000000);
    assert_int_equal(memo->misses, 3);
    assert_int_equal(heap_memo(heap.heap, test_heap_node(&heap, "idle"))->hits, 0);
    assert_null(heap_memo(heap.heap, order));
    assert_int_equal(heap_refcount(heap.heap, a), 3);
    assert_int_equal(heap.heap->dangling_count, 0);
    test_heap_deinit(&heap);
}

static void attributes_are_found_wherever_python_keeps_them(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", small);
    uint32_t order = test_heap_node(&heap, "order"), dict = test_heap_node(&heap, "order.__dict__");
    struct heap_sections sections = heap_sections(heap.heap, dict);
    assert_int_equal(heap_attribute(heap.heap, order, "x"), test_heap_node(&heap, "a"));
    assert_int_equal(heap_attribute(heap.heap, order, "k"), test_heap_node(&heap, "b"));
    assert_int_equal(heap_attribute(heap.heap, order, "y"), HEAP_NULL);
    assert_int_equal(heap_member(heap.heap, order, "__dict__"), dict);
    assert_int_equal(heap_member(heap.heap, order, "k"), HEAP_NULL);
    assert_int_equal(sections.items - sections.extras, 1);
    assert_int_equal(heap_items(heap.heap, dict).count, 2);
    test_heap_deinit(&heap);
}

/* --- one lie each --- */

struct one_lie { enum table table; unsigned column; uint64_t row, value; uint64_t seen; };

static uint64_t tell(void *context, enum table table, unsigned column, uint64_t value)
{
    struct one_lie *lie = context;
    return table == lie->table && column == lie->column && lie->seen++ == lie->row ? lie->value : value;
}

static enum wh_status load_lie(struct one_lie lie, struct wh_error *error, struct heap *ret)
{
    struct heap_builder *builder = heap_builder_create();
    struct nameless_file file;
    size_t length;
    heap_builder_add(builder, "%s", small);
    heap_builder_add(builder, "root interpreter 'codecs' cache ; other : frame pseudo ; frame other load 15 ; opcode 9 NOP");
    uint8_t *bytes = heap_builder_write(builder, tell, &lie, &length);
    nameless_file_init(&file);
    nameless_file_fill(&file, bytes, length);
    enum wh_status status = heap_load(file.path, error, ret);
    free(bytes);
    nameless_file_deinit(&file);
    heap_builder_destroy(builder);
    return status;
}

static uint64_t id_of_node(uint32_t node)
{
    return granule_id(1, heap_builder_address(node));
}

static void every_lie_has_its_sentence(void **state)
{
    static const struct { struct one_lie lie; const char *sentence; } lies[] = {
        {{TABLE_OBJECTS, OBJECTS_ID, 3, 7, 0}, "object id 0x7 lies in no region"},
        {{TABLE_OBJECTS, OBJECTS_TYPE, 0, 1000, 0}, "an object has a type that no row describes (1000)"},
        {{TABLE_OBJECTS, OBJECTS_FORM, 0, 65536, 0}, "an object has an unknown form (65536)"},
        {{TABLE_OBJECTS, OBJECTS_REFS, 0, 100, 0}, "the objects' numbers of references do not add up to the rows of refs"},
        {{TABLE_OBJECTS, OBJECTS_REFS, 0, UINT64_MAX, 0}, "it has more references than 32 bits can number"},
        {{TABLE_OBJECTS, OBJECTS_FORM, 0, FORM_ITEMS_PAIRS, 0}, "table stores has more rows than objects with a store"},
        {{TABLE_OBJECTS, OBJECTS_FORM, 2, FORM_STORE, 0}, "table stores has fewer rows than objects with a store"},
        {{TABLE_OBJECTS, OBJECTS_FORM, 2, FORM_EXTRAS | FORM_ITEMS_SEQUENCE, 0}, "table extras has fewer rows than objects with extras"},
        {{TABLE_TYPES, TYPES_MEMBERS, 0, UINT64_MAX, 0}, "a type has more fields than table fields has rows"},
        {{TABLE_TYPES, TYPES_ATTRS, 0, UINT64_MAX, 0}, "a type has more fields than table fields has rows"},
        {{TABLE_TYPES, TYPES_ATTRS, 21, 1, 0}, "table fields has rows that no type owns"},
        {{TABLE_TYPES, TYPES_BASE, 0, 100, 0}, "a type has a base that no row describes (100)"},
        {{TABLE_OPCODES, OPCODES_NUMBER, 0, 256, 0}, "an opcode is more than a byte (256)"},
        {{TABLE_OPCODES, OPCODES_BASE, 0, 300, 0}, "an opcode is more than a byte (300)"},
        {{TABLE_FRAMES, FRAMES_THREAD, 0, 1, 0}, "a frame belongs to a thread that no row describes (1)"},
        {{TABLE_ROOTS, ROOTS_THREAD, 0, 2, 0}, "a root belongs to a thread that no row describes (2)"},
        {{TABLE_ROOTS, ROOTS_KIND, 0, ROOT_FRAME, 0}, "a root has a kind that is never written (5)"},
        {{TABLE_ROOTS, ROOTS_KIND, 1, ROOT_NATIVE, 0}, "a root has a kind that is never written (10)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct heap heap;
        struct wh_error error = {0};
        enum wh_status status = load_lie(lies[i].lie, &error, &heap);
        if (status != WH_ERR_INPUT || !strstr(error.message, "the snapshot is corrupt: ") || !strstr(error.message, lies[i].sentence))
            fail_msg("lie %zu: status %d, \"%s\"", i, status, error.message);
        assert_null(heap.type_of_node);
    }
}

static void two_frames_are_never_one_object(void **state)
{
    struct heap heap;
    struct wh_error error = {0};
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "%s", small);
    uint32_t run = heap_builder_node(builder, "run");
    heap_builder_destroy(builder);
    assert_int_equal(load_lie((struct one_lie){TABLE_FRAMES, FRAMES_OBJECT, 1, id_of_node(run), 0}, &error, &heap), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "two frames are the same object"));
}

static void places_stand_in_the_order_of_their_objects(void **state)
{
    struct heap heap;
    struct wh_error error = {0};
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "%s", small);
    uint32_t gen = heap_builder_node(builder, "gen");
    heap_builder_destroy(builder);
    assert_int_equal(load_lie((struct one_lie){TABLE_PLACES, PLACES_OBJECT, 0, id_of_node(gen), 0}, &error, &heap), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "table places is not in the order of the objects"));
}

static void memos_stand_in_the_order_of_their_objects(void **state)
{
    struct heap heap;
    struct wh_error error = {0};
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "%s", small);
    uint32_t memo = heap_builder_node(builder, "memo"), idle = heap_builder_node(builder, "idle");
    heap_builder_destroy(builder);
    assert_int_equal(load_lie((struct one_lie){TABLE_MEMOS, MEMOS_ID, 0, id_of_node(idle), 0}, &error, &heap), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "table memos is not in the order of the objects"));
    assert_int_equal(load_lie((struct one_lie){TABLE_MEMOS, MEMOS_ID, 0, granule_id(1, 0), 0}, &error, &heap), WH_OK);
    assert_null(heap_memo(&heap, memo));
    assert_non_null(heap_memo(&heap, idle));
    heap_deinit(&heap);
    assert_int_equal(load_lie((struct one_lie){TABLE_MEMOS, MEMOS_HITS, 0, UINT64_MAX, 0}, &error, &heap), WH_OK);
    assert_true(heap_memo(&heap, memo)->hits == UINT64_MAX);
    heap_deinit(&heap);
}

static void a_kind_of_root_that_is_not_known_is_the_interpreters(void **state)
{
    struct heap heap;
    struct wh_error error;
    (void)state;
    assert_int_equal(load_lie((struct one_lie){TABLE_ROOTS, ROOTS_KIND, 1, 261, 0}, &error, &heap), WH_OK);
    assert_int_equal(heap.roots[1].kind, ROOT_INTERPRETER);
    heap_deinit(&heap);
}

static void a_reference_to_nothing_is_counted_and_empty(void **state)
{
    struct heap heap;
    struct wh_error error;
    (void)state;
    assert_int_equal(load_lie((struct one_lie){TABLE_REFS, REFS_TO, 1, granule_id(1, 0), 0}, &error, &heap), WH_OK);
    assert_int_equal(heap.dangling_count, 1);
    assert_int_equal(heap.target_of_ref[1], HEAP_NULL);
    heap_deinit(&heap);
}

/* Texts 0 and 1 are 'app' and 'cache': both become those of one object. */
static void of_two_texts_the_longest_wins(void **state)
{
    (void)state;
    for (uint64_t row = 0; row < 2; row++) {
        struct heap heap, right;
        struct wh_error error;
        assert_int_equal(load_lie((struct one_lie){TABLE_COUNT, 0, 0, 0, 0}, &error, &right), WH_OK);
        uint32_t node = right.texts[1 - row].node;
        assert_int_equal(load_lie((struct one_lie){TABLE_TEXTS, TEXTS_ID, row, id_of_node(node), 0}, &error, &heap), WH_OK);
        assert_true(span_is(heap_text(&heap, node)->data, "cache"));
        assert_null(heap_text(&heap, right.texts[row].node));
        assert_int_equal(heap.text_count, right.text_count - 1);
        heap_deinit(&heap);
        heap_deinit(&right);
    }
}

enum { MANY_OBJECTS = 30000 };

/* Of many chunks: addresses, counts and stores, looked up one by one, in order, and here and there with one walk. */
static void what_stays_in_the_file_is_read_in_any_order(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct random random = {5};
    struct test_heap heap;
    (void)state;
    for (uint32_t i = 0; i < MANY_OBJECTS; i++) {
        if (i % 3)
            heap_builder_add(builder, "o%u : object refs %u", i, i);
        else
            heap_builder_add(builder, "o%u : list [ ] refs %u store %u %u", i, i, i + 1, i + 2);
    }
    test_heap_open(builder, &heap);
    struct address_walk addresses;
    struct refcount_walk refcounts;
    struct store_walk stores;
    struct heap_store store;
    address_walk_init(&addresses, heap.heap);
    refcount_walk_init(&refcounts, heap.heap);
    store_walk_init(&stores, heap.heap, STORE_LENGTH);
    assert_true(heap.heap->snapshot.tables[TABLE_OBJECTS].chunk_count > 2);
    uint32_t owner, rows = 0, first = test_heap_node(&heap, "o0");
    for (; store_walk_next(&stores, &owner, &store); rows++) {
        assert_int_equal(owner, first + 3 * rows);
        assert_true(store.length == 3 * rows + 1 && !store.capacity && !store.address);
    }
    assert_int_equal(rows, MANY_OBJECTS / 3);
    for (uint32_t trial = 0; trial < MANY_OBJECTS; trial++) {
        uint32_t i = trial < MANY_OBJECTS / 2 ? trial : random_below(&random, MANY_OBJECTS), node = first + i;
        assert_int_equal(address_walk_get(&addresses, node), heap_builder_address(node));
        assert_int_equal(refcount_walk_get(&refcounts, node), i);
        assert_int_equal(heap_store(heap.heap, node, &store), i % 3 == 0);
        assert_true(i % 3 || (store.length == i + 1 && store.capacity == i + 2));
        assert_int_equal(heap_refcount(heap.heap, node), i);
    }
    assert_int_equal(address_walk_get(&addresses, HEAP_NULL), 0);
    test_heap_deinit(&heap);
}

static int write_compressed(void **state)
{
    (void)state;
    heap_builder_compress(true);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_is_loaded_as_it_was_written),
        cmocka_unit_test(attributes_are_found_wherever_python_keeps_them),
        cmocka_unit_test(every_lie_has_its_sentence),
        cmocka_unit_test(two_frames_are_never_one_object),
        cmocka_unit_test(places_stand_in_the_order_of_their_objects),
        cmocka_unit_test(memos_stand_in_the_order_of_their_objects),
        cmocka_unit_test(a_kind_of_root_that_is_not_known_is_the_interpreters),
        cmocka_unit_test(a_reference_to_nothing_is_counted_and_empty),
        cmocka_unit_test(of_two_texts_the_longest_wins),
        cmocka_unit_test(what_stays_in_the_file_is_read_in_any_order),
    };
    int failed = cmocka_run_group_tests_name("plain", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("compressed", tests, write_compressed, NULL);
}
