/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots that lie, through every call of the library. Two kinds of lie: bytes of the file changed at random under a new checksum, so that the
 * frame stays whole, and numbers of the tables changed before they are written, so that everything but their sense stays whole.
 * No call may crash, take long, or ask for memory out of proportion; whatever is opened must give answers or refuse in a sentence.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "fail_allocation.h"
#include "answers/analysis.h"
#include "heap_builder.h"
#include "kept_sample.h"
#include "random.h"
#include "sample_heap.h"
#include "trials.h"

#ifdef WHOHOLDS_SANITIZED
enum { MILLISECONDS_MAX = 5000 };
#else
enum { MILLISECONDS_MAX = 1000 };
#endif
enum { CHECKSUM_BYTES = 9, ALLOCATED_MAX = 64 << 20, HANG_SECONDS = 60 };

/* --- what was under way when it ended --- */

static volatile uint64_t current_seed;

static void tell_seed(void)
{
    char line[] = "the hostile snapshot had seed 0x0000000000000000\n";
    uint64_t seed = current_seed;
    for (size_t i = sizeof(line) - 3; seed; i--, seed >>= 4)
        line[i] = "0123456789abcdef"[seed & 15];
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
        return;
}

static void on_end(int number)
{
    tell_seed();
    signal(number, SIG_DFL);
    raise(number);
}

/* Of the sanitizers, where they are. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* After cmocka has put its own handlers in place, which do not know the seed. */
static void watch(void)
{
#ifdef WHOHOLDS_SANITIZED
    static const int signals[] = {SIGALRM};
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(tell_seed);
#else
    static const int signals[] = {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#endif
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        signal(signals[i], on_end);
}

/* --- every call --- */

static void assert_told(enum wh_status status, const struct wh_error *error)
{
    if (status != WH_OK && (status != WH_ERR_INPUT || !error->message[0]))
        fail_msg("seed %#" PRIx64 ": status %d, \"%s\"", current_seed, status, error->message);
}

static void ask_objects(struct wh_analysis *analysis, const struct wh_query *query)
{
    struct wh_error error = {0};
    struct wh_paths *paths;
    struct wh_details *details;
    assert_told(wh_paths(analysis, query, &error, &paths), &error);
    wh_paths_free(paths);
    assert_told(wh_show(analysis, query, &error, &details), &error);
    wh_details_free(details);
}

static void ask_tables(struct wh_analysis *analysis)
{
    static const enum wh_top_by kinds[] = {WH_TOP_TYPE, WH_TOP_MODULE, WH_TOP_HOLDER, WH_TOP_LINE};
    struct wh_error error = {0};
    struct wh_top *top;
    struct wh_tree *tree;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        assert_told(wh_top(analysis, kinds[i], 3 * (i & 1), &error, &top), &error);
        wh_top_free(top);
    }
    for (size_t budget = 0; budget < 20; budget += 12) {
        assert_told(wh_tree(analysis, budget, &error, &tree), &error);
        wh_tree_free(tree);
    }
}

static enum wh_status drop(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    (void)context, (void)bytes, (void)length, (void)error;
    return WH_OK;
}

static void ask_exports(struct wh_analysis *analysis)
{
    struct wh_error error = {0};
    struct wh_export_summary summary;
    for (int all = 0; all < 2; all++)
        assert_told(wh_export_heapsnapshot(analysis, all, drop, NULL, &error, &summary), &error);
}

static void ask_what_if(struct wh_analysis *analysis)
{
    static const char *const expressions[] = {"app.cache", "app.f.__kwdefaults__"};
    struct wh_error error = {0};
    struct wh_cut *cut;
    struct wh_retained retained;
    struct wh_alloc *alloc;
    assert_told(wh_cut(analysis, &(struct wh_cut_query){.query = {.type = "bytearray"}}, &error, &cut), &error);
    wh_cut_free(cut);
    assert_told(wh_cut(analysis, &(struct wh_cut_query){.without_count = 2, .without = expressions}, &error, &cut), &error);
    wh_cut_free(cut);
    assert_told(wh_retained(analysis, &(struct wh_retained_query){.query.type = "dict"}, &error, &retained), &error);
    assert_told(wh_retained(analysis, &(struct wh_retained_query){.expression_count = 2, .expressions = expressions}, &error, &retained), &error);
    static const char *const conditions[] = {"type ~ *.* and len(.cache) >= 0 and value !~ 'x'", "not under app.cache"};
    struct wh_found *found;
    assert_told(wh_find(analysis, &(struct wh_query){.instances_of = "object", .where = conditions, .where_count = 2}, &error, &found), &error);
    wh_found_free(found);
    for (int by = WH_ALLOC_LINE; by <= WH_ALLOC_FILE; by++) {
        assert_told(wh_alloc(analysis, by & 1, (enum wh_alloc_by)by, 0, &error, &alloc), &error);
        wh_alloc_free(alloc);
    }
}

