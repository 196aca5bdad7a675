/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each sign on evidence that shows it and on evidence that does not. */
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
#include "holders/signs.h"
#include "holders/site_growth.h"

enum { SITES_MAX = 4 };

/* What a sign looks at, with everything it may point to. */
struct scene {
    struct test_heap heap;
    struct accumulation point;
    struct naming_path path;
    struct store_site site[SITES_MAX];
    struct store_site removal;
    struct store_site_list sites;
    struct evidence evidence;
};

static void open_scene(struct scene *scene, const char *holder, const char *text)
{
    struct wh_error error;
    memset(scene, 0, sizeof(*scene));
    test_heap_init(&scene->heap, "%s", text);
    scene->point = (struct accumulation){.kind = ACCUMULATION_SINGLE, .node = test_heap_node(&scene->heap, holder), .bytes = 1000000};
    if (naming_path_init(scene->heap.model, scene->point.node, &error, &scene->path))
        fail_msg("%s", error.message);
    scene->sites.sites = scene->site;
    scene->evidence = (struct evidence){.model = scene->heap.model, .point = &scene->point, .path = &scene->path, .sites = &scene->sites,
                                        .alike_type = TYPE_NONE};
}

static void close_scene(struct scene *scene)
{
    naming_path_deinit(&scene->path);
    test_heap_deinit(&scene->heap);
}

static void add_site(struct scene *scene, enum store_how how, bool top_level)
{
    scene->site[scene->sites.count++] = (struct store_site){.how = how, .top_level = top_level, .function = {"app.put", 7}, .file = {"app.py", 6}};
}

static const struct sign *sign_named(const char *name)
{
    const struct sign *sign;
    for (unsigned i = 0; (sign = sign_at(i)); i++) {
        if (!strcmp(sign->name, name))
            return sign;
    }
    fail_msg("there is no sign %s", name);
    return NULL;
}

/* Which signs the tests have seen apply, and seen not apply. */
static bool seen_shown[SIGNS_MAX], seen_hidden[SIGNS_MAX];

static unsigned number_of(const struct sign *sign)
{
    unsigned number = 0;
    while (sign_at(number) != sign)
        number++;
    return number;
}

static void assert_shows(const struct scene *scene, const char *name, const char *sentence)
{
    struct text text = {0};
    if (!sign_named(name)->test(&scene->evidence, &text))
        fail_msg("%s does not show", name);
    assert_string_equal(text_string(&text), sentence);
    seen_shown[number_of(sign_named(name))] = true;
    text_deinit(&text);
}

static void assert_hides(const struct scene *scene, const char *name)
{
    struct text text = {0};
    if (sign_named(name)->test(&scene->evidence, &text))
        fail_msg("%s shows: %s", name, text_string(&text));
    seen_hidden[number_of(sign_named(name))] = true;
    text_deinit(&text);
}

static const char plain[] = "module app { 'cache' cache 'table' table } ; cache : dict { 'k' x } ; table : list [ x ] ; x : object";

static void a_function_that_adds_speaks_for_a_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "grows-in-function");
    add_site(&scene, STORE_SUBSCRIPT, true);
    add_site(&scene, STORE_CREATE, false);
    add_site(&scene, STORE_ASSIGN, false);
    assert_hides(&scene, "grows-in-function");
    add_site(&scene, STORE_SUBSCRIPT, false);
    assert_shows(&scene, "grows-in-function", "a function adds to it each time it runs: app.put");
    close_scene(&scene);
}

static void a_place_in_a_list_that_is_bound_anew_does_not_make_it_grow(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "table", plain);
    add_site(&scene, STORE_SUBSCRIPT, false);
    assert_hides(&scene, "grows-in-function");
    add_site(&scene, STORE_ATTRIBUTE, false);
    assert_hides(&scene, "grows-in-function");
    scene.point.chain = 20;
    assert_shows(&scene, "grows-in-function", "a function adds to it each time it runs: app.put");
    scene.point.chain = 0;
    add_site(&scene, STORE_METHOD, false);
    assert_shows(&scene, "grows-in-function", "a function adds to it each time it runs: app.put");
    close_scene(&scene);
}

#define BIT(place, depth) (1U << ((place) * PLACE_DEPTHS + (depth)))

