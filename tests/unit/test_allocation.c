/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each call of the library without memory: the n-th allocation fails, for every n. */
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
#include "sample_heap.h"

/* Asks one question; what was answered is freed. */
typedef enum wh_status (*question)(struct wh_analysis *analysis, struct wh_error *error, bool *answered);

static struct nameless_file file;

static int write_file(void **state)
{
    struct heap_builder *builder = sample_heap();
    size_t length;
    uint8_t *bytes = heap_builder_write(builder, NULL, NULL, &length);
    (void)state;
    nameless_file_init(&file);
    nameless_file_fill(&file, bytes, length);
    free(bytes);
    heap_builder_destroy(builder);
    return 0;
}

/* Compressed, for what is read while it is decompressed. */
static int write_compressed_file(void **state)
{
    heap_builder_compress(true);
    return write_file(state);
}

static int close_file(void **state)
{
    (void)state;
    nameless_file_deinit(&file);
    return 0;
}

static void assert_outcome(enum wh_status status, bool failed, bool answered, const struct wh_error *error, uint64_t nth)
{
    if (status != (failed ? WH_ERR_RESOURCE : WH_OK) || answered == failed)
        fail_msg("allocation %d %s: status %d, %s answer, \"%s\"", (int)nth, failed ? "failed" : "did not fail", status, answered ? "an" : "no",
                 error->message);
    if (failed && !strstr(error->message, "memory"))
        fail_msg("allocation %d: \"%s\"", (int)nth, error->message);
}

/* From the opening on; then, after a failure, the same analysis must still be able to answer. */
static void fail_each_allocation(question ask)
{
    for (uint64_t nth = 1;; nth++) {
        struct wh_analysis *analysis = NULL;
        struct wh_error error = {0};
        bool answered = false;
        fail_allocation_arm(nth);
        enum wh_status status = wh_analysis_open(file.path, NULL, NULL, &error, &analysis);
        assert_true(!status == !!analysis);
        if (!status)
            status = ask(analysis, &error, &answered);
        bool failed = fail_allocation_disarm();
        assert_outcome(status, failed, answered, &error, nth);
        if (failed && analysis) {
            status = ask(analysis, &error, &answered);
            assert_outcome(status, false, answered, &error, nth);
        }
        wh_analysis_close(analysis);
        if (!failed)
            break;
    }
}

static enum wh_status ask_info(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    const struct wh_info *info = NULL;
    enum wh_status status = wh_info(analysis, error, &info);
    *answered = info != NULL;
    return status;
}

static enum wh_status ask_suspects(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_suspects *suspects;
    enum wh_status status = wh_suspects(analysis, true, 0, error, &suspects);
    *answered = suspects != NULL;
    wh_suspects_free(suspects);
    return status;
}

static enum wh_status ask_paths(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_paths *paths;
    enum wh_status status = wh_paths(analysis, &(struct wh_query){.type = "dict"}, error, &paths);
    *answered = paths != NULL;
    wh_paths_free(paths);
    return status;
}

static enum wh_status ask_expression(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_paths *paths;
    enum wh_status status = wh_paths(analysis, &(struct wh_query){.expression = "app.f.__kwdefaults__['n'][3]"}, error, &paths);
    *answered = paths != NULL;
    wh_paths_free(paths);
    return status;
}

static enum wh_status ask_details(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_details *details;
    enum wh_status status = wh_show(analysis, &(struct wh_query){.expression = "sys.modules['app'].cache"}, error, &details);
    *answered = details != NULL;
    wh_details_free(details);
    return status;
}

static enum wh_status ask_top(struct wh_analysis *analysis, enum wh_top_by by, struct wh_error *error, bool *answered)
{
    struct wh_top *top;
    enum wh_status status = wh_top(analysis, by, 0, error, &top);
    *answered = top != NULL;
    wh_top_free(top);
    return status;
}

static enum wh_status ask_types(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    return ask_top(analysis, WH_TOP_TYPE, error, answered);
}

static enum wh_status ask_modules(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    return ask_top(analysis, WH_TOP_MODULE, error, answered);
}

static enum wh_status ask_holders(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    return ask_top(analysis, WH_TOP_HOLDER, error, answered);
}

static enum wh_status ask_tree(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_tree *tree;
    enum wh_status status = wh_tree(analysis, 30, error, &tree);
    *answered = tree != NULL;
    wh_tree_free(tree);
    return status;
}

