/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answers/export_heapsnapshot.h"
#include "fail_allocation.h"
#include "heap_builder.h"

/* A sink that keeps everything, and fails at a call if it is told to. */
struct document {
    size_t length;
    unsigned calls, failing_call;   /* 0: never */
    char text[1 << 20];
};

static enum wh_status keep(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    struct document *document = context;
    if (++document->calls == document->failing_call)
        return wh_error_set(error, WH_ERR_RESOURCE, "the sink is full");
    assert_true(document->length + length < sizeof(document->text));
    memcpy(document->text + document->length, bytes, length);
    document->length += length;
    document->text[document->length] = '\0';
    return WH_OK;
}

static struct document document;

static struct wh_export_summary export_with(const struct model *model, bool all, uint64_t name_bytes)
{
    struct wh_error error;
    struct wh_export_summary summary;
    document.length = document.calls = document.failing_call = 0;
    assert_int_equal(export_heapsnapshot(model, all, name_bytes, NULL, keep, &document, &error, &summary), WH_OK);
    return summary;
}

static struct wh_export_summary export(const struct model *model, bool all)
{
    return export_with(model, all, HEAPSNAPSHOT_NAME_BYTES);
}

static bool document_has(const char *text)
{
    return strstr(document.text, text) != NULL;
}

/* From the nodes on: the header's first line is the same for all files. */
static const char *body(void)
{
    return strchr(document.text, '\n') + 1;
}

/* In edges, an object is its number times 5. */
static void a_small_heap_is_written_as_a_whole(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s",
                   "type app.Order attrs x\n"
                   "cache : list [ order 7 _ order ] size 100\n"
                   "order : app.Order .x 'text' size 50\n"
                   "watcher : weakref / order / size 72\n"
                   "lost : list [ order ] size 1000\n"
                   "root builtins '' cache ; root interpreter 'hook' watcher ; root builtins 'again' cache\n");
    struct wh_export_summary summary = export(heap.model, false);
    assert_string_equal(
        document.text,
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\"],"
        "\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\","
        "\"concatenated string\",\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],\"string\",\"number\",\"number\",\"number\"],"
        "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
        "\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\",\"shortcut\",\"weak\"],"
        "\"string_or_number\",\"node\"],"
        "\"trace_function_info_fields\":[\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],"
        "\"trace_node_fields\":[\"id\",\"function_info_index\",\"count\",\"size\",\"children\"],"
        "\"sample_fields\":[\"timestamp_us\",\"last_assigned_id\"],"
        "\"location_fields\":[\"object_index\",\"script_id\",\"line\",\"column\"]},"
        "\"node_count\":9,\"edge_count\":11,\"trace_function_count\":0},\n"
        "\"nodes\":[9,0,1,0,1\n" /* the root */
        ",9,1,3,0,2\n"           /* (GC roots) */
        ",9,2,5,0,2\n"           /* (builtins) */
        ",9,3,7,0,1\n"           /* (interpreter) */
        ",3,4,9,100,3\n"         /* cache */
        ",3,5,11,50,1\n"         /* order */
        ",7,6,13,17,0\n"         /* 7 */
        ",2,7,15,20,0\n"         /* 'text' */
        ",3,8,17,72,1\n"         /* watcher */
        "],\n"
        "\"edges\":[1,0,5\n"
        ",1,0,10\n,1,1,15\n"           /* (GC roots) */
        ",1,0,20\n,1,1,20\n"           /* (builtins), twice the same */
        ",1,0,40\n"                    /* (interpreter) */
        ",1,0,25\n,1,1,30\n,1,3,25\n"  /* cache: position 2 is NULL */
        ",2,9,35\n"                    /* order */
        ",6,10,25\n"                   /* watcher */
        "],\n"
        "\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n"
        "\"strings\":[\"\",\n\"(GC roots)\",\n\"(builtins)\",\n\"(interpreter)\",\n\"list\",\n\"app.Order\",\n\"7\",\n\"text\",\n"
        "\"weakref\",\n\".x\",\n\"weak referent\"]}");
    assert_int_equal(summary.objects, 5);
    assert_int_equal(summary.references, 5);
    assert_int_equal(summary.unreachable, 1);
    assert_int_equal(summary.clamped_sizes, 0);
    assert_int_equal(summary.unnamed, 0);
    test_heap_deinit(&heap);
}