/* What a line writes to, in a holder of rows of numbers, of dicts, and of records. */
static void what_is_written_over_inside_does_not_grow(void **state)
{
    static const struct { unsigned places; const char *holder; bool grows; } cases[] = {
        {BIT(PLACE_ITEM, 0), "dicts", true},    {BIT(PLACE_ITEM, 0), "rows", false},    {BIT(PLACE_ITEM, 0), "bytes", false},
        {BIT(PLACE_ITEM, 1), "rows", false},   {BIT(PLACE_ITEM, 1), "dicts", true},   {BIT(PLACE_ITEM, 1), "defaults", true},
        {BIT(PLACE_ITEM, 2), "rows", false},     {BIT(PLACE_FIELD, 1), "dicts", false}, {BIT(PLACE_FIELD, 1), "texts", true},
        {BIT(PLACE_WHOLE, 1), "rows", true},            {BIT(PLACE_WHOLE, 2), "rows", false},             {BIT(PLACE_WHOLE, 1), "bytes", false},
        {BIT(PLACE_FIELD, 1) | BIT(PLACE_WHOLE, 2), "texts", true},
    };
    static const char text[] =
        "type collections.defaultdict ; module app { 'a' rows 'b' dicts 'c' texts 'd' defaults 'e' bytes } ; rows : list [ row ] ; row : list [ n ] ;"
        "n : float ; dicts : dict { 'k' d } ; d : dict { 'k' n } ; texts : dict { 'k' e } ; e : dict { 'k' long } ; long : str size 5000 ;"
        "defaults : collections.defaultdict ; bytes : bytearray";
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        open_scene(&scene, cases[i].holder, text);
        add_site(&scene, STORE_SUBSCRIPT, false);
        scene.site[0].places = cases[i].places;
        scene.site[0].of_element = cases[i].places != store_place_bit(PLACE_ITEM, 0);
        if (site_growth_adds(scene.heap.model, &scene.point, &scene.site[0]) != cases[i].grows)
            fail_msg("case %zu: %s", i, cases[i].holder);
        close_scene(&scene);
    }
}

static void a_loop_that_has_not_ended_speaks_for_a_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    add_site(&scene, STORE_SUBSCRIPT, true);
    scene.site[0].line = 12;
    assert_hides(&scene, "under-way");
    assert_shows(&scene, "filled-at-import", "only code at the top level of its module fills it: a table that is loaded once");
    scene.evidence.filling.under_way = &scene.site[0];
    assert_shows(&scene, "under-way", "a loop that has not ended adds to it, line 12");
    assert_hides(&scene, "filled-at-import");
    close_scene(&scene);
}

static void many_of_one_type_speak_where_nothing_is_known(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", "type app.Order ; module app { 'cache' cache } ; cache : list [ x ] ; x : app.Order");
    scene.evidence.alike = 100;
    assert_hides(&scene, "many-alike");
    scene.evidence.alike_type = scene.heap.heap->type_of_node[test_heap_node(&scene.heap, "x")];
    assert_shows(&scene, "many-alike", "it holds 100 objects of one type, app.Order");
    add_site(&scene, STORE_ASSIGN, false);
    assert_hides(&scene, "many-alike");
    add_site(&scene, STORE_METHOD, false);
    assert_shows(&scene, "many-alike", "it holds 100 objects of one type, app.Order");
    scene.evidence.alike = 99;
    assert_hides(&scene, "many-alike");
    scene.evidence.alike = 5;
    scene.evidence.alike_buffers = true;
    assert_shows(&scene, "many-alike", "it holds 5 objects of one type, app.Order");
    scene.evidence.alike = 4;
    assert_hides(&scene, "many-alike");
    close_scene(&scene);
}

static void a_chain_speaks_for_a_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "chain");
    scene.point.chain = 17;
    assert_shows(&scene, "chain", "it is the head of a chain of 17 links");
    close_scene(&scene);
}

static void a_table_that_is_filled_at_import_is_no_leak(void **state)
{
    static const char sentence[] = "only code at the top level of its module fills it: a table that is loaded once";
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "filled-at-import");
    add_site(&scene, STORE_SUBSCRIPT, true);
    add_site(&scene, STORE_CREATE, true);
    assert_shows(&scene, "filled-at-import", sentence);
    scene.sites.incomplete = true;
    assert_hides(&scene, "filled-at-import");
    scene.sites.incomplete = false;
    add_site(&scene, STORE_SUBSCRIPT, false);
    assert_hides(&scene, "filled-at-import");
    close_scene(&scene);
}

static void what_is_made_as_a_whole_does_not_grow(void **state)
{
    static const char sentence[] = "no code adds to it: it is made as a whole, or its places are filled anew";
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "replaced-whole");
    add_site(&scene, STORE_ASSIGN, false);
    add_site(&scene, STORE_COMPREHENSION, true);
    assert_shows(&scene, "replaced-whole", sentence);
    scene.sites.incomplete = true;
    assert_hides(&scene, "replaced-whole");
    scene.sites.incomplete = false;
    add_site(&scene, STORE_METHOD, true);
    assert_hides(&scene, "replaced-whole");
    close_scene(&scene);
}

/* self.children = [] in a class whose instances code fills that is gone. */
static void what_is_only_known_to_be_made_empty_is_undecided(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", "module app { 'cache' cache 'new' new } ; cache : list [ x ] ; new : list [ ] ; x : object");
    scene.evidence.alike = 1000;
    scene.evidence.alike_type = scene.heap.heap->type_of_node[test_heap_node(&scene.heap, "x")];
    add_site(&scene, STORE_CREATE, false);
    assert_hides(&scene, "replaced-whole");
    assert_shows(&scene, "many-alike", "it holds 1000 objects of one type, object");
    assert_shows(&scene, "unexplained", "it is not known what adds to it, nor whether anything does");
    add_site(&scene, STORE_ASSIGN, false);
    assert_shows(&scene, "replaced-whole", "no code adds to it: it is made as a whole, or its places are filled anew");
    assert_hides(&scene, "unexplained");
    scene.sites.count = 1;
    scene.point.node = test_heap_node(&scene.heap, "new");
    assert_shows(&scene, "replaced-whole", "no code adds to it: it is made as a whole, or its places are filled anew");
    close_scene(&scene);
}

