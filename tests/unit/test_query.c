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
#include "random.h"
#include "trials.h"

static struct test_heap heap;

static int open_heap(void **state)
{
    (void)state;
    test_heap_init(&heap, "b'z' : bytes 'z' ; half_key : float '0.5'\n"
        "module app { 'cache' cache 'obj' obj '_x9' x } ; module app.core { 'größe' y } ; module app.core.deep { } ; x : object ; y : object\n"
        "cache : dict { 'k' list 7 seven t tup \"it's\" apostrophe b'z' bytes half_key half 'a]b' bracket long end None none deep nested }\n"
        "list : list [ x _ inner ] ; inner : list [ y ] ; seven : object ; tup : object ; apostrophe : object ; bytes : object\n"
        "half : object ; bracket : object ; end : object ; none : object ; t : tuple [ 'a' 1 ] ; deep : tuple [ '(' ')' ] ; nested : object\n"
        "long : str 'a long key, much longer than what a label shows of it, which is sixty bytes'\n"
        "type app.Order members __dict__ slot attrs inline ; obj : app.Order .__dict__ d .slot s .inline i ; d : dict { 'name' n }\n"
        "watch : weakref / list / ; s : object ; i : object ; n : object ; set : set < x >\n"
        "o1 : app.Order size 100 ; o2 : app.Order size 3000 ; o3 : app.Order size 200 ; type Order ; type x.Order ; order : Order ; other : x.Order");
    return 0;
}

/* Of a threading.local, whose attributes are in a dict for each thread. */
static void an_attribute_of_each_thread_is_found(void **state)
{
    struct test_heap threads;
    struct wh_paths *paths;
    struct wh_error error;
    (void)state;
    test_heap_init(&threads, "type _thread._local members localdicts ; module app { 'local' local } ; local : _thread._local .localdicts dicts\n"
                             "dicts : dict { r1 d1 r2 d2 } ; r1 : object ; r2 : object ; d1 : dict { 'rows' rows1 } ; d2 : dict { 'rows' rows2 'user' user }\n"
                             "rows1 : list [ ] ; rows2 : list [ ] ; user : object");
    assert_int_equal(wh_paths(threads.analysis, &(struct wh_query){.expression = "app.local.rows"}, &error, &paths), WH_OK);
    assert_int_equal(paths->count, 2);
    wh_paths_free(paths);
    assert_int_equal(wh_paths(threads.analysis, &(struct wh_query){.expression = "app.local.user"}, &error, &paths), WH_OK);
    assert_int_equal(paths->count, 1);
    wh_paths_free(paths);
    assert_int_equal(wh_paths(threads.analysis, &(struct wh_query){.expression = "app.local.lost"}, &error, &paths), WH_ERR_INPUT);
    test_heap_deinit(&threads);
}

static int close_heap(void **state)
{
    (void)state;
    test_heap_deinit(&heap);
    return 0;
}

static struct wh_paths *ask(const struct wh_query *query)
{
    struct wh_paths *paths;
    struct wh_error error;
    if (wh_paths(heap.analysis, query, &error, &paths))
        fail_msg("%s", error.message);
    return paths;
}

static void assert_finds(const char *expression, const char *name)
{
    struct wh_paths *paths = ask(&(struct wh_query){.expression = expression});
    assert_int_equal(paths->count, 1);
    assert_int_equal(paths->matching, 1);
    const struct wh_path *path = &paths->paths[0];
    if (path->hops[path->hop_count - 1].object.address != heap_builder_address(test_heap_node(&heap, name)))
        fail_msg("%s is not %s", expression, name);
    wh_paths_free(paths);
}

/* How many objects, and the first and the last by name: the largest first. */
static void assert_finds_all(const char *expression, uint64_t matching, const char *first)
{
    struct wh_paths *paths = ask(&(struct wh_query){.expression = expression, .limit = 100});
    assert_int_equal(paths->matching, matching);
    assert_int_equal(paths->count, matching);
    const struct wh_path *path = &paths->paths[0];
    if (path->hops[path->hop_count - 1].object.address != heap_builder_address(test_heap_node(&heap, first)))
        fail_msg("%s has another first than %s", expression, first);
    wh_paths_free(paths);
}

