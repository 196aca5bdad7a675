/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <dirent.h>
#include <unistd.h>

#include <cmocka.h>

#include "answers/analysis.h"
#include "fail_allocation.h"
#include "fail_write.h"
#include "kept_sample.h"
#include "sample_heap.h"

/* Opens the snapshot, makes the model or takes it, and says whether it was a kept one. */
static bool opens_with_kept(const char *path, enum wh_keep keep)
{
    struct wh_analysis *analysis;
    struct wh_error error = {0};
    if (wh_analysis_open_kept(path, keep, NULL, NULL, &error, &analysis) || analysis_need_model(analysis, &error))
        fail_msg("%s", error.message);
    bool kept = analysis->is_kept;
    wh_analysis_close(analysis);
    return kept;
}

/* As another command would, which keeps nothing. */
static bool is_used(const struct kept_sample *sample)
{
    return opens_with_kept(sample->snapshot, WH_KEEP_IF_LARGE);
}

static unsigned count_files(const char *path)
{
    unsigned count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static struct kept_sample make_sample(void)
{
    struct kept_sample sample;
    struct heap_builder *builder = sample_heap();
    kept_sample_init(&sample, builder);
    heap_builder_destroy(builder);
    assert_non_null(sample.bytes);
    return sample;
}

#define assert_same(count, member) assert_memory_equal(old->member, new->member, (count) * sizeof(*old->member))

static void assert_same_model(const struct wh_analysis *old, const struct wh_analysis *new)
{
    size_t nodes = old->heap.node_count, words = bitmap_word_count(nodes);
    assert_int_equal(nodes, new->heap.node_count);
    assert_int_equal(old->heap.ref_count, new->heap.ref_count);
    assert_int_equal(old->heap.dangling_count, new->heap.dangling_count);
    assert_int_equal(old->heap.big_size_count, new->heap.big_size_count);
    assert_int_equal(old->heap.lookup_count, new->heap.lookup_count);
    assert_same(nodes, heap.type_of_node);
    assert_same(nodes, heap.form_of_node);
    assert_same(nodes, heap.size_of_node);
    assert_same(nodes + 1, heap.first_ref_of_node);
    assert_same(old->heap.ref_count, heap.target_of_ref);
    assert_same(old->heap.lookup_count, heap.node_of_lookup);
    assert_same(nodes / HEAP_STORE_BLOCK + 1, heap.stores_before_block);
    assert_same(bitmap_word_count(old->heap.ref_count), retention.silent_bitmap);
    assert_same(RETENTION_GROUPS, retention.group_end);
    assert_int_equal(old->retention.type_reference_count, new->retention.type_reference_count);
    assert_int_equal(old->retention.native_count, new->retention.native_count);
    assert_same(old->retention.graph.root_count, retention.graph.root_node);
    for (uint32_t i = 0; i < old->retention.graph.root_count; i++) {
        assert_int_equal(old->retention.roots[i].kind, new->retention.roots[i].kind);
        assert_int_equal(old->retention.roots[i].unaccounted, new->retention.roots[i].unaccounted);
        assert_int_equal(old->retention.roots[i].name.length, new->retention.roots[i].name.length);
    }
    assert_same(nodes + 2, dominators.idom_of_node);
    assert_same(words, dominators.live_bitmap);
    assert_int_equal(old->dominators.live_count, new->dominators.live_count);
    assert_int_equal(old->dominators.garbage_count, new->dominators.garbage_count);
    assert_int_equal(old->dominators.garbage_entry_count, new->dominators.garbage_entry_count);
    assert_same(old->dominators.garbage_entry_count, dominators.garbage_entry);
    assert_same(nodes + 2, retained.retained_size_of_node);
    assert_int_equal(old->retained.retained_big_size_count, new->retained.retained_big_size_count);
    for (uint32_t i = 0; i < old->retained.retained_big_size_count; i++) {
        assert_int_equal(old->retained.retained_big_sizes[i].node, new->retained.retained_big_sizes[i].node);
        assert_int_equal(old->retained.retained_big_sizes[i].size, new->retained.retained_big_sizes[i].size);
    }
    assert_same(nodes + 2, retained.retained_count_of_node);
    assert_same(nodes + 3, tree.first_child_of_node);
    assert_same(nodes - 1, tree.child);
    assert_same(nodes, paths.parent_of_node);
    assert_same(words, paths.reached_bitmap);
    assert_int_equal(old->paths.start_count, new->paths.start_count);
    assert_same(old->paths.start_count, paths.start_node);
    assert_same(old->paths.start_count, paths.root_of_start);
}

/* What was kept of later stages' answers is there before anybody asks, and is what they find. */
static void assert_same_answers(struct wh_analysis *old, struct wh_analysis *new)
{
    assert_true(new->has_accumulations && new->has_candidate_referrers && new->type_sums);
    assert_int_equal(analysis_need_candidate_referrers(old, NULL), WH_OK);
    assert_int_equal(analysis_need_type_sums(old, NULL), WH_OK);
    assert_true(old->accumulations.count && old->candidate_referrers.count && old->type_sums[old->heap.type_of_node[1]].count);
    assert_int_equal(old->accumulations.count, new->accumulations.count);
    assert_int_equal(old->accumulations.threshold, new->accumulations.threshold);
    for (uint32_t i = 0; i < old->accumulations.count; i++) {
        const struct accumulation *a = &old->accumulations.points[i], *b = &new->accumulations.points[i];
        assert_true(a->kind == b->kind && a->node == b->node && a->top == b->top && a->bytes == b->bytes && a->objects == b->objects);
        assert_true(a->member_type == b->member_type && a->member_count == b->member_count && a->chain == b->chain);
        assert_int_equal(a->holder_count, b->holder_count);
        assert_memory_equal(a->holders, b->holders, a->holder_count * sizeof(a->holders[0]));
    }
    assert_int_equal(old->candidate_referrers.count, new->candidate_referrers.count);
    assert_memory_equal(old->candidate_referrers.rows, new->candidate_referrers.rows, old->candidate_referrers.count * sizeof(struct referrer));
    assert_memory_equal(old->type_sums, new->type_sums, old->heap.type_count * sizeof(struct type_sum));
}

static void kept_results_are_those_that_were_made(void **state)
{
    struct kept_sample sample = make_sample();
    struct wh_analysis *made, *kept;
    struct stat status;
    (void)state;
    assert_int_equal(wh_analysis_open(sample.snapshot, NULL, NULL, NULL, &made), WH_OK);
    assert_int_equal(wh_analysis_open_kept(sample.snapshot, WH_KEEP_IF_LARGE, NULL, NULL, NULL, &kept), WH_OK);
    assert_int_equal(analysis_need_model(made, NULL), WH_OK);
    assert_int_equal(analysis_need_model(kept, NULL), WH_OK);
    assert_int_equal(dominator_tree_sort(&made->tree, NULL, NULL), WH_OK);
    assert_false(made->is_kept);
    assert_true(kept->is_kept);
    assert_true(made->heap.big_size_count && made->dominators.garbage_entry_count && made->retention.type_reference_count);
    assert_same_model(made, kept);
    assert_same_answers(made, kept);
    wh_analysis_close(made);
    wh_analysis_close(kept);
    assert_int_equal(stat(sample.kept, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(count_files(sample.directory), 2);
    kept_sample_deinit(&sample);
}

static void small_snapshots_and_whoever_wants_none_keep_nothing(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    unlink(sample.kept);
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_IF_LARGE));
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_NEVER));
    assert_int_equal(count_files(sample.directory), 1);
    kept_sample_write(sample.kept, sample.bytes, sample.length);
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_NEVER));
    assert_true(is_used(&sample));
    kept_sample_deinit(&sample);
}