static void a_container_with_a_bound_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "last", "module app { 'last' last 'all' all } ; last : list [ x ] store 1 128 bounded ; x : object ; all : list [ x ]");
    assert_shows(&scene, "bounded", "it keeps 128 items at most");
    scene.point.node = test_heap_node(&scene.heap, "all");
    assert_hides(&scene, "bounded");
    scene.point.node = test_heap_node(&scene.heap, "x");
    assert_hides(&scene, "bounded");
    close_scene(&scene);
}

/* The scene's one removal: `code` 1 is that of a site whose code_node is 1. */
static void add_removal(struct scene *scene, uint32_t code, enum execution executed)
{
    scene->removal = (struct store_site){.how = STORE_REMOVE, .code_node = code, .line = 9, .executed = executed, .function = {"app.get", 7}};
    scene->sites.removals = &scene->removal;
    scene->sites.removal_count = 1;
}

static void a_function_that_makes_room_speaks_against_a_leak(void **state)
{
    static const char sentence[] = "what adds to it makes room, too: app.get, line 9";
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    add_removal(&scene, 1, EXECUTION_UNKNOWN);
    assert_hides(&scene, "makes-room");
    scene.evidence.filling.room = &scene.removal;
    scene.evidence.alike = 1;
    assert_shows(&scene, "makes-room", sentence);
    scene.evidence.made_bytes = 10000000;
    scene.evidence.left_bytes = 9900000; /* the wrong things, or none, as the recorder saw */
    assert_hides(&scene, "makes-room");
    scene.evidence.left_bytes = 3000000;
    assert_shows(&scene, "makes-room", sentence);
    scene.evidence.alike = 0;
    scene.point.bytes = 6000000; /* a buffer that is consumed does not become so large */
    assert_hides(&scene, "makes-room");
    close_scene(&scene);
}

static void what_flows_through_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    scene.evidence.made_bytes = 10000000;
    scene.evidence.most_left = 7;
    assert_hides(&scene, "flows-through"); /* nothing takes out: perhaps only one in ten is kept, but for ever */
    add_removal(&scene, 2, EXECUTION_NEVER);
    assert_hides(&scene, "flows-through");
    add_removal(&scene, 2, EXECUTION_UNKNOWN);
    assert_shows(&scene, "flows-through", "what is put in is taken out again: 7 % of what was allocated for it is left");
    scene.evidence.most_left = 15;
    assert_hides(&scene, "flows-through"); /* too few samples */
    scene.evidence.made_bytes = 100000000;
    assert_shows(&scene, "flows-through", "what is put in is taken out again: 15 % of what was allocated for it is left");
    scene.evidence.most_left = 60;
    assert_hides(&scene, "flows-through");
    scene.evidence.most_left = 7;
    scene.evidence.made_bytes = 1000000;
    assert_hides(&scene, "flows-through");
    close_scene(&scene);
}

/* A dict with keys that count. */
static void open_counting(struct scene *scene, const char *key, unsigned first, unsigned step)
{
    char text[4096] = "module app { 'cache' cache } ; cache : dict {";
    for (unsigned i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " '%s%u' x", key, first + i * step);
    strcat(text, " } ; x : object");
    open_scene(scene, "cache", text);
    add_removal(scene, 2, EXECUTION_UNKNOWN);
    scene->evidence.filling.room = &scene->removal;
    scene->evidence.alike = 1;
}

/* Of numbers that begin at one, every second is there: the allocations that are gone were others. */
static void most_of_the_keys_are_more_than_a_share_of_the_bytes(void **state)
{
    static const struct { unsigned first, step; bool flows; } cases[] = {{1, 2, false}, {1, 3, true}, {500, 2, true}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        open_counting(&scene, "cursor ", cases[i].first, cases[i].step);
        scene.evidence.made_bytes = 100000000;
        scene.evidence.most_left = 7;
        if (cases[i].flows)
            assert_shows(&scene, "flows-through", "what is put in is taken out again: 7 % of what was allocated for it is left");
        else
            assert_hides(&scene, "flows-through");
        close_scene(&scene);
    }
}

static void keys_that_count_tell_what_is_gone(void **state)
{
    struct scene scene;
    (void)state;
    open_counting(&scene, "token ", 4000, 1);
    assert_shows(&scene, "moved-on", "what is put in is taken out again: its keys count on from 4000, the earlier ones are gone");
    assert_shows(&scene, "makes-room", "what adds to it makes room, too: app.get, line 9");
    scene.sites.removal_count = 0;
    assert_hides(&scene, "moved-on");
    close_scene(&scene);
    open_counting(&scene, "token ", 0, 1); /* all are there */
    assert_hides(&scene, "moved-on");
    assert_hides(&scene, "makes-room");
    close_scene(&scene);
    open_counting(&scene, "token ", 4000, 7);
    assert_hides(&scene, "moved-on");
    close_scene(&scene);
    open_counting(&scene, "4000 tokens", 10, 1);
    assert_hides(&scene, "moved-on");
    close_scene(&scene);
}