static void a_star_stands_for_all_items_or_attributes(void **state)
{
    struct wh_paths *paths;
    struct wh_error error;
    (void)state;
    assert_finds_all("app.cache['k'][*]", 2, "inner");
    assert_finds_all("app.cache['k'][*][*]", 1, "y");
    assert_finds_all("app.cache[*]", 10, "list");
    assert_finds_all("app.cache[…]", 10, "list");
    assert_finds_all("app.cache['k'][0…2]", 2, "inner");
    assert_finds_all("app.cache['k'][0:2]", 1, "x");
    assert_finds_all("app.cache['k'][2…9]", 1, "inner");
    assert_finds_all("app.obj.*", 3, "s");
    assert_finds_all("app.*.inline", 1, "i");
    assert_finds_all("app.*[*][0]", 1, "x");
    assert_int_equal(wh_paths(heap.analysis, &(struct wh_query){.expression = "app.obj.*.nothing"}, &error, &paths), WH_ERR_INPUT);
    assert_string_equal(error.message, "the snapshot has no object 'app.obj.*.nothing'");
    assert_int_equal(wh_paths(heap.analysis, &(struct wh_query){.expression = "app.obj.*x"}, &error, &paths), WH_ERR_USAGE);
}

static void an_expression_finds_what_python_would(void **state)
{
    (void)state;
    assert_finds("app", "app");
    assert_finds("app.cache", "cache");
    assert_finds("app._x9", "x");
    assert_finds("app.core", "app.core");
    assert_finds("app.core.größe", "y");
    assert_finds("app.core.deep", "app.core.deep");
    assert_finds("sys.modules['app'].cache", "cache");
    assert_finds("app.cache['k'][2][0]", "y");
    assert_finds("app.cache[\"k\"][0]", "x");
    assert_finds("app.cache[7]", "seven");
    assert_finds("app.cache[('a', 1)]", "tup");
    assert_finds("app.cache['it\\'s']", "apostrophe");
    assert_finds("app.cache[\"it's\"]", "apostrophe");
    assert_finds("app.cache[b'z']", "bytes");
    assert_finds("app.cache[0.5]", "half");
    assert_finds("app.cache['a]b']", "bracket");
    assert_finds("app.cache[None]", "none");
    assert_finds("app.cache[('(', ')')]", "nested");
    assert_finds("app.cache['a long key, much longer than what a label shows of it, which is sixty bytes']", "end");
    assert_finds("app.cache['a long key, much longer than what a label shows of it, which…']", "end");
    assert_finds("app.obj.slot", "s");
    assert_finds("app.obj.inline", "i");
    assert_finds("app.obj.name", "n");
    assert_finds("app.obj.__dict__['name']", "n");
    assert_finds("app.__dict__", "app.__dict__");
}

static void assert_fails(const struct wh_query *query, enum wh_status status, const char *message)
{
    struct wh_paths *paths = (struct wh_paths *)&heap;
    struct wh_details *details = (struct wh_details *)&heap;
    struct wh_error error = {0};
    assert_int_equal(wh_paths(heap.analysis, query, &error, &paths), status);
    assert_string_equal(error.message, message);
    assert_null(paths);
    assert_int_equal(wh_show(heap.analysis, query, &error, &details), status);
    assert_null(details);
}

static void assert_malformed(const char *expression, size_t at, const char *what)
{
    char message[512];
    snprintf(message, sizeof(message), "cannot read the expression '%.200s' at character %zu: %s", expression, at, what);
    assert_fails(&(struct wh_query){.expression = expression}, WH_ERR_USAGE, message);
}