/* Each field wrong in several ways, under a right checksum: none is used, and the next analysis that keeps makes it good again. */
static void a_lie_in_any_field_of_the_header_is_noticed(void **state)
{
    static const uint64_t changes[] = {1, UINT64_MAX, 64, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_C(0) - 64};
    struct kept_sample sample = make_sample();
    size_t fields = kept_sample_header_length() / sizeof(uint64_t) - 1;
    (void)state;
    for (size_t field = 0; field < fields; field++) {
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
            uint64_t number;
            uint8_t *bytes = malloc(sample.length);
            assert_non_null(bytes);
            memcpy(bytes, sample.bytes, sample.length);
            memcpy(&number, bytes + field * sizeof(number), sizeof(number));
            number += changes[i];
            memcpy(bytes + field * sizeof(number), &number, sizeof(number));
            kept_sample_sign_header(bytes);
            kept_sample_write(sample.kept, bytes, sample.length);
            if (is_used(&sample))
                fail_msg("field %zu, change %zu", field, i);
            free(bytes);
        }
    }
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS));
    assert_true(is_used(&sample));
    kept_sample_deinit(&sample);
}

static void one_changed_byte_anywhere_is_noticed(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    for (size_t at = 0; at < sample.length; at += 1 + at % 7) {
        sample.bytes[at] ^= 0x10;
        kept_sample_write(sample.kept, sample.bytes, sample.length);
        if (is_used(&sample))
            fail_msg("byte %zu", at);
        sample.bytes[at] ^= 0x10;
    }
    kept_sample_deinit(&sample);
}