static void what_has_not_grown_for_long_is_no_leak_unless_its_contents_do(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "saturated");
    scene.evidence.filling.saturated_percent = 83;
    assert_shows(&scene, "saturated", "it has not grown in the last 83 % of the time in which what adds to it ran");
    scene.evidence.left_bytes = 1000000;
    scene.evidence.young_bytes = 610000;
    scene.evidence.made_bytes = 1900000; /* what has come since is still there */
    assert_hides(&scene, "saturated");
    scene.evidence.made_bytes = 2000000; /* it took the place of what was there */
    assert_shows(&scene, "saturated", "it has not grown in the last 83 % of the time in which what adds to it ran");
    add_site(&scene, STORE_METHOD, false);
    scene.site[0].of_element = true;     /* which can grow, too */
    scene.site[0].executed = EXECUTION_UNKNOWN;
    assert_hides(&scene, "saturated");
    scene.evidence.young_bytes = 600000;
    assert_shows(&scene, "saturated", "it has not grown in the last 83 % of the time in which what adds to it ran");
    close_scene(&scene);
}

static void what_lists_weakly_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "d", "type weakref.WeakValueDictionary attrs data ; module app { 'cache' cache 'own' own } ; cache : weakref.WeakValueDictionary .data d ;"
                            "d : dict { 'k' x } ; own : dict { 'k' y } ; x : object ; y : object");
    assert_shows(&scene, "weak", "it belongs to a WeakValueDictionary, from which goes what nothing else keeps");
    close_scene(&scene);
    open_scene(&scene, "d", "type app.Cache attrs data ; module app { 'cache' cache } ; cache : app.Cache .data d ; d : dict { 'k' x } ; x : object");
    assert_hides(&scene, "weak");
    close_scene(&scene);
}

static void what_the_recorder_keeps_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "kept", "root interpreter 'whoholds recorder' kept ; kept : tuple [ x ] ; x : object");
    assert_shows(&scene, "recorder", "the recorder of whoholds keeps it, to tell the lines of what it has recorded");
    close_scene(&scene);
    open_scene(&scene, "kept", "root interpreter 'other' kept ; kept : tuple [ x ] ; x : object");
    assert_hides(&scene, "recorder");
    close_scene(&scene);
}

static void keys_that_come_round_speak_against_a_leak_unless_what_they_name_grows(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "modulo");
    scene.evidence.filling.length = 1440000;
    scene.evidence.filling.modulus = 1200;
    assert_shows(&scene, "modulo", "its keys come round: it has 1440000 items, and the code that adds to it takes something modulo 1200, of which that is the square");
    scene.evidence.filling.length = 1200;
    assert_shows(&scene, "modulo", "its keys come round: it has 1200 items, and the code that adds to it takes something modulo 1200");
    add_site(&scene, STORE_METHOD, false);
    scene.site[0].of_element = true;
    scene.site[0].executed = EXECUTION_UNKNOWN;
    assert_hides(&scene, "modulo");
    close_scene(&scene);
    open_scene(&scene, "below", "type app.Node heap attrs children ; module app { 'tree' tree } ; tree : app.Node .children below ;"
                                "below : dict { 'k' inner } ; inner : app.Node .children more ; more : dict { }");
    scene.evidence.filling.modulus = scene.evidence.filling.length = 1200;
    assert_hides(&scene, "modulo");
    close_scene(&scene);
}

static void what_the_recorder_saw_speaks(void **state)
{
    struct scene scene;
    struct filling *filling = &scene.evidence.filling;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "seen-growing");
    *filling = (struct filling){.seen = GROWTH_ADDS, .by_application = true};
    assert_shows(&scene, "seen-growing", "it was seen to grow: a function added to it while the program ran");
    add_site(&scene, STORE_COMPREHENSION, false);
    assert_hides(&scene, "replaced-whole");
    scene.site[0].how = STORE_ASSIGN; /* it grew under another name */
    assert_shows(&scene, "replaced-whole", "no code adds to it: it is made as a whole, or its places are filled anew");
    filling->by_import = true;
    assert_hides(&scene, "seen-growing");
    assert_shows(&scene, "filled-at-import", "it was seen to grow only while a module was being imported");
    *filling = (struct filling){.seen = GROWTH_ADDS, .by_application = true, .by_module_body = true};
    assert_hides(&scene, "seen-growing");
    *filling = (struct filling){.seen = GROWTH_ADDS};
    assert_hides(&scene, "seen-growing");
    *filling = (struct filling){.seen = GROWTH_MAKES, .by_application = true};
    assert_hides(&scene, "seen-growing");
    close_scene(&scene);
}

static void how_it_is_filled_speaks_against_a_leak(void **state)
{
    struct scene scene;
    struct filling *filling = &scene.evidence.filling;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "constructor");
    assert_hides(&scene, "made-anew");
    assert_hides(&scene, "loaded-once");
    assert_hides(&scene, "limit");
    assert_hides(&scene, "served");
    assert_hides(&scene, "grown-by-reading");
    filling->grown_by_reading = true;
    assert_shows(&scene, "grown-by-reading", "reading adds to it: a defaultdict makes what it is asked for");
    *filling = (struct filling){.by_constructor = true, .made_anew = true, .once = true, .served = true, .limit = 500};
    assert_shows(&scene, "served", "the loop that filled it has ended; since then it is only read");
    assert_shows(&scene, "constructor", "only the constructor of the object that it belongs to adds to it");
    assert_shows(&scene, "made-anew", "what fills it makes a new one each time");
    assert_shows(&scene, "loaded-once", "it is filled by a function whose name says that it loads, which is called once and outside of any loop");
    assert_shows(&scene, "limit", "what adds to it compares its length with a limit: 500");
    close_scene(&scene);
}