static void a_malformed_expression_is_told_where(void **state)
{
    static const char module[] = "it has to begin with a module's name", key[] = "a key or an index and a closing bracket have to follow";
    static const char name[] = "a name or * has to follow the dot", next[] = "a dot or an opening bracket is expected";
    char long_name[400] = "app.cache.";
    (void)state;
    assert_malformed("", 1, module);
    assert_malformed("[0]", 1, module);
    assert_malformed("(app)", 1, module);
    assert_malformed(" app", 1, module);
    assert_malformed("app.cache[", 11, key);
    assert_malformed("app.cache[]", 11, key);
    assert_malformed("app.cache['k", 11, key);
    assert_malformed("app.cache['k']]", 15, next);
    assert_malformed("app.cache['k'", 11, key);
    assert_malformed("app.cache[('a', 1]", 11, key);
    assert_malformed("app.cache[)]", 11, key);
    assert_malformed("app.cache['k'].", 16, name);
    assert_malformed("app.cache['k'].[0]", 16, name);
    assert_malformed("app.cache x", 10, next);
    assert_malformed("app.cache['k']x", 15, next);
    assert_malformed("app.cache['k'] ", 15, next);
    assert_malformed("sys.modules[", 13, key);
    memset(long_name + 10, 'x', 300);
    struct wh_paths *paths;
    struct wh_error error;
    assert_int_equal(wh_paths(heap.analysis, &(struct wh_query){.expression = long_name}, &error, &paths), WH_ERR_INPUT);
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    assert_fails(&(struct wh_query){.expression = "nothing"}, WH_ERR_INPUT, "the snapshot has no object 'nothing': there is no module 'nothing'");
    assert_fails(&(struct wh_query){.expression = "ap.cache"}, WH_ERR_INPUT, "the snapshot has no object 'ap.cache': there is no module 'ap'; did you mean 'app'?");
    assert_fails(&(struct wh_query){.expression = "app.nothing.more"}, WH_ERR_INPUT, "the snapshot has no object 'app.nothing'");
    assert_fails(&(struct wh_query){.expression = "app.cache['z'].x"}, WH_ERR_INPUT, "the snapshot has no object 'app.cache['z']'");
    assert_fails(&(struct wh_query){.expression = "app.cache['k'][3]"}, WH_ERR_INPUT, "the snapshot has no object 'app.cache['k'][3]': there are 3");
    assert_fails(&(struct wh_query){.expression = "app.cache['k'][1]"}, WH_ERR_INPUT, "the snapshot has no object 'app.cache['k'][1]': there are 3");
    assert_fails(&(struct wh_query){.expression = "app.cache['k'][-1]"}, WH_ERR_INPUT, "the snapshot has no object 'app.cache['k'][-1]': there are 3");
    assert_fails(&(struct wh_query){.expression = "app.cache['k'][99999999999999999999]"}, WH_ERR_INPUT,
                 "the snapshot has no object 'app.cache['k'][99999999999999999999]': there are 3");
    assert_fails(&(struct wh_query){.expression = "app.cache['k'][2:2]"}, WH_ERR_INPUT, "the snapshot has no object 'app.cache['k'][2:2]': there are 3");
    assert_fails(&(struct wh_query){.expression = "app.obj[0]"}, WH_ERR_INPUT, "the snapshot has no object 'app.obj[0]'");
    assert_fails(&(struct wh_query){.expression = "app.cahce"}, WH_ERR_INPUT, "the snapshot has no object 'app.cahce'; did you mean 'cache'?");
    assert_fails(&(struct wh_query){.expression = "app.cache['it s']"}, WH_ERR_INPUT,
                 "the snapshot has no object 'app.cache['it s']'; did you mean 'it's'?");
    assert_fails(&(struct wh_query){.type = "Nothing"}, WH_ERR_INPUT, "the snapshot has no object of type 'Nothing'");
    assert_fails(&(struct wh_query){.address = 16}, WH_ERR_INPUT, "no object starts at address 0x10");
    assert_fails(&(struct wh_query){.type = NULL}, WH_ERR_USAGE, "no object is named: give an address, a type or an expression");
}