static const struct {
    enum kept_section damaged;
    enum wh_status (*need)(struct wh_analysis *analysis, struct wh_error *error);
    bool used;
} uses[] = {
    {KEPT_CHILDREN, analysis_need_retained, true},     {KEPT_CHILDREN, analysis_need_paths, true},       {KEPT_CHILDREN, analysis_need_tree, false},
    {KEPT_PATH_PARENT, analysis_need_retained, true},  {KEPT_PATH_PARENT, analysis_need_tree, true},     {KEPT_PATH_PARENT, analysis_need_paths, false},
    {KEPT_IDOM, analysis_need_retained, false},        {KEPT_RETAINED_SIZE, analysis_need_retained, false}, {KEPT_TARGETS, analysis_need_retained, false},
    {KEPT_POINTS, analysis_need_paths, true},      {KEPT_POINTS, analysis_need_type_sums, false},    {KEPT_POINTS, analysis_need_model, false},
};

/* What a question has no use for may be damaged; what it needs is made anew, whatever was taken before, and the answer is the same. */
static void a_section_is_looked_at_when_it_is_used(void **state)
{
    struct kept_sample sample = make_sample();
    struct wh_analysis *made, *kept;
    (void)state;
    assert_int_equal(wh_analysis_open(sample.snapshot, NULL, NULL, NULL, &made), WH_OK);
    assert_int_equal(analysis_need_model(made, NULL), WH_OK);
    assert_int_equal(dominator_tree_sort(&made->tree, NULL, NULL), WH_OK);
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        uint64_t offset;
        memcpy(&offset, sample.bytes + (7 + 3 * (size_t)uses[i].damaged) * sizeof(offset), sizeof(offset));
        sample.bytes[offset] ^= 1;
        kept_sample_write(sample.kept, sample.bytes, sample.length);
        sample.bytes[offset] ^= 1;
        assert_int_equal(wh_analysis_open_kept(sample.snapshot, WH_KEEP_IF_LARGE, NULL, NULL, NULL, &kept), WH_OK);
        assert_int_equal(uses[i].need(kept, NULL), WH_OK);
        if (kept->is_kept != uses[i].used)
            fail_msg("case %zu", i);
        assert_int_equal(analysis_need_model(kept, NULL), WH_OK);
        assert_false(kept->is_kept);
        assert_int_equal(dominator_tree_sort(&kept->tree, NULL, NULL), WH_OK);
        assert_same_model(made, kept);
        wh_analysis_close(kept);
    }
    wh_analysis_close(made);
    kept_sample_deinit(&sample);
}

/* Where a section begins: its offset is in the header, behind the fields before it. */
static uint32_t *rows_of(const struct kept_sample *sample, uint8_t *bytes, enum kept_section section)
{
    uint64_t offset;
    memcpy(&offset, sample->bytes + (7 + 3 * (size_t)section) * sizeof(offset), sizeof(offset));
    return (uint32_t *)(void *)(bytes + offset);
}

/* Under a right checksum: what names an object, type or reference that there is not is made anew, the rest is used. */
static void kept_answers_that_name_what_there_is_not_are_made_anew(void **state)
{
    static const struct { enum kept_section section; unsigned place; uint32_t number; } numbers[] = {
        {KEPT_POINTS, 4, 9}, {KEPT_POINTS, 5, UINT32_MAX}, {KEPT_POINTS, 5, 0}, {KEPT_POINTS, 6, 0x7fffffff}, {KEPT_POINTS, 13, 5}, {KEPT_POINTS, 15, 1},
        {KEPT_REFERRERS, 0, 0x7fffffff}, {KEPT_REFERRERS, 0, 1}, {KEPT_REFERRERS, 1, 0x7fffffff}, {KEPT_REFERRERS, 2, 0x7fffffff}};
    struct kept_sample sample = make_sample();
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct wh_analysis *analysis;
        uint8_t *bytes = malloc(sample.length);
        assert_non_null(bytes);
        memcpy(bytes, sample.bytes, sample.length);
        rows_of(&sample, bytes, numbers[i].section)[numbers[i].place] = numbers[i].number;
        kept_sample_sign(bytes, sample.length);
        kept_sample_write(sample.kept, bytes, sample.length);
        free(bytes);
        assert_int_equal(wh_analysis_open_kept(sample.snapshot, WH_KEEP_IF_LARGE, NULL, NULL, NULL, &analysis), WH_OK);
        assert_int_equal(analysis_need_model(analysis, NULL), WH_OK);
        assert_true(analysis->is_kept && analysis->type_sums);
        assert_int_equal(analysis->has_accumulations, numbers[i].section != KEPT_POINTS);
        assert_false(analysis->has_candidate_referrers);
        assert_int_equal(analysis_need_candidate_referrers(analysis, NULL), WH_OK);
        assert_true(analysis->accumulations.count && analysis->candidate_referrers.count);
        wh_analysis_close(analysis);
    }
    kept_sample_deinit(&sample);
}

