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

/* Instruction 0 is in the line after the first, 2 in the one after that, … */
#define LINES "bytecode 9700970097009700 lines d80000d80000d80000d80000\n"

static const char program[] =
    "f : function .__code__ main ; g : function .__code__ make ; h : function .__code__ again ; i : function .__code__ help\n"
    "root interpreter 'r' f ; root interpreter 'r' g ; root interpreter 'r' h ; root interpreter 'r' i\n"
    "code main '<module>' '/app/main.py' 0 " LINES
    "code make 'make' '/app/main.py' 10 " LINES
    "code again 'make' '/app/main.py' 10 " LINES
    "code help 'help' '/app/help.py' 20 " LINES;

static void open_program(struct test_heap *heap, const char *stacks)
{
    test_heap_init(heap, "%s%s", program, stacks);
}

/* --- rows --- */

static struct wh_alloc *ask(const struct test_heap *heap, bool live, enum wh_alloc_by by, size_t limit)
{
    struct wh_alloc *alloc;
    struct wh_error error;
    if (wh_alloc(heap->analysis, live, by, limit, &error, &alloc))
        fail_msg("%s", error.message);
    return alloc;
}

static void assert_row(const struct wh_alloc *alloc, size_t row, const char *function, unsigned line, unsigned allocated, unsigned live)
{
    const struct wh_alloc_row *at = &alloc->rows[row];
    assert_true(row < alloc->row_count);
    if (strcmp(at->place.function, function) || at->place.line != line || at->allocated_bytes != allocated || at->live_bytes != live)
        fail_msg("row %d: %s:%d allocated %d, live %d", (int)row, at->place.function, (int)at->place.line, (int)at->allocated_bytes,
                 (int)at->live_bytes);
}

/* The two codes of `make` come from one source. */
static const char stacks[] =
    "recorder 1\n"
    "stack 4000 100 make 0 main 2\n"
    "stack 1000 900 again 0 main 2\n"
    "stack 3000 3000 make 2 main 4\n"
    "stack 600 600 help 0 make 2 main 4\n";

static void stacks_with_one_innermost_line_are_a_row(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, stacks);
    struct wh_alloc *alloc = ask(&heap, false, WH_ALLOC_LINE, 0);
    assert_int_equal(alloc->row_count, 3);
    assert_row(alloc, 0, "make", 11, 5000, 1000);
    assert_row(alloc, 1, "make", 12, 3000, 3000);
    assert_row(alloc, 2, "help", 21, 600, 600);
    assert_int_equal(alloc->rows[0].stack_count, 2);
    assert_int_equal(alloc->rows[0].stack[1].line, 2);
    assert_int_equal(alloc->allocated_bytes, 8600);
    assert_int_equal(alloc->live_bytes, 4600);
    wh_alloc_free(alloc);
    test_heap_deinit(&heap);
}

static void a_view_is_sorted_by_its_own_bytes_and_sums_up_what_a_limit_leaves_out(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, stacks);
    struct wh_alloc *alloc = ask(&heap, true, WH_ALLOC_LINE, 1);
    assert_int_equal(alloc->row_count, 1);
    assert_row(alloc, 0, "make", 12, 3000, 3000);
    assert_int_equal(alloc->omitted_rows, 2);
    assert_int_equal(alloc->omitted_bytes, 1600);
    wh_alloc_free(alloc);
    test_heap_deinit(&heap);
}

static void a_row_may_be_a_function_or_a_file(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, stacks);
    struct wh_alloc *functions = ask(&heap, false, WH_ALLOC_FUNCTION, 0), *files = ask(&heap, false, WH_ALLOC_FILE, 0);
    assert_int_equal(functions->row_count, 2);
    assert_int_equal(functions->rows[0].allocated_bytes, 8000);
    assert_string_equal(functions->rows[1].place.function, "help");
    assert_int_equal(files->row_count, 2);
    assert_string_equal(files->rows[0].place.file, "/app/main.py");
    assert_int_equal(files->rows[0].live_bytes, 4000);
    wh_alloc_free(functions);
    wh_alloc_free(files);
    test_heap_deinit(&heap);
}

static void churn_is_much_of_which_hardly_anything_is_left(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, "recorder 1\n"
                        "stack 1048576 52427 make 0 ; stack 1048576 52428 make 2 ; stack 1048575 0 make 4\n");
    struct wh_alloc *alloc = ask(&heap, false, WH_ALLOC_LINE, 0);
    assert_int_equal(alloc->row_count, 3);
    assert_row(alloc, 0, "make", 11, 1048576, 52427);
    assert_true(alloc->rows[0].churn);
    assert_false(alloc->rows[1].churn);
    assert_false(alloc->rows[2].churn);
    wh_alloc_free(alloc);
    test_heap_deinit(&heap);
}