static void a_table_to_which_no_function_adds_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", "module app { 'cache' cache '__file__' '/srv/app.py' '__registry__' other } ; cache : dict { } ; other : dict { } ; code f 'f' '/srv/app.py' 1");
    assert_shows(&scene, "no-adder", "no function adds to it: a table that was made when its module was imported");
    scene.evidence.filling.seen = GROWTH_ADDS;
    assert_hides(&scene, "no-adder");
    scene.evidence.filling.seen = GROWTH_UNSEEN;
    add_site(&scene, STORE_METHOD, false);
    assert_hides(&scene, "no-adder");
    close_scene(&scene);
    open_scene(&scene, "other", "module app { '__file__' '/srv/app.py' '__registry__' other } ; other : dict { } ; code f 'f' '/srv/app.py' 1");
    assert_hides(&scene, "no-adder");
    close_scene(&scene);
    open_scene(&scene, "cache", "module app { 'cache' cache } ; cache : dict { } ; code f 'f' '/srv/app.py' 1"); /* code in C may add */
    assert_hides(&scene, "no-adder");
    close_scene(&scene);
    open_scene(&scene, "cache", plain); /* without code */
    assert_hides(&scene, "no-adder");
    close_scene(&scene);
}

static void what_has_no_holder_speaks_by_its_number(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "x", "type app.Frame ; x : app.Frame native 1");
    scene.point.member_type = scene.heap.heap->type_of_node[scene.point.node];
    scene.point.kind = ACCUMULATION_NATIVE;
    scene.point.member_count = 15;
    assert_hides(&scene, "native-references");
    scene.point.member_count = 700;
    assert_shows(&scene, "native-references", "native code has references to 700 objects of one type, app.Frame, to which no object refers");
    assert_hides(&scene, "uncollected");
    scene.point.kind = ACCUMULATION_GARBAGE;
    scene.point.objects = 9999;
    assert_hides(&scene, "native-references");
    assert_hides(&scene, "uncollected");
    scene.point.objects = 10000;
    assert_shows(&scene, "uncollected", "garbage that no collection has taken, more than waits for one usually: 700 objects of one type, app.Frame");
    close_scene(&scene);
    open_scene(&scene, "x", "type app.Frame ; x : app.Frame native 1 ; collector enabled 0");
    scene.point.member_type = scene.heap.heap->type_of_node[scene.point.node];
    scene.point.kind = ACCUMULATION_GARBAGE;
    scene.point.member_count = 40;
    scene.point.objects = 40;
    scene.point.bytes = 1024 * 1024 - 1;
    assert_hides(&scene, "uncollected");
    scene.point.bytes = 1024 * 1024;
    assert_shows(&scene, "uncollected", "garbage, and the collector that would take it is off: 40 objects of one type, app.Frame");
    close_scene(&scene);
    open_scene(&scene, "x", "type app.Frame ; x : app.Frame native 1 ; collector enabled 1 ; collector threshold:0 5000000");
    scene.point = (struct accumulation){.kind = ACCUMULATION_GARBAGE, .node = scene.point.node, .member_count = 40, .bytes = 1024 * 1024};
    scene.point.member_type = scene.heap.heap->type_of_node[scene.point.node];
    assert_shows(&scene, "uncollected", "garbage, and the collector that would take it is out of reach of its threshold: 40 objects of one type, app.Frame");
    close_scene(&scene);
}

/* The collector comes after 700 * 10 * 10 objects that it counts, with each of which go others. */
static void what_waits_for_a_collector_that_comes_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "x", "type app.Frame ; x : app.Frame native 1 ; collector enabled 1 ; collector threshold:0 700 ; collector threshold:1 10 ;"
                            "collector threshold:2 10");
    scene.point = (struct accumulation){.kind = ACCUMULATION_GARBAGE, .node = scene.point.node, .member_count = 40, .bytes = 100000000};
    scene.point.member_type = scene.heap.heap->type_of_node[scene.point.node];
    scene.point.objects = 280000;
    assert_hides(&scene, "uncollected");
    scene.point.objects = 281000;
    assert_shows(&scene, "uncollected", "garbage that no collection has taken, more than waits for one usually: 40 objects of one type, app.Frame");
    close_scene(&scene);
}

static void a_registry_of_the_standard_library_that_is_full_speaks_for_a_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", "type logging.Logger ; module logging { 'loggers' cache '__file__' '/usr/lib/python3.11/logging/__init__.py' } ; "
                                "cache : dict { 'k' x } ; x : logging.Logger");
    scene.evidence.alike_type = scene.heap.heap->type_of_node[test_heap_node(&scene.heap, "x")];
    scene.evidence.alike = 99;
    assert_hides(&scene, "registry");
    assert_shows(&scene, "library", "it belongs to a library, and no line of the application adds to it: logging");
    scene.evidence.alike = 100;
    assert_shows(&scene, "registry", "the standard library keeps there what the application gives it, until it is taken back: logging.loggers");
    assert_hides(&scene, "library");
    close_scene(&scene);
}