static const char running[] =
    "module app { 'rows' rows  'load' load_function }\n"
    "code load 'load' '/src/app.py' 12 locals rows own\n"
    "load_function : function .__code__ load .__globals__ app.__dict__\n"
    "rows : list [ ] ; own : list [ ]\n"
    "thread 140001 'MainThread' main ; run : frame .f_code load .f_globals app.__dict__ ( rows own ) ; frame run load 14\n"
    "thread 140002 'worker' ; idle : frame .f_code load ( rows rows ) pseudo ; frame idle load 13\n";

static void functions_and_frames_have_names(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", running);
    export(heap.model, false);
    assert_true(document_has("\"(modules)\",\n\"(frames of thread MainThread)\",\n\"(frames of thread worker)\""));
    assert_true(document_has("\"frame load\""));
    assert_true(document_has("\"['rows']\""));
    assert_true(document_has("\"local own\""));
    test_heap_deinit(&heap);
}

static unsigned count_weak_edges(void)
{
    unsigned count = 0;
    for (const char *at = strstr(document.text, "\"edges\""); (at = strstr(at, "\n,6,")); at++)
        count++;
    return count;
}

static void what_something_else_owns_is_a_weak_edge_if_asked_for(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", running);
    uint64_t references = export(heap.model, false).references;
    assert_int_equal(count_weak_edges(), 0);
    assert_false(document_has("\"local rows\""));
    /* rows of both frames, twice that of the second; __globals__, f_globals. */
    assert_int_equal(export(heap.model, true).references, references + 5);
    assert_int_equal(count_weak_edges(), 5);
    assert_true(document_has("\"local rows\""));
    test_heap_deinit(&heap);
}

static void names_are_harmless(void **state)
{
    struct test_heap heap;
    char longest[1025], too_long[1026];
    (void)state;
    memset(longest, 'l', sizeof(longest));
    memset(too_long, 't', sizeof(too_long));
    longest[1024] = too_long[1025] = '\0';
    test_heap_init(&heap,
                   "type Object(1) ; type Windows\n"
                   "all : list [ hermes window 'a\"b\\c\t\x7f' '\xff\xed\xa0\x80\xf0\x9f\x90\x8d\xe2\x80\xa8' '%s' '%s' part ]\n"
                   "hermes : Object(1) ; window : Windows ; part : str 'begin' of 100\n"
                   "root builtins '' all\n",
                   longest, too_long);
    export(heap.model, false);
    too_long[1023] = '\0';
    assert_true(document_has("\"class Object(1)\""));
    assert_true(document_has("\"class Windows\""));
    assert_true(document_has("\"a\\\"b\\\\c\\u0009\\u007f\""));
    assert_true(document_has("\"\\ufffd\\ufffd\\ud83d\\udc0d\\u2028\""));
    assert_true(document_has("\"begin\\u2026\""));
    assert_non_null(strstr(document.text, longest));
    const char *cut = strstr(document.text, too_long);
    assert_non_null(cut);
    assert_memory_equal(cut + 1023, "\\u2026\"", 7);
    for (size_t i = 0; i < document.length; i++)
        assert_true(document.text[i] == '\n' || (document.text[i] >= 0x20 && document.text[i] < 0x7f));
    test_heap_deinit(&heap);
}

static void a_size_beyond_32_bits_is_clamped_and_told(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", "a : list [ b c ] size 5000000000 ; b : list [ ] size 4294967295 ; c : list [ ] size 4294967296\n"
                                "root builtins '' a\n");
    assert_int_equal(export(heap.model, false).clamped_sizes, 2);
    assert_true(document_has(",7,4294967295,2\n"));
    assert_true(document_has(",9,4294967295,0\n"));
    assert_true(document_has(",11,4294967295,0\n"));
    test_heap_deinit(&heap);
}

/* What names attributes, types and roots has its place; values and keys have what is left. */
static void values_give_way_when_there_are_too_many_names(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", "type app.Order attrs x\nvalues : dict { 'key' 'value' order 'other' }\norder : app.Order .x 12\n"
                                "root builtins '' values\n");
    assert_int_equal(export_with(heap.model, false, 0).unnamed, 8);
    assert_string_equal(strstr(body(), "\"strings\""),
                        "\"strings\":[\"\",\n\"(GC roots)\",\n\"(builtins)\",\n\"dict\",\n\"str\",\n\"app.Order\",\n\"int\",\n"
                        "\"key \\u2026\",\n\"[\\u2026]\",\n\".x\"]}");
    test_heap_deinit(&heap);
}

