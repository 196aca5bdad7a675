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

#include "base/text.h"
#include "fail_allocation.h"
#include "heap_builder.h"

static enum wh_status collect(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    (void)error;
    text_add_bytes(context, bytes, length);
    return WH_OK;
}

static unsigned times(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

static const char shop[] =
    "module app { 'cache' cache 'a<b' odd } ; cache : dict { 'k' order } ; order : list [ item item ] size 90 ; item : bytearray size 500\n"
    "odd : list [ order ] ; far : list [ ] ; root interpreter 'k' far ; watch : weakref / item / ; root interpreter 'k' watch ; dead : list [ item ] refs 0";

static void export(const struct test_heap *heap, const struct wh_cut_query *query, struct text *ret, struct wh_export_summary *summary)
{
    struct wh_error error;
    if (wh_export_graphml(heap->analysis, query, collect, ret, &error, summary))
        fail_msg("%s", error.message);
}

static void what_keeps_an_object_alive_is_there_with_its_references(void **state)
{
    struct test_heap heap;
    struct text text = {0};
    struct wh_export_summary summary;
    (void)state;
    test_heap_init(&heap, "%s", shop);
    export(&heap, &(struct wh_cut_query){.query = {.expression = "app.cache['k'][0]"}}, &text, &summary);
    const char *xml = text_string(&text);
    assert_int_equal(summary.objects, 7); /* item, order, cache, odd, app.__dict__, app, sys.modules */
    assert_int_equal(summary.references, 8);
    assert_int_equal(times(xml, "<node "), 7);
    assert_int_equal(times(xml, "<edge "), 8);
    assert_non_null(strstr(xml, "<node id=\"n0\">\n      <data key=\"v_name\">app.cache[&apos;k&apos;][0]</data>"));
    assert_non_null(strstr(xml, "<data key=\"v_retained_bytes\">500</data>"));
    assert_non_null(strstr(xml, "<data key=\"e_label\">[&apos;a&lt;b&apos;]</data>"));
    text_clear(&text);
    export(&heap, &(struct wh_cut_query){.query = {.expression = "app.cache['k'][0]"}, .limit = 2}, &text, &summary);
    assert_int_equal(summary.objects, 2);
    assert_int_equal(summary.references, 2);
    text_deinit(&text);
    test_heap_deinit(&heap);
}

static void what_nothing_holds_has_no_graph(void **state)
{
    struct test_heap heap;
    struct text text = {0};
    struct wh_export_summary summary;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "%s", shop);
    struct wh_cut_query query = {.query = {.address = heap_builder_address(test_heap_node(&heap, "dead"))}};
    assert_int_equal(wh_export_graphml(heap.analysis, &query, collect, &text, &error, &summary), WH_ERR_INPUT);
    assert_int_equal(wh_export_graphml(heap.analysis, &(struct wh_cut_query){.suspect = 9}, collect, &text, &error, &summary), WH_ERR_INPUT);
    assert_string_equal(error.message, "there is no suspect 9, only 0");
    text_deinit(&text);
    test_heap_deinit(&heap);
}

static void without_memory_there_is_an_error(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", shop);
    for (uint64_t nth = 1;; nth++) {
        struct text text = {0};
        struct wh_error error = {0};
        struct wh_export_summary summary;
        fail_allocation_arm(nth);
        enum wh_status status = wh_export_graphml(heap.analysis, &(struct wh_cut_query){.query = {.type = "bytearray"}}, collect, &text, &error, &summary);
        bool failed = fail_allocation_disarm();
        text_deinit(&text);
        assert_true(status == WH_OK || (failed && status == WH_ERR_RESOURCE));
        if (!failed)
            break;
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_keeps_an_object_alive_is_there_with_its_references),
        cmocka_unit_test(what_nothing_holds_has_no_graph),
        cmocka_unit_test(without_memory_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