static void a_queue_with_a_maxsize_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    static const char *const sizes[] = {"100", "0", "-1"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[512];
        snprintf(text, sizeof(text), "type queue.Queue members __dict__ ; module app { 'jobs' q } ; q : queue.Queue .__dict__ d ; "
                                     "d : dict { 'queue' items 'maxsize' n } ; n : int '%s' ; items : list [ x ] ; x : object", sizes[i]);
        open_scene(&scene, "items", text);
        if (i == 0)
            assert_shows(&scene, "bounded", "it belongs to a queue of 100 items at most");
        else
            assert_hides(&scene, "bounded");
        close_scene(&scene);
    }
}

static void a_pool_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "table", plain);
    add_site(&scene, STORE_METHOD, false);
    add_removal(&scene, 2, EXECUTION_SEEN);
    assert_hides(&scene, "pool");
    add_site(&scene, STORE_COMPREHENSION, false);
    assert_shows(&scene, "pool", "it is a pool: made full, and what is added to it was taken out before: app.get, line 9");
    add_removal(&scene, 2, EXECUTION_NEVER);
    assert_hides(&scene, "pool");
    close_scene(&scene);
}

static void assert_library(const char *text, bool library_site, bool application_site, bool shows)
{
    struct scene scene;
    open_scene(&scene, "cache", text);
    if (library_site) {
        add_site(&scene, STORE_METHOD, false);
        scene.site[0].library = true;
    }
    if (application_site)
        add_site(&scene, STORE_METHOD, false);
    if (shows)
        assert_shows(&scene, "library", "it belongs to a library, and no line of the application adds to it: re");
    else
        assert_hides(&scene, "library");
    close_scene(&scene);
}

static void what_a_library_keeps_for_itself_is_no_leak(void **state)
{
    (void)state;
    assert_library("module re { 'cache' cache '__file__' '/usr/lib/python3.11/re.py' } ; cache : dict { }", false, false, true);
    assert_library("module re { 'cache' cache '__file__' '/usr/lib/python3.11/re.py' } ; cache : dict { }", true, false, true);
    assert_library("module re { 'cache' cache '__file__' '/usr/lib/python3.11/re.py' } ; cache : dict { }", false, true, false);
    assert_library("module re { 'cache' cache '__file__' '/x/site-packages/re.py' } ; cache : dict { }", false, false, true);
    assert_library("module re { 'cache' cache '__file__' file } ; file : str '/x/site-packages/re' of 300 ; cache : dict { }", false, false, true);
    assert_library("module re { 'cache' cache } ; cache : dict { }", false, false, true);
    assert_library("module re { 'cache' cache '__file__' '/srv/re.py' } ; cache : dict { }", false, false, false);
    assert_library("module re { 'cache' cache '__file__' file } ; file : str ; cache : dict { }", false, false, false);
    assert_library("module __main__ { 'cache' cache } ; cache : dict { }", false, false, false);
    assert_library("root interpreter 'r' cache ; cache : dict { }", false, false, false);
}

static void what_the_parser_keeps_is_no_leak(void **state)
{
    static const char sentence[] =
        "it holds constants alone and no object refers to it: what the interpreter keeps of the main script's source while it runs";
    struct scene scene;
    (void)state;
    open_scene(&scene, "arena", "arena : list [ 'name' 1 None t ] native 1 ; t : tuple [ ]");
    assert_shows(&scene, "parser-arena", sentence);
    close_scene(&scene);
    open_scene(&scene, "data", "data : list [ 'name' x ] native 1 ; x : bytearray");
    assert_hides(&scene, "parser-arena");
    close_scene(&scene);
    open_scene(&scene, "held", "module app { 'held' held } ; held : list [ 'name' 1 ]");
    assert_hides(&scene, "parser-arena");
    close_scene(&scene);
    open_scene(&scene, "dict", "dict : dict { 'name' 1 } native 1");
    assert_hides(&scene, "parser-arena");
    close_scene(&scene);
}

static void a_part_of_the_program_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "app", plain);
    assert_shows(&scene, "program-text", "it is a part of the program itself: a module, a class or code");
    scene.point.node = test_heap_node(&scene.heap, "cache");
    assert_hides(&scene, "program-text");
    close_scene(&scene);
}

/* A namespace is the program's, unless a function makes names in it. */
static void names_that_a_function_makes_are_no_part_of_the_program(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "app", plain);
    scene.point.kind = ACCUMULATION_SHARED;
    scene.point.top = test_heap_node(&scene.heap, "app.__dict__");
    add_site(&scene, STORE_ATTRIBUTE, false);
    assert_shows(&scene, "program-text", "it is a part of the program itself: a module, a class or code");
    add_site(&scene, STORE_SETATTR, false);
    assert_hides(&scene, "program-text");
    close_scene(&scene);
}

static void what_is_small_is_no_leak(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    scene.point.bytes = 65536;
    assert_hides(&scene, "small");
    scene.point.bytes = 65535;
    assert_shows(&scene, "small", "it is small");
    close_scene(&scene);
}