static void a_type_names_all_its_objects_the_largest_first(void **state)
{
    static const char *const names[] = {"o2", "o3", "obj", "o1"};
    (void)state;
    struct wh_paths *paths = ask(&(struct wh_query){.type = "app.Order"});
    assert_int_equal(paths->count, 4);
    for (size_t i = 0; i + 1 < paths->count; i++)
        assert_true(paths->paths[i].hops[paths->paths[i].hop_count - 1].object.retained_bytes >=
                    paths->paths[i + 1].hops[paths->paths[i + 1].hop_count - 1].object.retained_bytes);
    assert_int_equal(paths->paths[0].hops[0].object.address, heap_builder_address(test_heap_node(&heap, names[0])));
    wh_paths_free(paths);
    paths = ask(&(struct wh_query){.type = "Order"});   /* the built-in one: what tables call so */
    assert_int_equal(paths->matching, 1);
    wh_paths_free(paths);
    paths = ask(&(struct wh_query){.type = "builtins.Order"});
    assert_int_equal(paths->matching, 1);
    wh_paths_free(paths);
    paths = ask(&(struct wh_query){.type = "x.Order"});
    assert_int_equal(paths->matching, 1);
    wh_paths_free(paths);
    paths = ask(&(struct wh_query){.type = "object", .limit = 3});
    assert_int_equal(paths->count, 3);
    assert_true(paths->matching > 10);
    wh_paths_free(paths);
    paths = ask(&(struct wh_query){.type = "object"});
    assert_int_equal(paths->count, 10);
    wh_paths_free(paths);
}

static void the_largest_of_a_type_are_the_first_of_all(void **state)
{
    (void)state;
    struct wh_paths *all = ask(&(struct wh_query){.type = "object", .limit = 1000});
    assert_true(all->count > 10);
    for (size_t limit = 1; limit <= all->count; limit++) {
        struct wh_paths *paths = ask(&(struct wh_query){.type = "object", .limit = limit});
        assert_int_equal(paths->count, limit);
        for (size_t i = 0; i < limit; i++)
            assert_int_equal(paths->paths[i].hops[paths->paths[i].hop_count - 1].object.address, all->paths[i].hops[all->paths[i].hop_count - 1].object.address);
        wh_paths_free(paths);
    }
    wh_paths_free(all);
}

static void an_address_names_the_object_that_starts_there(void **state)
{
    (void)state;
    uint64_t address = heap_builder_address(test_heap_node(&heap, "cache"));
    struct wh_paths *paths = ask(&(struct wh_query){.address = address});
    assert_string_equal(paths->paths[0].expression, "app.cache");
    wh_paths_free(paths);
    char message[120];
    snprintf(message, sizeof(message), "no object starts at address %#llx; it lies within the dict at %#llx", (unsigned long long)address + 8, (unsigned long long)address);
    assert_fails(&(struct wh_query){.address = address + 8}, WH_ERR_INPUT, message);
    assert_fails(&(struct wh_query){.address = 0x7fff12345678}, WH_ERR_INPUT, "no object starts at address 0x7fff12345678");
}

/* --- conditions --- */