static void a_file_of_another_length_is_not_used(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    for (size_t length = 0; length < sample.length; length += 1 + sample.length / 300) {
        kept_sample_write(sample.kept, sample.bytes, length);
        assert_false(is_used(&sample));
    }
    uint8_t *longer = calloc(1, sample.length + 64);
    assert_non_null(longer);
    memcpy(longer, sample.bytes, sample.length);
    kept_sample_write(sample.kept, longer, sample.length + 64);
    assert_false(is_used(&sample));
    free(longer);
    kept_sample_deinit(&sample);
}

static void that_of_another_snapshot_is_not_used(void **state)
{
    struct kept_sample sample = make_sample(), other;
    struct heap_builder *builder = sample_heap();
    (void)state;
    heap_builder_add(builder, "root interpreter 'more' more ; more : list [ ]");
    kept_sample_init(&other, builder);
    heap_builder_destroy(builder);
    kept_sample_write(sample.kept, other.bytes, other.length);
    assert_false(is_used(&sample));
    assert_true(is_used(&other));
    kept_sample_deinit(&sample);
    kept_sample_deinit(&other);
}

static void what_others_may_write_or_own_is_not_used(void **state)
{
    struct kept_sample sample = make_sample();
    char elsewhere[128];
    (void)state;
    assert_int_equal(chmod(sample.kept, 0620), 0);
    assert_false(is_used(&sample));
    assert_int_equal(chmod(sample.kept, 0602), 0);
    assert_false(is_used(&sample));
    assert_int_equal(chmod(sample.kept, 0400), 0);
    assert_true(is_used(&sample));
    if (geteuid() == 0) {
        assert_int_equal(chown(sample.kept, 12345, (gid_t)-1), 0);
        assert_false(is_used(&sample));
    }
    kept_sample_write(sample.kept, sample.bytes, sample.length);
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", sample.directory);
    assert_int_equal(rename(sample.kept, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, sample.kept), 0);
    assert_false(is_used(&sample));
    unlink(elsewhere);
    unlink(sample.kept);
    assert_int_equal(mkdir(sample.kept, 0700), 0);
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS));
    rmdir(sample.kept);
    kept_sample_deinit(&sample);
}

/* A file may not grow beyond the limit, the directory is not to be written to, the name is too long. */
static void where_it_cannot_be_written_there_is_none(void **state)
{
    struct kept_sample sample = make_sample();
    struct rlimit before, limit;
    (void)state;
    unlink(sample.kept);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = sample.length - 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_false(opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(count_files(sample.directory), 1);
    struct nameless_file file;
    size_t length;
    uint8_t *bytes = kept_sample_read(sample.snapshot, &length);
    nameless_file_init(&file);
    nameless_file_fill(&file, bytes, length);
    assert_false(opens_with_kept(file.path, WH_KEEP_ALWAYS));   /* in /proc */
    assert_false(opens_with_kept(file.path, WH_KEEP_ALWAYS));
    nameless_file_deinit(&file);
    free(bytes);
    kept_sample_deinit(&sample);
}

/* The disk fills up at the nth write, whatever the file is called until then: there is an answer, and no file, not even half of one. */
static void a_disk_that_fills_up_leaves_no_file(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    for (int no_nameless = 0; no_nameless < 2; no_nameless++) {
        uint64_t writes = UINT64_MAX;
        for (uint64_t nth = 1; nth <= writes; nth++) {
            unlink(sample.kept);
            fail_write_arm((struct write_faults){.failing = nth, .no_nameless = no_nameless});
            assert_false(opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS));
            writes = fail_write_disarm() < nth ? nth - 1 : UINT64_MAX;
            if (nth <= writes)
                assert_int_equal(count_files(sample.directory), 1);
        }
        assert_true(writes > 10 && is_used(&sample));
    }
    kept_sample_deinit(&sample);
}