static void assert_weak(const char *cache, bool shown)
{
    struct scene scene;
    struct text heap = {0};
    text_addf(&heap, "type app.Order ; module app { 'cache' cache 'orders' orders } ; orders : list [ a b ] ; a : app.Order ; b : app.Order ; "
                     "r : weakref / a / ; s : weakref / b / ; gone : weakref / _ / ; cache : %s", cache);
    open_scene(&scene, "cache", text_string(&heap));
    if (shown)
        assert_shows(&scene, "weak", "it holds weak references, and what they lead to is alive by others");
    else
        assert_hides(&scene, "weak");
    close_scene(&scene);
    text_deinit(&heap);
}

static void what_registers_weakly_holds_nothing(void **state)
{
    (void)state;
    assert_weak("list [ r s ]", true);
    assert_weak("dict { 'a' r 'b' s }", true);
    assert_weak("list [ r r ]", false);
    assert_weak("list [ r gone ]", false);
    assert_weak("list [ r b ]", false);
    assert_weak("dict { r a }", false);
    assert_weak("list [ ]", false);
}

static void what_others_take_out_leaves_it_undecided(void **state)
{
    static const char ran[] = "app.drop, line 9, takes out of it, and has run: whether that keeps up is not known";
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "taken-out");
    scene.removal = (struct store_site){.how = STORE_REMOVE, .line = 9, .function = {"app.drop", 8}, .executed = EXECUTION_UNKNOWN};
    scene.sites.removals = &scene.removal;
    scene.sites.removal_count = 1;
    assert_hides(&scene, "taken-out");
    scene.evidence.made_bytes = 10 << 20;
    scene.evidence.left_bytes = 5 << 20;
    assert_shows(&scene, "taken-out", ran);
    scene.removal.of_element = true;
    assert_hides(&scene, "taken-out");
    scene.evidence.filling.deep = true;
    assert_shows(&scene, "taken-out", ran);
    scene.removal.executed = EXECUTION_UNLIKELY;
    assert_hides(&scene, "taken-out");
    scene.evidence.filling.drain = &scene.removal;
    assert_shows(&scene, "taken-out", ran);
    scene.evidence.left_bytes = 10 << 20;
    assert_hides(&scene, "taken-out");
    scene.removal.handed_out = true;
    assert_shows(&scene, "taken-out", ran);
    scene.removal.how = STORE_THROUGH_LIBRARY;
    assert_hides(&scene, "taken-out");
    scene.evidence.left_bytes = 5 << 20;
    scene.removal.how = STORE_ASSIGN;
    assert_shows(&scene, "taken-out", "app.drop, line 9, makes it anew from what it was: whether that keeps up is not known");
    scene.removal.how = STORE_REMOVE_GIVEN;
    assert_shows(&scene, "taken-out", "app.drop, line 9, has what takes out of it called later: whether that keeps up is not known");
    close_scene(&scene);
}

static void what_notes_that_it_has_filled_it_does_so_once(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "guarded");
    scene.evidence.filling.guarded = true;
    assert_shows(&scene, "guarded", "what fills it does so once: it notes that it has, and looks for that first");
    assert_hides(&scene, "import-only");
    scene.evidence.filling.import_only = true;
    assert_shows(&scene, "import-only", "no code that is there still names what adds to it: it may have run while its module was imported, and never since");
    close_scene(&scene);
}

static void what_stands_still_or_remembers_is_undecided(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "cache", plain);
    assert_hides(&scene, "stands-still");
    scene.evidence.filling.still_percent = 90;
    assert_shows(&scene, "stands-still", "it has not grown in the last 90 % of what was recorded: whether it grows again is not known");
    assert_hides(&scene, "remembers");
    scene.evidence.filling.remembers = true;
    assert_shows(&scene, "remembers", "it remembers what was asked for once: whether its keys come to an end is not known");
    scene.evidence.filling.has_growth = true;
    assert_hides(&scene, "remembers");
    close_scene(&scene);
}

/* An lru_cache, or the dict that is the largest part of one, and the calls that it had. The key is a city, or a tuple of an order. */
static void assert_asked_again(const char *holder, const char *key, const char *calls, const char *sentence)
{
    struct scene scene;
    struct text heap = {0};
    text_addf(&heap, "type app.Order heap object Order base object members __dict__ ; Order : type ; type app.Day heap object Day base app.Order members __dict__ ; Day : type .__dict__ day ;"
                     "day : dict { '__eq__' f } ; f : function ; type app.Loose heap base object members __dict__ ;"
                     "module app { 'f' memo 'known' known 'Order' Order 'Day' Day } ; known : app.Order ; order : app.Order ; today : app.Day ; loose : app.Loose ;"
                     "memo : functools._lru_cache_wrapper .cache table %s ; table : dict { %s x } ; x : object ; city : str 'city' ;"
                     "ordered : tuple [ _ order ] ; asked : tuple [ known city ] ; dated : tuple [ today ]", calls, key);
    open_scene(&scene, holder, text_string(&heap));
    if (sentence)
        assert_shows(&scene, "asked-again", sentence);
    else
        assert_hides(&scene, "asked-again");
    close_scene(&scene);
    text_deinit(&heap);
}