static void a_heap_without_roots_has_no_objects(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", "a : list [ a ]\n");
    assert_int_equal(export(heap.model, false).unreachable, 1);
    assert_string_equal(body(), "\"nodes\":[9,0,1,0,1\n,9,1,3,0,0\n],\n\"edges\":[1,0,5\n],\n\"trace_function_infos\":[],\n"
                                "\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n\"strings\":[\"\",\n\"(GC roots)\"]}");
    test_heap_deinit(&heap);
}

/* Some buffers long, with more names than a table begins with. */
static void open_long_heap(struct test_heap *ret)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "first : list [ a0 ]\nroot builtins '' first\n");
    for (int i = 0; i < 5000; i++)
        heap_builder_add(builder, "a%d : dict { 'key number %d' a%d }\n", i, i, i + 1);
    heap_builder_add(builder, "a5000 : list [ ]\n");
    test_heap_open(builder, ret);
}

static void a_failing_sink_ends_the_export(void **state)
{
    struct test_heap heap;
    struct wh_error error;
    struct wh_export_summary summary;
    (void)state;
    open_long_heap(&heap);
    export(heap.model, false);
    unsigned calls = document.calls;
    assert_true(calls > 3);
    for (unsigned call = 1; call <= calls; call++) {
        document.length = document.calls = 0;
        document.failing_call = call;
        assert_int_equal(export_heapsnapshot(heap.model, false, HEAPSNAPSHOT_NAME_BYTES, NULL, keep, &document, &error, &summary),
                         WH_ERR_RESOURCE);
        assert_string_equal(error.message, "the sink is full");
        assert_int_equal(document.calls, call);
    }
    test_heap_deinit(&heap);
}

struct patience { unsigned reports; };

static bool report(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct patience *patience = context;
    (void)phase, (void)done, (void)total;
    return patience->reports && patience->reports--;
}

static void an_export_can_be_cancelled(void **state)
{
    struct test_heap heap;
    struct wh_error error;
    struct wh_export_summary summary;
    (void)state;
    open_long_heap(&heap);
    enum wh_status status = WH_ERR_RESOURCE;
    unsigned reports = 0;
    for (; status && reports < 100; reports++) {
        struct patience patience = {reports};
        struct progress progress = {report, &patience};
        document.length = document.calls = document.failing_call = 0;
        status = export_heapsnapshot(heap.model, false, HEAPSNAPSHOT_NAME_BYTES, &progress, keep, &document, &error, &summary);
        if (status)
            assert_non_null(strstr(error.message, "cancelled while computing"));
    }
    assert_int_equal(status, WH_OK);
    assert_true(reports > 4);
    test_heap_deinit(&heap);
}

static void running_out_of_memory_is_told(void **state)
{
    struct test_heap heap;
    struct wh_error error;
    struct wh_export_summary summary;
    (void)state;
    open_long_heap(&heap);
    for (uint64_t nth = 1;; nth++) {
        document.length = document.calls = document.failing_call = 0;
        fail_allocation_arm(nth);
        enum wh_status status = export_heapsnapshot(heap.model, true, HEAPSNAPSHOT_NAME_BYTES, NULL, keep, &document, &error, &summary);
        if (!fail_allocation_disarm()) {
            assert_int_equal(status, WH_OK);
            assert_true(nth > 10);
            break;
        }
        assert_int_equal(status, WH_ERR_RESOURCE);
        assert_non_null(strstr(error.message, "out of memory"));
    }
    test_heap_deinit(&heap);
}

static void the_public_function_exports_too(void **state)
{
    struct test_heap heap;
    struct wh_error error;
    struct wh_export_summary summary;
    (void)state;
    test_heap_init(&heap, "%s", running);
    document.length = document.calls = document.failing_call = 0;
    assert_int_equal(wh_export_heapsnapshot(heap.analysis, true, keep, &document, &error, &summary), WH_OK);
    assert_int_equal(summary.objects, heap.model->dominators->live_count);
    assert_string_equal(document.text + document.length - 2, "]}");
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_heap_is_written_as_a_whole),
        cmocka_unit_test(functions_and_frames_have_names),
        cmocka_unit_test(what_something_else_owns_is_a_weak_edge_if_asked_for),
        cmocka_unit_test(names_are_harmless),
        cmocka_unit_test(a_size_beyond_32_bits_is_clamped_and_told),
        cmocka_unit_test(values_give_way_when_there_are_too_many_names),
        cmocka_unit_test(a_heap_without_roots_has_no_objects),
        cmocka_unit_test(a_failing_sink_ends_the_export),
        cmocka_unit_test(an_export_can_be_cancelled),
        cmocka_unit_test(running_out_of_memory_is_told),
        cmocka_unit_test(the_public_function_exports_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