static void without_a_record_there_is_nothing_to_tell(void **state)
{
    struct test_heap heap;
    struct wh_alloc *alloc;
    struct wh_alloc_tree *tree;
    struct wh_error error;
    (void)state;
    open_program(&heap, "");
    assert_int_equal(wh_alloc(heap.analysis, true, WH_ALLOC_LINE, 0, &error, &alloc), WH_ERR_INPUT);
    assert_int_equal(wh_alloc_tree(heap.analysis, true, 0, &error, &tree), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "the recorder was off"));
    test_heap_deinit(&heap);
}

/* --- tree --- */

static struct wh_alloc_tree *ask_tree(const struct test_heap *heap, bool live, size_t limit)
{
    struct wh_alloc_tree *tree;
    struct wh_error error;
    if (wh_alloc_tree(heap->analysis, live, limit, &error, &tree))
        fail_msg("%s", error.message);
    return tree;
}

static void assert_node(const struct wh_alloc_tree *tree, size_t node, int parent, const char *function, unsigned line, unsigned bytes)
{
    const struct wh_alloc_node *at = &tree->nodes[node];
    assert_true(node < tree->node_count);
    if (at->parent != parent || strcmp(at->function, function) || at->line != line || at->bytes != bytes)
        fail_msg("node %d: %s:%d of %d, %d bytes", (int)node, at->function, (int)at->line, (int)at->parent, (int)at->bytes);
}

static void stacks_are_merged_from_their_outermost_lines(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, stacks);
    struct wh_alloc_tree *tree = ask_tree(&heap, false, 0);
    assert_int_equal(tree->node_count, 6);
    assert_node(tree, 0, -1, "", 0, 8600);
    assert_node(tree, 1, 0, "<module>", 2, 5000);
    assert_node(tree, 2, 1, "make", 11, 5000);
    assert_node(tree, 3, 0, "<module>", 3, 3600);
    assert_node(tree, 4, 3, "make", 12, 3600);
    assert_node(tree, 5, 4, "help", 21, 600);
    assert_string_equal(tree->nodes[5].file, "/app/help.py");
    assert_int_equal(tree->nodes[0].blocks, 86);
    wh_alloc_tree_free(tree);
    test_heap_deinit(&heap);
}

static void what_the_tree_leaves_out_is_counted_at_the_parent(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, stacks);
    struct wh_alloc_tree *tree = ask_tree(&heap, true, 4);
    assert_int_equal(tree->node_count, 4);
    assert_node(tree, 0, -1, "", 0, 4600);
    assert_node(tree, 1, 0, "<module>", 3, 3600);
    assert_node(tree, 2, 1, "make", 12, 3600);
    assert_node(tree, 3, 0, "<module>", 2, 1000);
    assert_int_equal(tree->nodes[2].hidden, 1);
    assert_int_equal(tree->nodes[2].hidden_bytes, 600);
    assert_int_equal(tree->nodes[3].hidden, 1);
    assert_int_equal(tree->nodes[3].hidden_bytes, 1000);
    assert_int_equal(tree->nodes[1].hidden, 0);
    wh_alloc_tree_free(tree);
    test_heap_deinit(&heap);
}

static void what_has_no_line_is_told_by_a_remark(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, "recorder 2\n"
                        "stack 300 300 make 0 _ 0 ; stack 200 200 ; stack 50 50 make 900\n");
    struct wh_alloc_tree *tree = ask_tree(&heap, true, 0);
    assert_int_equal(tree->node_count, 4);
    assert_node(tree, 1, 0, "(frames that were not kept)", 0, 300);
    assert_node(tree, 2, 1, "make", 11, 300);
    assert_node(tree, 3, 0, "(no Python code)", 0, 250);
    wh_alloc_tree_free(tree);
    test_heap_deinit(&heap);
}

static void an_empty_record_is_a_tree_of_nothing(void **state)
{
    struct test_heap heap;
    (void)state;
    open_program(&heap, "recorder 3\nstack 500 0 make 0\n");
    struct wh_alloc_tree *tree = ask_tree(&heap, true, 0);
    assert_int_equal(tree->node_count, 1);
    assert_int_equal(tree->nodes[0].bytes, 0);
    wh_alloc_tree_free(tree);
    test_heap_deinit(&heap);
}

/* --- the tree, against counting each node on its own --- */

enum { RANDOM_STACKS = 40, RANDOM_DEPTH = 6, RANDOM_LIMIT = 60 };

struct random_stack {
    unsigned bytes, depth;
    unsigned code[RANDOM_DEPTH], instruction[RANDOM_DEPTH]; /* outermost first */
};