static void writes_that_take_less_than_they_are_given_make_the_same_file(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    for (int no_nameless = 0; no_nameless < 2; no_nameless++) {
        size_t length;
        unlink(sample.kept);
        fail_write_arm((struct write_faults){.shorten = true, .no_nameless = no_nameless});
        assert_false(opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS));
        fail_write_disarm();
        uint8_t *bytes = kept_sample_read(sample.kept, &length);
        assert_non_null(bytes);
        assert_int_equal(length, sample.length);
        assert_memory_equal(bytes, sample.bytes, length);
        free(bytes);
        assert_int_equal(count_files(sample.directory), 2);
    }
    kept_sample_deinit(&sample);
}

enum { WRITERS = 6, ROUNDS = 20 };

static void writers_at_the_same_time_leave_one_good_file(void **state)
{
    struct kept_sample sample = make_sample();
    pid_t writers[WRITERS];
    (void)state;
    unlink(sample.kept);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i])
            continue;
        for (int round = 0; round < ROUNDS; round++) {
            unlink(sample.kept);
            (void)opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS);
        }
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    (void)opens_with_kept(sample.snapshot, WH_KEEP_ALWAYS);
    assert_true(is_used(&sample));
    assert_int_equal(count_files(sample.directory), 2);
    kept_sample_deinit(&sample);
}

static bool stop_after(void *context, const char *phase, uint64_t done, uint64_t total)
{
    unsigned *left = context;
    (void)phase, (void)done, (void)total;
    return (*left)-- > 0;
}

static void stopped_at_any_step_it_leaves_nothing(void **state)
{
    struct kept_sample sample = make_sample();
    enum wh_status status = WH_ERR_RESOURCE;
    (void)state;
    unlink(sample.kept);
    for (unsigned steps = 0; status; steps++) {
        struct wh_analysis *analysis = NULL;
        struct wh_error error = {0};
        unsigned left = steps;
        assert_int_equal(count_files(sample.directory), 1);
        status = wh_analysis_open_kept(sample.snapshot, WH_KEEP_ALWAYS, stop_after, &left, &error, &analysis);
        if (!status)
            status = analysis_need_model(analysis, &error);
        assert_true(!status || strstr(error.message, "cancelled"));
        wh_analysis_close(analysis);
    }
    assert_true(is_used(&sample));
    kept_sample_deinit(&sample);
}

static void every_failed_allocation_is_an_error_or_does_without(void **state)
{
    struct kept_sample sample = make_sample();
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct wh_analysis *analysis = NULL;
        struct wh_error error = {0};
        fail_allocation_arm(nth);
        enum wh_status status = wh_analysis_open_kept(sample.snapshot, WH_KEEP_IF_LARGE, NULL, NULL, &error, &analysis);
        if (!status)
            status = analysis_need_model(analysis, &error);
        bool failed = fail_allocation_disarm();
        assert_true(status == WH_OK || (failed && status == WH_ERR_RESOURCE));
        wh_analysis_close(analysis);
        if (!failed)
            break;
    }
    kept_sample_deinit(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_results_are_those_that_were_made),
        cmocka_unit_test(small_snapshots_and_whoever_wants_none_keep_nothing),
        cmocka_unit_test(a_lie_in_any_field_of_the_header_is_noticed),
        cmocka_unit_test(one_changed_byte_anywhere_is_noticed),
        cmocka_unit_test(a_section_is_looked_at_when_it_is_used),
        cmocka_unit_test(kept_answers_that_name_what_there_is_not_are_made_anew),
        cmocka_unit_test(a_file_of_another_length_is_not_used),
        cmocka_unit_test(that_of_another_snapshot_is_not_used),
        cmocka_unit_test(what_others_may_write_or_own_is_not_used),
        cmocka_unit_test(where_it_cannot_be_written_there_is_none),
        cmocka_unit_test(a_disk_that_fills_up_leaves_no_file),
        cmocka_unit_test(writes_that_take_less_than_they_are_given_make_the_same_file),
        cmocka_unit_test(writers_at_the_same_time_leave_one_good_file),
        cmocka_unit_test(stopped_at_any_step_it_leaves_nothing),
        cmocka_unit_test(every_failed_allocation_is_an_error_or_does_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