static enum wh_status ask_threads(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_threads *threads;
    enum wh_status status = wh_threads(analysis, error, &threads);
    *answered = threads != NULL;
    wh_threads_free(threads);
    return status;
}

static enum wh_status ask_cut(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_cut *cut;
    enum wh_status status = wh_cut(analysis, &(struct wh_cut_query){.query = {.type = "bytearray"}}, error, &cut);
    *answered = cut != NULL;
    wh_cut_free(cut);
    return status;
}

static enum wh_status ask_what_if(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    static const char *const expressions[] = {"app.cache", "app.f.__kwdefaults__"};
    struct wh_cut *cut;
    enum wh_status status = wh_cut(analysis, &(struct wh_cut_query){.without_count = 2, .without = expressions}, error, &cut);
    *answered = cut != NULL;
    wh_cut_free(cut);
    return status;
}

static enum wh_status ask_retained(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_retained retained;
    enum wh_status status = wh_retained(analysis, &(struct wh_retained_query){.query.type = "dict"}, error, &retained);
    *answered = !status;
    return status;
}

static enum wh_status ask_found(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    static const char *const conditions[] = {"not garbage and size > 1 and type ~ *", "under app"};
    struct wh_found *found;
    enum wh_status status = wh_find(analysis, &(struct wh_query){.instances_of = "dict", .where = conditions, .where_count = 2}, error, &found);
    *answered = found != NULL;
    wh_found_free(found);
    return status;
}

static enum wh_status ask_alloc(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_alloc *alloc;
    enum wh_status status = wh_alloc(analysis, true, WH_ALLOC_LINE, 0, error, &alloc);
    *answered = alloc != NULL;
    wh_alloc_free(alloc);
    return status;
}

static enum wh_status ask_alloc_tree(struct wh_analysis *analysis, struct wh_error *error, bool *answered)
{
    struct wh_alloc_tree *tree;
    enum wh_status status = wh_alloc_tree(analysis, true, 0, error, &tree);
    *answered = tree != NULL;
    wh_alloc_tree_free(tree);
    return status;
}

static void opening_and_info_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_info); }
static void suspects_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_suspects); }
static void paths_of_a_type_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_paths); }
static void paths_of_an_expression_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_expression); }
static void details_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_details); }
static void rows_of_types_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_types); }
static void rows_of_modules_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_modules); }
static void rows_of_holders_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_holders); }
static void the_tree_survives_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_tree); }
static void threads_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_threads); }
static void the_cut_survives_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_cut); }
static void what_if_survives_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_what_if); }
static void sums_of_sets_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_retained); }
static void what_is_found_survives_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_found); }
static void rows_of_lines_survive_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_alloc); }
static void the_tree_of_stacks_survives_each_failed_allocation(void **state) { (void)state; fail_each_allocation(ask_alloc_tree); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_and_info_survive_each_failed_allocation),
        cmocka_unit_test(suspects_survive_each_failed_allocation),
        cmocka_unit_test(paths_of_a_type_survive_each_failed_allocation),
        cmocka_unit_test(paths_of_an_expression_survive_each_failed_allocation),
        cmocka_unit_test(details_survive_each_failed_allocation),
        cmocka_unit_test(rows_of_types_survive_each_failed_allocation),
        cmocka_unit_test(rows_of_modules_survive_each_failed_allocation),
        cmocka_unit_test(rows_of_holders_survive_each_failed_allocation),
        cmocka_unit_test(the_tree_survives_each_failed_allocation),
        cmocka_unit_test(threads_survive_each_failed_allocation),
        cmocka_unit_test(the_cut_survives_each_failed_allocation),
        cmocka_unit_test(what_if_survives_each_failed_allocation),
        cmocka_unit_test(sums_of_sets_survive_each_failed_allocation),
        cmocka_unit_test(what_is_found_survives_each_failed_allocation),
        cmocka_unit_test(rows_of_lines_survive_each_failed_allocation),
        cmocka_unit_test(the_tree_of_stacks_survives_each_failed_allocation),
    };
    const struct CMUnitTest compressed[] = {
        cmocka_unit_test(opening_and_info_survive_each_failed_allocation),
        cmocka_unit_test(details_survive_each_failed_allocation),
    };
    int failed = cmocka_run_group_tests_name("plain", tests, write_file, close_file);
    return failed + cmocka_run_group_tests_name("compressed", compressed, write_compressed_file, close_file);
}