static void ask_rules(struct wh_analysis *analysis)
{
    struct wh_error error = {0};
    struct wh_triage *triage;
    struct wh_garbage *garbage;
    struct wh_strings *strings;
    assert_told(wh_triage(analysis, NULL, 3, &error, &triage), &error);
    wh_triage_free(triage);
    assert_told(wh_waste(analysis, 3, &error, &triage), &error);
    wh_triage_free(triage);
    assert_told(wh_garbage(analysis, 3, &error, &garbage), &error);
    wh_garbage_free(garbage);
    assert_told(wh_strings(analysis, 3, &error, &strings), &error);
    wh_strings_free(strings);
}

static void ask_everything(struct wh_analysis *analysis)
{
    struct wh_error error = {0};
    const struct wh_info *info;
    struct wh_suspects *suspects;
    struct wh_threads *threads;
    assert_told(wh_info(analysis, &error, &info), &error);
    assert_told(wh_suspects(analysis, true, 0, &error, &suspects), &error);
    wh_suspects_free(suspects);
    assert_told(wh_threads(analysis, &error, &threads), &error);
    wh_threads_free(threads);
    ask_tables(analysis);
    ask_rules(analysis);
    ask_exports(analysis);
    ask_what_if(analysis);
    ask_objects(analysis, &(struct wh_query){.address = heap_builder_address(9)});
    ask_objects(analysis, &(struct wh_query){.type = "list", .limit = 4});
    ask_objects(analysis, &(struct wh_query){.expression = "app.f.__kwdefaults__['n'][(1, 'a', None, 3.25, …)]"});
    ask_objects(analysis, &(struct wh_query){.expression = "sys.modules['app'].cache[5]"});
}

static double milliseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Whether it could be opened. */
static bool try_snapshot(const struct nameless_file *file, const uint8_t *bytes, size_t length)
{
    struct wh_analysis *analysis;
    struct wh_error error = {0};
    uint64_t allocated = fail_allocation_bytes_asked();
    double start = milliseconds();
    alarm(HANG_SECONDS);
    nameless_file_fill(file, bytes, length);
    enum wh_status status = wh_analysis_open(file->path, NULL, NULL, &error, &analysis);
    assert_told(status, &error);
    if (!status)
        ask_everything(analysis);
    wh_analysis_close(analysis);
    alarm(0);
    if (milliseconds() - start > MILLISECONDS_MAX)
        fail_msg("seed %#" PRIx64 ": it took %.0f ms", current_seed, milliseconds() - start);
    if (fail_allocation_bytes_asked() - allocated > ALLOCATED_MAX)
        fail_msg("seed %#" PRIx64 ": it asked for %" PRIu64 " bytes", current_seed, fail_allocation_bytes_asked() - allocated);
    return !status;
}

/* --- bytes --- */

static void sign(uint8_t *bytes, size_t length)
{
    uint64_t checksum = XXH64(bytes, length - CHECKSUM_BYTES, 0);
    for (size_t i = 0; i < 8; i++)
        bytes[length - 1 - i] = (uint8_t)(checksum >> 8 * i);
}

static void change_byte(struct random *random, uint8_t *bytes, size_t length)
{
    static const uint8_t limits[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x02};
    size_t at = random_below(random, (uint32_t)(length - CHECKSUM_BYTES));
    switch (random_below(random, 4)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << random_below(random, 8));
        break;
    case 1:
        bytes[at] = (uint8_t)random_next(random);
        break;
    case 2:
        bytes[at] = limits[random_below(random, sizeof(limits))];
        break;
    default:
        bytes[at] = bytes[random_below(random, (uint32_t)(length - CHECKSUM_BYTES))];
    }
}

/* Of a compressed snapshot fewer can be opened: most of its bytes are those of frames, which have a length to keep. */
static void try_changed_bytes(uint64_t trials, unsigned opened_of)
{
    struct nameless_file file;
    struct heap_builder *builder = sample_heap();
    size_t length;
    uint8_t *bytes = heap_builder_write(builder, NULL, NULL, &length), *copy = malloc(length);
    uint64_t opened = 0;
    watch();
    nameless_file_init(&file);
    assert_true(try_snapshot(&file, bytes, length));
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {current_seed = trials_seed(1, trial)};
        memcpy(copy, bytes, length);
        for (uint32_t changes = 1 + random_below(&random, 4); changes > 0; changes--)
            change_byte(&random, copy, length);
        sign(copy, length);
        opened += try_snapshot(&file, copy, length);
    }
    printf("[          ] %" PRIu64 " of them could be opened\n", opened);
    assert_true(opened * opened_of > trials);
    nameless_file_deinit(&file);
    free(copy);
    free(bytes);
    heap_builder_destroy(builder);
}

static void changed_bytes_under_a_right_checksum_do_no_harm(void **state)
{
    (void)state;
    try_changed_bytes(trials_count("snapshots with changed bytes", 40000), 10);
}

static void changed_bytes_of_a_compressed_snapshot_do_no_harm(void **state)
{
    (void)state;
    heap_builder_compress(true);
    try_changed_bytes(trials_count("compressed snapshots with changed bytes", 20000), 25);
    heap_builder_compress(false);
}