static const char conditions_heap[] =
    "type type members __dict__ __mro__ __qualname__ ; type app.Base object Base members __dict__ ; type app.Order object Order base app.Base members __dict__\n"
    "type app.sub.Line members order\n"
    "Base : type .__dict__ bd .__mro__ bm .__qualname__ 'Base' ; bd : dict { '__module__' 'app' } ; bm : tuple [ Base ]\n"
    "Order : type .__dict__ cd .__mro__ om .__qualname__ 'Order' ; cd : dict { '__module__' 'app' } ; om : tuple [ Order Mixin Base ]\n"
    "Mixin : type .__dict__ md .__qualname__ 'Mixin' ; md : dict { '__module__' 'app' }\n"
    "module app { 'a' a 'b' b 'rows' rows 'base' base 'line' line 'big' big }\n"
    "a : app.Order .__dict__ ad size 40 ; ad : dict { 'id' 3 'status' 'open' 'rows' list3 'none' none } ; list3 : list [ x y z ] ; none : NoneType\n"
    "b : app.Order .__dict__ bbd size 5000 ; bbd : dict { 'id' 12 'status' 'shut' 'rows' list0 'other' a } ; list0 : list [ ]\n"
    "base : app.Base .__dict__ based ; based : dict { 'id' '3' } ; x : object ; y : object ; z : object immortal ; line : app.sub.Line .order a\n"
    "rows : list [ p q ] ; p : object ; q : object ; big : float '2.5' ; dead : app.Order .__dict__ dd size 100 refs 0 ; dd : dict { 'id' 4 }\n"
    "held : app.Base native 1";

/* How many the query names. */
static uint64_t count_of(struct test_heap *conditions, const struct wh_query *query)
{
    struct wh_found *found;
    struct wh_error error;
    enum wh_status status = wh_find(conditions->analysis, query, &error, &found);
    if (status == WH_ERR_INPUT)
        return 0;
    if (status)
        fail_msg("%s", error.message);
    uint64_t objects = found->all.objects;
    wh_found_free(found);
    return objects;
}

static void assert_where(struct test_heap *conditions, const char *type, const char *condition, uint64_t expected)
{
    uint64_t found = count_of(conditions, &(struct wh_query){.type = type, .where = &condition, .where_count = 1});
    if (found != expected)
        fail_msg("%s: %s: %d objects", type ? type : "all", condition, (int)found);
}

static void conditions_are_about_what_an_object_is_and_has(void **state)
{
    struct test_heap conditions;
    (void)state;
    test_heap_init(&conditions, conditions_heap);
    assert_where(&conditions, "app.Order", "size > 1000", 1);
    assert_where(&conditions, "app.Order", "size >= 40 and size <= 4K", 2);
    assert_where(&conditions, "app.Order", "not size < 4K", 1);
    assert_where(&conditions, "app.Order", ".id = 3", 1);
    assert_where(&conditions, NULL, ".id = 3", 1);
    assert_where(&conditions, NULL, ".id = '3'", 1);
    assert_where(&conditions, NULL, ".id == \"3\"", 1);
    assert_where(&conditions, "app.Order", ".id > 3.5", 2);
    assert_where(&conditions, "app.Order", ".id != 3", 2);
    assert_where(&conditions, "app.Order", ".id>=3 and .status~'o*'", 1);
    assert_where(&conditions, "app.Order", ".status !~ o*", 1);
    assert_where(&conditions, "app.Order", ".status", 2);
    assert_where(&conditions, "app.Order", "not .status", 1);
    assert_where(&conditions, "app.Order", ".none = None", 1);
    assert_where(&conditions, "app.Order", ".none < 3", 0);
    assert_where(&conditions, "app.Order", ".other.status = open", 1);
    assert_where(&conditions, "app.sub.Line", ".order.id = 3", 1);
    assert_where(&conditions, "app.Order", "len(.rows) >= 3", 1);
    assert_where(&conditions, "app.Order", "type(.rows) = list", 2);
    assert_where(&conditions, "list", "len = 0", 1);
    assert_where(&conditions, "object", "len >= 0", 0);
    assert_where(&conditions, "float", "value = 2.5", 1);
    assert_where(&conditions, "str", "value = open", 1);
    assert_where(&conditions, NULL, "type ~ app.* and type != Base", 4);
    assert_where(&conditions, NULL, "type !~ *.* and type = object", 5);
    assert_where(&conditions, "app.Order", "garbage", 1);
    assert_where(&conditions, "app.Order", "live", 2);
    assert_where(&conditions, "app.Base", "native", 1);
    assert_where(&conditions, "object", "immortal", 1);
    assert_where(&conditions, "object", "under app.rows", 2);
    assert_where(&conditions, "list", "under app.rows", 0);
    assert_where(&conditions, NULL, "under app.rows and type = object", 2);
    assert_where(&conditions, NULL, "type = object and under app.rows and size >= 0 and live", 2);
    assert_where(&conditions, "object", "len(.x) = 1", 0);
    assert_where(&conditions, "app.Order", "refcount = 3", 1);
    assert_where(&conditions, "app.Order", "objects > 1 and retained > 10M", 0);
    const char *const two[] = {".id > 3", "live"};
    assert_int_equal(count_of(&conditions, &(struct wh_query){.type = "Order", .where = two, .where_count = 2}), 1);
    test_heap_deinit(&conditions);
}