static const char *const code_names[] = {"main", "make", "again", "help"};
static const char *const code_functions[] = {"<module>", "make", "make", "help"};
static const unsigned first_lines[] = {0, 10, 10, 20};

static struct random_stack random_stack(struct random *random)
{
    struct random_stack stack = {.bytes = 1 + random_below(random, 100), .depth = 1 + random_below(random, RANDOM_DEPTH)};
    for (unsigned i = 0; i < stack.depth; i++) {
        stack.code[i] = random_below(random, 4);
        stack.instruction[i] = 2 * random_below(random, 2);
    }
    return stack;
}

static void add_stack(struct heap_builder *builder, const struct random_stack *stack)
{
    char text[512];
    int length = snprintf(text, sizeof(text), "stack %u %u", stack->bytes, stack->bytes);
    for (unsigned i = stack->depth; i-- > 0;)
        length += snprintf(text + length, sizeof(text) - (size_t)length, " %s %u", code_names[stack->code[i]], stack->instruction[i]);
    heap_builder_add(builder, "%s", text);
}

/* Does the stack begin with the frames from the tree's top down to this node? */
static bool begins_with(const struct random_stack *stack, const struct wh_alloc_tree *tree, size_t node)
{
    size_t way[RANDOM_DEPTH + 1];
    unsigned depth = 0;
    for (size_t at = node; at; at = (size_t)tree->nodes[at].parent)
        way[depth++] = at;
    if (depth > stack->depth)
        return false;
    for (unsigned i = 0; i < depth; i++) {
        const struct wh_alloc_node *at = &tree->nodes[way[depth - 1 - i]];
        if (strcmp(at->function, code_functions[stack->code[i]]) || at->line != first_lines[stack->code[i]] + 1 + stack->instruction[i] / 2)
            return false;
    }
    return true;
}

static void assert_counted(const struct random_stack *all, const struct wh_alloc_tree *tree, uint64_t seed)
{
    uint64_t below[RANDOM_LIMIT] = {0};
    for (size_t i = 0; i < tree->node_count; i++) {
        unsigned sum = 0;
        for (unsigned s = 0; s < RANDOM_STACKS; s++)
            sum += begins_with(&all[s], tree, i) ? all[s].bytes : 0;
        if (sum != tree->nodes[i].bytes)
            fail_msg("seed %d, node %d: %d bytes, not %u", (int)seed, (int)i, (int)tree->nodes[i].bytes, sum);
        if (i)
            below[tree->nodes[i].parent] += tree->nodes[i].bytes;
        assert_true(!i || (tree->nodes[i].parent >= 0 && (size_t)tree->nodes[i].parent < i));
        assert_true(!i || tree->nodes[i].bytes <= tree->nodes[i - 1].bytes);
    }
    for (size_t i = 0; i < tree->node_count; i++)
        assert_true(below[i] + tree->nodes[i].hidden_bytes <= tree->nodes[i].bytes);
}

static void each_node_counts_the_stacks_that_begin_with_it(void **state)
{
    (void)state;
    for (uint64_t trial = trials_count("random sets of stacks", 40), seed; trial-- > 0;) {
        struct heap_builder *builder = heap_builder_create();
        struct random random = {seed = trials_seed(1, trial)};
        struct random_stack all[RANDOM_STACKS];
        struct test_heap heap;
        heap_builder_add(builder, "%srecorder 3", program);
        for (unsigned i = 0; i < RANDOM_STACKS; i++) {
            all[i] = random_stack(&random);
            add_stack(builder, &all[i]);
        }
        test_heap_open(builder, &heap);
        struct wh_alloc_tree *tree = ask_tree(&heap, true, RANDOM_LIMIT);
        assert_int_equal(tree->node_count, RANDOM_LIMIT);
        assert_counted(all, tree, seed);
        wh_alloc_tree_free(tree);
        test_heap_deinit(&heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_with_one_innermost_line_are_a_row),
        cmocka_unit_test(a_view_is_sorted_by_its_own_bytes_and_sums_up_what_a_limit_leaves_out),
        cmocka_unit_test(a_row_may_be_a_function_or_a_file),
        cmocka_unit_test(churn_is_much_of_which_hardly_anything_is_left),
        cmocka_unit_test(without_a_record_there_is_nothing_to_tell),
        cmocka_unit_test(stacks_are_merged_from_their_outermost_lines),
        cmocka_unit_test(what_the_tree_leaves_out_is_counted_at_the_parent),
        cmocka_unit_test(what_has_no_line_is_told_by_a_remark),
        cmocka_unit_test(an_empty_record_is_a_tree_of_nothing),
        cmocka_unit_test(each_node_counts_the_stacks_that_begin_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