/* --- numbers --- */

struct liar { struct random random; uint32_t rate; };

static uint64_t lie(void *context, enum table table, unsigned column, uint64_t value)
{
    static const uint64_t limits[] = {0, 1, 2, 255, UINT32_MAX - 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX, UINT64_C(1) << 63};
    struct liar *liar = context;
    /* A wrong number of rows is refused at once: no use in lying about it often. */
    bool counted = (table == TABLE_OBJECTS && column == OBJECTS_REFS) || (table == TABLE_TYPES && column >= TYPES_MEMBERS);
    if (random_below(&liar->random, counted ? liar->rate * 200 : liar->rate))
        return value;
    switch (random_below(&liar->random, 5)) {
    case 0:
        return limits[random_below(&liar->random, sizeof(limits) / sizeof(limits[0]))];
    case 1:
        return value ^ UINT64_C(1) << random_below(&liar->random, 18);
    case 2:
        return granule_id(1, heap_builder_address(1 + random_below(&liar->random, 120)));
    case 3:
        return random_below(&liar->random, 64);
    default:
        return value + random_below(&liar->random, 5) - 2;
    }
}

static void numbers_that_make_no_sense_do_no_harm(void **state)
{
    struct nameless_file file;
    struct heap_builder *builder = sample_heap();
    uint64_t trials = trials_count("snapshots with changed numbers", 20000), opened = 0;
    (void)state;
    watch();
    nameless_file_init(&file);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct liar liar = {{current_seed = trials_seed(2, trial)}, 0};
        size_t length;
        liar.rate = 20u << random_below(&liar.random, 6);
        uint8_t *bytes = heap_builder_write(builder, lie, &liar, &length);
        opened += try_snapshot(&file, bytes, length);
        free(bytes);
    }
    printf("[          ] %" PRIu64 " of them could be opened\n", opened);
    assert_true(opened * 10 > trials);
    nameless_file_deinit(&file);
    heap_builder_destroy(builder);
}

/* --- kept results --- */

static void change_number(struct random *random, uint8_t *bytes, size_t length)
{
    static const uint32_t limits[] = {0, 1, UINT32_MAX, UINT32_MAX - 1, UINT32_C(1) << 31};
    size_t first = kept_sample_header_length() / sizeof(uint32_t) + 1, count = length / sizeof(uint32_t);
    uint32_t number, place = (uint32_t)first + random_below(random, (uint32_t)(count - first));
    memcpy(&number, bytes + place * sizeof(number), sizeof(number));
    switch (random_below(random, 3)) {
    case 0:
        number = random_below(random, 200);
        break;
    case 1:
        number = limits[random_below(random, sizeof(limits) / sizeof(limits[0]))];
        break;
    default:
        number += random_below(random, 5) - 2;
    }
    memcpy(bytes + place * sizeof(number), &number, sizeof(number));
}

/* Whether they were used. */
static bool try_kept(const struct kept_sample *sample, const uint8_t *bytes)
{
    struct wh_analysis *analysis;
    struct wh_error error = {0};
    double start = milliseconds();
    alarm(HANG_SECONDS);
    kept_sample_write(sample->kept, bytes, sample->length);
    assert_int_equal(wh_analysis_open_kept(sample->snapshot, WH_KEEP_IF_LARGE, NULL, NULL, &error, &analysis), WH_OK);
    if (analysis->is_kept)
        ask_everything(analysis);
    bool kept = analysis->is_kept;   /* what is wrong may be noticed late */
    wh_analysis_close(analysis);
    alarm(0);
    if (milliseconds() - start > MILLISECONDS_MAX)
        fail_msg("seed %#" PRIx64 ": it took %.0f ms", current_seed, milliseconds() - start);
    return kept;
}

static void kept_results_that_lie_do_no_harm(void **state)
{
    struct kept_sample sample;
    struct heap_builder *builder = sample_heap();
    uint64_t trials = trials_count("kept results with changed numbers", 20000), used = 0;
    (void)state;
    watch();
    kept_sample_init(&sample, builder);
    heap_builder_destroy(builder);
    uint8_t *copy = malloc(sample.length);
    assert_true(copy && try_kept(&sample, sample.bytes));
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {current_seed = trials_seed(3, trial)};
        memcpy(copy, sample.bytes, sample.length);
        for (uint32_t changes = 1 + random_below(&random, 2); changes > 0; changes--)
            change_number(&random, copy, sample.length);
        kept_sample_sign(copy, sample.length);
        used += try_kept(&sample, copy);
    }
    printf("[          ] %" PRIu64 " of them were used\n", used);
    assert_true(used * 20 > trials && used < trials);
    free(copy);
    kept_sample_deinit(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_bytes_under_a_right_checksum_do_no_harm),
        cmocka_unit_test(changed_bytes_of_a_compressed_snapshot_do_no_harm),
        cmocka_unit_test(numbers_that_make_no_sense_do_no_harm),
        cmocka_unit_test(kept_results_that_lie_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