static void objects_are_named_by_class_module_and_pattern(void **state)
{
    struct test_heap conditions;
    (void)state;
    test_heap_init(&conditions, conditions_heap);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.instances_of = "app.Base"}), 5);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.instances_of = "Mixin"}), 3);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.instances_of = "app.Order"}), 3);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.instances_of = "builtins.list"}), 3);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.type = "app.*"}), 6);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.type = "*Lin?"}), 1);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.module = "app"}), 5);
    assert_int_equal(count_of(&conditions, &(struct wh_query){.package = "app"}), 6);
    test_heap_deinit(&conditions);
}

static void assert_refused(struct test_heap *conditions, const struct wh_query *query, const char *message)
{
    struct wh_found *found = (struct wh_found *)conditions;
    struct wh_error error = {0};
    assert_true(wh_find(conditions->analysis, query, &error, &found) != WH_OK);
    assert_string_equal(error.message, message);
    assert_null(found);
}

static void a_condition_that_cannot_be_read_is_told_where(void **state)
{
    static const struct { const char *condition; int at; const char *what; } rows[] = {
        {"", 1, "size, retained, objects, len, refcount, type, value, live, garbage, native, immortal, under or an attribute .name is expected"},
        {"size", 5, "one of = != < <= > >= ~ !~ is expected"},
        {"size >", 7, "a value is expected"},
        {"size > many", 8, "a number is expected"},
        {"size > 4X", 8, "a number is expected"},
        {"size ~ 4", 8, "a number is like nothing but itself: use ="},
        {".id < 'a'", 7, "a number is expected"},
        {".id = 'a", 7, "its quote is not closed"},
        {".id = 3 or .id = 4", 9, "'and' or its end is expected"},
        {".", 1, "an attribute is expected: .name"},
        {"len(.rows = 3", 10, "a closing parenthesis is expected"},
    };
    struct test_heap conditions;
    char message[400];
    (void)state;
    test_heap_init(&conditions, conditions_heap);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(message, sizeof(message), "cannot read the condition '%s' at character %d: %s", rows[i].condition, rows[i].at, rows[i].what);
        assert_refused(&conditions, &(struct wh_query){.where = &rows[i].condition, .where_count = 1}, message);
    }
    const char *none = ".id = 77", *nowhere = "under app.nothing";
    assert_refused(&conditions, &(struct wh_query){.type = "app.Order", .where = &none, .where_count = 1}, "none of 3 objects fulfils the condition");
    assert_refused(&conditions, &(struct wh_query){.where = &nowhere, .where_count = 1}, "the snapshot has no object 'app.nothing'");
    assert_refused(&conditions, &(struct wh_query){.type = "app.Ordr"}, "the snapshot has no object of type 'app.Ordr'; did you mean 'app.Order'?");
    assert_refused(&conditions, &(struct wh_query){.instances_of = "sub.line"},
                   "the snapshot has no object of a class that is or is derived from 'sub.line'; did you mean 'app.sub.Line'?");
    assert_refused(&conditions, &(struct wh_query){.package = "apq.sub"}, "the snapshot has no object whose class is of 'apq.sub'; did you mean 'app.sub'?");
    assert_refused(&conditions, &(struct wh_query){.address = 0}, "no object is named: give an address, a type or an expression");
    test_heap_deinit(&conditions);
}