static void a_cache_that_is_asked_for_the_same_again_is_undecided(void **state)
{
    static const char shown[] = "what it remembers is asked for again: 800 hits, 100 misses: whether its keys come to an end is not known";
    (void)state;
    assert_asked_again("memo", "city", "calls 800 100", shown);
    assert_asked_again("table", "city", "calls 800 100", shown);
    assert_asked_again("memo", "city", "calls 8 1", "what it remembers is asked for again: 8 hits, 1 miss: whether its keys come to an end is not known");
    assert_asked_again("memo", "city", "calls 799 100", NULL);
    assert_asked_again("memo", "city", "calls 800 0", NULL);
    assert_asked_again("memo", "city", "calls 18446744073709551615 18446744073709551615", NULL);
    assert_asked_again("memo", "city", "calls 800 100 store 1 128 bounded", NULL);
    assert_asked_again("memo", "city", "", NULL);
    assert_asked_again("known", "city", "calls 800 100", NULL);
    assert_asked_again("memo", "asked", "calls 800 100", shown);
    assert_asked_again("memo", "today", "calls 800 100", shown);
    assert_asked_again("memo", "dated", "calls 800 100", shown);
    assert_asked_again("memo", "loose", "calls 800 100", shown);
    assert_asked_again("memo", "order", "calls 800 100", NULL);
    assert_asked_again("memo", "ordered", "calls 800 100", NULL);
}

static void what_nothing_but_its_contents_speaks_against_is_undecided(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, "table", plain);
    assert_hides(&scene, "unexplained");
    scene.evidence.alike = 1000;
    scene.evidence.alike_type = 1;
    assert_shows(&scene, "unexplained", "it is not known what adds to it, nor whether anything does");
    add_site(&scene, STORE_METHOD, false);
    assert_hides(&scene, "unexplained");
    close_scene(&scene);
}

/* The last one: looks at what those before have tried. */
static void every_sign_was_seen_to_apply_and_not_to_apply(void **state)
{
    const struct sign *sign;
    unsigned count = 0;
    (void)state;
    for (; (sign = sign_at(count)); count++) {
        if (!seen_shown[count] || !seen_hidden[count])
            fail_msg("%s was never seen %s", sign->name, seen_shown[count] ? "not to apply" : "to apply");
    }
    assert_true(count > 0 && count < SIGNS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_that_adds_speaks_for_a_leak),
        cmocka_unit_test(a_place_in_a_list_that_is_bound_anew_does_not_make_it_grow),
        cmocka_unit_test(what_is_written_over_inside_does_not_grow),
        cmocka_unit_test(a_loop_that_has_not_ended_speaks_for_a_leak),
        cmocka_unit_test(many_of_one_type_speak_where_nothing_is_known),
        cmocka_unit_test(a_chain_speaks_for_a_leak),
        cmocka_unit_test(a_table_that_is_filled_at_import_is_no_leak),
        cmocka_unit_test(what_is_made_as_a_whole_does_not_grow),
        cmocka_unit_test(what_is_only_known_to_be_made_empty_is_undecided),
        cmocka_unit_test(a_container_with_a_bound_is_no_leak),
        cmocka_unit_test(a_function_that_makes_room_speaks_against_a_leak),
        cmocka_unit_test(what_flows_through_is_no_leak),
        cmocka_unit_test(most_of_the_keys_are_more_than_a_share_of_the_bytes),
        cmocka_unit_test(keys_that_count_tell_what_is_gone),
        cmocka_unit_test(what_has_not_grown_for_long_is_no_leak_unless_its_contents_do),
        cmocka_unit_test(what_the_recorder_saw_speaks),
        cmocka_unit_test(what_lists_weakly_is_no_leak),
        cmocka_unit_test(what_the_recorder_keeps_is_no_leak),
        cmocka_unit_test(keys_that_come_round_speak_against_a_leak_unless_what_they_name_grows),
        cmocka_unit_test(how_it_is_filled_speaks_against_a_leak),
        cmocka_unit_test(a_table_to_which_no_function_adds_is_no_leak),
        cmocka_unit_test(what_has_no_holder_speaks_by_its_number),
        cmocka_unit_test(what_waits_for_a_collector_that_comes_is_no_leak),
        cmocka_unit_test(a_registry_of_the_standard_library_that_is_full_speaks_for_a_leak),
        cmocka_unit_test(a_queue_with_a_maxsize_is_no_leak),
        cmocka_unit_test(a_pool_is_no_leak),
        cmocka_unit_test(what_a_library_keeps_for_itself_is_no_leak),
        cmocka_unit_test(what_the_parser_keeps_is_no_leak),
        cmocka_unit_test(a_part_of_the_program_is_no_leak),
        cmocka_unit_test(names_that_a_function_makes_are_no_part_of_the_program),
        cmocka_unit_test(what_is_small_is_no_leak),
        cmocka_unit_test(what_registers_weakly_holds_nothing),
        cmocka_unit_test(what_others_take_out_leaves_it_undecided),
        cmocka_unit_test(what_notes_that_it_has_filled_it_does_so_once),
        cmocka_unit_test(what_stands_still_or_remembers_is_undecided),
        cmocka_unit_test(a_cache_that_is_asked_for_the_same_again_is_undecided),
        cmocka_unit_test(what_nothing_but_its_contents_speaks_against_is_undecided),
        cmocka_unit_test(every_sign_was_seen_to_apply_and_not_to_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