/* As many ways as 200 to the power of nine, and 200 objects. */
static void all_of_all_of_all_are_each_found_once(void **state)
{
    enum { NODES = 200 };
    struct heap_builder *builder = heap_builder_create();
    struct test_heap dense;
    char items[NODES * 8];
    size_t length = 0;
    (void)state;
    heap_builder_add(builder, "module app { 'x' o0 }\n");
    for (int item = 0; item < NODES; item++)
        length += (size_t)snprintf(items + length, sizeof(items) - length, " o%d", item);
    for (int node = 0; node < NODES; node++)
        heap_builder_add(builder, "o%d : list [%s ]\n", node, items);
    test_heap_open(builder, &dense);
    struct wh_query query = {.expression = "app.x[*][*][*][*][*][*][*][*][*]"};
    assert_int_equal(count_of(&dense, &query), NODES);
    test_heap_deinit(&dense);
}

/* What somebody may type: beginnings of questions, changed at random. Each is answered, or refused in a sentence. */
static void whatever_is_typed_has_an_answer_or_a_sentence(void **state)
{
    static const char *const typed[] = {
        "app.rows[*].x", "app.cache['k'][0…5] → key <str>", "app.f → closure variable seen[0:3]", "rows (local of load at app.py:3, thread T)",
        "<list at 0x7f00>[3] (held by native code)", "sys.modules['app'].*[*]", "size >= 4K and not .id = 3 or len(.rows) < 1e3",
        "type !~ 'app.*' and .status = \"op\\'en\" and under app.rows and live", "refcount = 99999999999999999999G", "value ~ [a-z*"};
    static const char letters[] = "[](){}'\"\\.*…→<>=!~,: \n0123456789abKMG\x80\xff";
    struct test_heap conditions;
    uint64_t trials = trials_count("texts", 20000);
    (void)state;
    test_heap_init(&conditions, conditions_heap);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(31, trial)};
        struct wh_found *found;
        struct wh_error error = {.message = ""};
        char text[400];
        const char *condition = text;
        snprintf(text, sizeof(text), "%s%s", typed[random_below(&random, sizeof(typed) / sizeof(typed[0]))],
                 typed[random_below(&random, sizeof(typed) / sizeof(typed[0]))]);
        for (uint32_t change = random_below(&random, 8), length = (uint32_t)strlen(text); change > 0; change--)
            text[random_below(&random, length)] = letters[random_below(&random, sizeof(letters))];   /* its end, too */
        struct wh_query query = {.expression = trial % 2 ? text : NULL, .where = &condition, .where_count = trial % 2 ? 0 : 1};
        enum wh_status status = wh_find(conditions.analysis, &query, &error, &found);
        if (!status)
            wh_found_free(found);
        else if ((status != WH_ERR_USAGE && status != WH_ERR_INPUT) || !*error.message)
            fail_msg("%s: status %d, '%s'", text, (int)status, error.message);
    }
    test_heap_deinit(&conditions);
}

static void what_is_found_is_listed_with_its_names(void **state)
{
    struct test_heap conditions;
    struct wh_found *found;
    struct wh_error error;
    (void)state;
    test_heap_init(&conditions, conditions_heap);
    assert_int_equal(wh_find(conditions.analysis, &(struct wh_query){.type = "app.Order", .limit = 2}, &error, &found), WH_OK);
    assert_int_equal(found->all.objects, 3);
    assert_int_equal(found->garbage, 1);
    assert_int_equal(found->row_count, 2);
    assert_string_equal(found->rows[0].name, "app.b");
    assert_true(found->rows[0].object.retained_bytes > found->rows[1].object.retained_bytes);
    wh_found_free(found);
    test_heap_deinit(&conditions);
}

/* --- show --- */

static struct wh_details *show(const char *expression, size_t limit)
{
    struct wh_details *details;
    struct wh_error error;
    if (wh_show(heap.analysis, &(struct wh_query){.expression = expression, .limit = limit}, &error, &details))
        fail_msg("%s", error.message);
    return details;
}

static void an_object_is_shown_with_all_that_refers_to_it(void **state)
{
    (void)state;
    struct wh_details *details = show("app.cache['k']", 0);
    assert_string_equal(details->expression, "app.cache['k']");
    assert_string_equal(details->object.type, "list");
    assert_string_equal(details->liveness, "live");
    assert_int_equal(details->refcount, 1);
    assert_true(details->tracked && !details->frozen && !details->immortal);
    assert_int_equal(details->reference_count, 2);
    assert_string_equal(details->references[1].label, "[2]");
    assert_int_equal(details->references[1].object.address, heap_builder_address(test_heap_node(&heap, "inner")));
    assert_int_equal(details->referrer_count, 2);
    assert_false(details->referrers[0].weak);
    assert_true(details->referrers[1].weak);
    assert_string_equal(details->referrers[1].label, "weak referent");
    assert_string_equal(details->referrers[0].label, "['k']");
    assert_string_equal(details->referrers[0].name, "app.cache['k']");
    assert_string_equal(details->referrers[1].name, "<weakref at 0x7f0000100c40> → weak referent (garbage)");
    assert_string_equal(details->references[1].name, "");
    assert_int_equal(details->referrers[0].object.address, heap_builder_address(test_heap_node(&heap, "cache")));
    assert_int_equal(details->dominated_count, 1);
    assert_string_equal(details->dominated[0].label, "[2]");
    assert_string_equal(details->dominated[0].name, "");
    wh_details_free(details);
    details = show("app", 0);
    assert_string_equal(details->dominated[0].label, ".__dict__");
    wh_details_free(details);
    details = show("app.__dict__", SIZE_MAX);
    for (size_t i = 0; i < details->dominated_shown; i++)
        assert_true((*details->dominated[i].label == '\0') != (*details->dominated[i].name == '\0'));
    wh_details_free(details);
}

static void the_lists_of_an_object_have_a_limit(void **state)
{
    (void)state;
    struct wh_details *details = show("app.cache", 2);
    assert_int_equal(details->references_shown, 2);
    assert_int_equal(details->reference_count, 20);
    assert_int_equal(details->dominated_shown, 2);
    assert_true(details->dominated_count > 10);
    assert_true(details->dominated[0].object.retained_bytes >= details->dominated[1].object.retained_bytes);
    wh_details_free(details);
    details = show("app.cache", SIZE_MAX);
    assert_int_equal(details->references_shown, details->reference_count);
    assert_int_equal(details->dominated_shown, details->dominated_count);
    wh_details_free(details);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attribute_of_each_thread_is_found),
        cmocka_unit_test(an_expression_finds_what_python_would),
        cmocka_unit_test(a_star_stands_for_all_items_or_attributes),
        cmocka_unit_test(a_malformed_expression_is_told_where),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(a_type_names_all_its_objects_the_largest_first),
        cmocka_unit_test(the_largest_of_a_type_are_the_first_of_all),
        cmocka_unit_test(an_address_names_the_object_that_starts_there),
        cmocka_unit_test(conditions_are_about_what_an_object_is_and_has),
        cmocka_unit_test(objects_are_named_by_class_module_and_pattern),
        cmocka_unit_test(a_condition_that_cannot_be_read_is_told_where),
        cmocka_unit_test(all_of_all_of_all_are_each_found_once),
        cmocka_unit_test(whatever_is_typed_has_an_answer_or_a_sentence),
        cmocka_unit_test(what_is_found_is_listed_with_its_names),
        cmocka_unit_test(an_object_is_shown_with_all_that_refers_to_it),
        cmocka_unit_test(the_lists_of_an_object_have_a_limit),
    };
    return cmocka_run_group_tests(tests, open_heap, close_heap);
}
