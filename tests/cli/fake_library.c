/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the analyzer's library, so that the command line can be tested on results that no small snapshot gives.
 *
 * WHOHOLDS_FAKE says which: "full" (two leaks and something large, with every kind of line), "large" (no leak, something large),
 * "empty" (nothing at all), "slow" (opening never ends, unless it is cancelled).
 */
#include <whoholds/analyzer.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct wh_analysis { int opened; };
static struct wh_analysis the_analysis;

static bool fake_is(const char *name)
{
    const char *wanted = getenv("WHOHOLDS_FAKE");
    return wanted && strcmp(wanted, name) == 0;
}

static enum wh_status open_forever(wh_progress progress, void *context, struct wh_error *error)
{
    const struct timespec step = {.tv_nsec = 10000000};
    const uint64_t total = 1000000000;
    for (uint64_t done = 0; progress(context, "loading", done, total); done += (total - done) / 1000)
        nanosleep(&step, NULL);
    return wh_error_set(error, WH_ERR_RESOURCE, "cancelled while loading");
}

enum wh_status wh_analysis_open_kept(const char *path, enum wh_keep keep, wh_progress progress, void *context, struct wh_error *error,
                                     struct wh_analysis **ret)
{
    (void)path, (void)keep;
    *ret = &the_analysis;
    return fake_is("slow") ? open_forever(progress, context, error) : WH_OK;
}

void wh_analysis_close(struct wh_analysis *analysis)
{
    (void)analysis;
}

enum wh_status wh_info(struct wh_analysis *analysis, struct wh_error *error, const struct wh_info **ret)
{
    static const struct wh_info info = {
        .file = "app.whs", .python = "3.13.5", .program = "app.py", .mode = "fork", .trigger = "api", .values = "none",
        .recorder = "holders",
        .bytes = UINT64_MAX, .objects = 1, .live = {1, UINT64_MAX},
    };
    (void)analysis, (void)error;
    *ret = &info;
    return WH_OK;
}

/* --- suspects --- */

static struct wh_line held[] = {
    {"/app/orders.py", 14, "Orders.add", "self.open.append(order)", "growth", "exact", ""},
    {"/app/orders.py", 30, "Orders.load", "self.open += rows", "store", "one of 4", "/usr/lib/python3.11/asyncio/events.py:80 in Handle._run"},
    {"/app/orders.py", 41, "<lambda>", "", "store", "one of 4", ""},
    {"/app/orders.py", 55, "late", "never shown", "store", "one of 4", ""},
};
static struct wh_allocation allocated[] = {
    {{"/app/orders.py", 8, "parse", "return Order(line)", "allocation", "", "/app/orders.py:12 in read"}, 57600, 1200},
};
static struct wh_allocation allocated_where_held[] = {
    {{"/app/orders.py", 14, "Orders.add", "", "allocation", "", ""}, 512, 1},
};
static struct wh_content contents[] = {
    {"app.orders.Order", 1200, 57600}, {"str", 3, 100}, {"bytes", 1, 2000}, {"int", 2, 64},
};
static struct wh_hop hops[] = {
    {"sys.modules['app.orders']",
     {.address = 0x7f0000001000, .type = "module", .retained_bytes = 70000, .length = UINT64_MAX, .preview = ""}, true},
    {".open", {.address = 0x7f0000002000, .type = "list", .retained_bytes = 60000, .length = 1206, .preview = ""}, true},
};
static const char *cuts[] = {"app.orders.open", "app.backup.open"};
static struct wh_reason reasons[] = {{"grows", "it grew until the end", WH_WEIGHT_FOR}, {"bounded", "nothing takes from it", WH_WEIGHT_AGAINST}};

static struct wh_suspect suspects[] = {
    {.verdict = WH_VERDICT_LEAK, .kind = "container", .name = "app.orders.open", .place = "",
     .holder = {.address = 0x7f0000002000, .type = "list", .retained_bytes = 60000, .retained_objects = 1207, .length = 1206,
                .preview = ""},
     .share = 0.71236, .held_at_count = 4, .held_at = held, .allocated_at_count = 1, .allocated_at = allocated, .content_count = 4,
     .contents = contents,
     .path = {.root_kind = "module", .root_name = "app.orders", .expression = "app.orders.open", .hop_count = 2, .hops = hops},
     .path_expression = "sys.modules['app.orders'].open[0…1205]", .cut_count = 2, .cuts = cuts, .reason_count = 2, .reasons = reasons,
     .fingerprint = "0123456789abcdef"},
    {.verdict = WH_VERDICT_LEAK, .kind = "native", .name = "held by native code", .place = "",
     .holder = {.address = 0x7f0000003000, .type = "app.Handle", .retained_bytes = 512, .retained_objects = 1, .length = UINT64_MAX,
                .preview = ""},
     .share = 0.0002, .held_at_count = 1, .held_at = held, .allocated_at_count = 1, .allocated_at = allocated_where_held,
     .path = {.root_kind = "native", .root_name = "", .expression = ""}, .path_expression = "", .fingerprint = "00"},
    {.verdict = WH_VERDICT_LARGE, .kind = "container", .name = "table (local of main at app.py:3, thread MainThread)", .place = "local of main at app.py:3, thread MainThread",
     .holder = {.address = 0x7f0000004000, .type = "dict", .retained_bytes = UINT64_MAX, .retained_objects = 2, .length = 1, .preview = ""},
     .share = 0.05, .path = {.root_kind = "module", .root_name = "app", .expression = "app.table"}, .path_expression = "table (local of main at app.py:3, thread MainThread)",
     .reason_count = 2, .reasons = reasons, .fingerprint = "01"},
};

static struct wh_reason doubts[] = {{"grows", "it grew until the end", WH_WEIGHT_FOR}, {"taken-out", "Orders.done, line 50, takes out of it", WH_WEIGHT_DOUBT}};
static struct wh_suspect undecided[] = {
    {.verdict = WH_VERDICT_UNCERTAIN, .kind = "container", .name = "app.orders.open", .place = "",
     .holder = {.address = 0x7f0000002000, .type = "list", .retained_bytes = 60000, .retained_objects = 1207, .length = 1206, .preview = ""},
     .share = 0.7, .path = {.root_kind = "module", .root_name = "app.orders", .expression = "app.orders.open"}, .path_expression = "",
     .reason_count = 2, .reasons = doubts, .fingerprint = "02"},
};
enum { SUSPECTS = sizeof(suspects) / sizeof(suspects[0]), LEAKS = SUSPECTS - 1 };

enum wh_status wh_suspects(struct wh_analysis *analysis, bool all, size_t limit, struct wh_error *error, struct wh_suspects **ret)
{
    static struct wh_suspects result;
    size_t first = fake_is("full") ? 0 : LEAKS, end = all ? SUSPECTS : LEAKS;
    (void)analysis, (void)error, (void)limit;
    result = (struct wh_suspects){.count = fake_is("empty") ? 0 : end - first, .suspects = suspects + first, .any_leak = fake_is("full")};
    if (fake_is("undecided"))
        result = (struct wh_suspects){.count = 1, .suspects = undecided};
    *ret = &result;
    return WH_OK;
}

void wh_suspects_settle(struct wh_suspects *result, const struct wh_diff *diff, bool all)
{
    (void)result, (void)diff, (void)all;
}

void wh_suspects_free(struct wh_suspects *result)
{
    (void)result;
}

/* --- everything else is empty --- */

enum wh_status wh_paths(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_paths **ret)
{
    static struct wh_paths result;
    (void)analysis, (void)query, (void)error;
    *ret = &result;
    return WH_OK;
}

void wh_paths_free(struct wh_paths *result)
{
    (void)result;
}

enum wh_status wh_show(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_details **ret)
{
    (void)analysis, (void)query, (void)ret;
    return wh_error_set(error, WH_ERR_INPUT, "there is nothing to show");
}

enum wh_status wh_provenance(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_provenance **ret)
{
    (void)analysis, (void)query, (void)ret;
    return wh_error_set(error, WH_ERR_INPUT, "there is nothing to show");
}

void wh_provenance_free(struct wh_provenance *result)
{
    (void)result;
}

void wh_details_free(struct wh_details *result)
{
    (void)result;
}

enum wh_status wh_top(struct wh_analysis *analysis, enum wh_top_by by, size_t limit, struct wh_error *error, struct wh_top **ret)
{
    static struct wh_top result;
    (void)analysis, (void)by, (void)limit, (void)error;
    *ret = &result;
    return WH_OK;
}

void wh_top_free(struct wh_top *result)
{
    (void)result;
}

enum wh_status wh_tree(struct wh_analysis *analysis, size_t budget, struct wh_error *error, struct wh_tree **ret)
{
    static struct wh_tree_row rows[] = {
        {-1, "(heap)", {.type = "", .retained_bytes = 9000, .retained_objects = 9}, 0, 0, 0},
        {0, ".open", {.address = 0x7f0000002000, .type = "list", .retained_bytes = 8000, .retained_objects = 8}, 2, 100, 0},
        {1, "", {.type = "app.orders.Order", .retained_bytes = 7000, .retained_objects = 5}, 0, 0, 5},
        {0, ".last", {.address = 0x7f0000005000, .type = "str", .retained_bytes = 50, .retained_objects = 1}, 0, 0, 0},
    };
    static struct wh_tree result;
    (void)analysis, (void)budget, (void)error;
    result = (struct wh_tree){fake_is("full") ? sizeof(rows) / sizeof(rows[0]) : 0, rows};
    *ret = &result;
    return WH_OK;
}

void wh_tree_free(struct wh_tree *result)
{
    (void)result;
}

enum wh_status wh_tree_below(struct wh_analysis *analysis, const struct wh_query *query, size_t budget, struct wh_error *error, struct wh_tree **ret)
{
    (void)query;
    return wh_tree(analysis, budget, error, ret);
}

enum wh_status wh_threads(struct wh_analysis *analysis, struct wh_error *error, struct wh_threads **ret)
{
    static struct wh_threads result;
    (void)analysis, (void)error;
    *ret = &result;
    return WH_OK;
}

void wh_threads_free(struct wh_threads *result)
{
    (void)result;
}

static struct wh_line allocating_stack[] = {
    {.file = "/srv/app/feed.py", .line = 7, .function = "read", .text = "return bytes(n)", .evidence = "allocation", .certainty = "exact", .via = ""},
    {.file = "/srv/app/main.py", .line = 3, .function = "<module>", .text = "", .evidence = "allocation", .certainty = "exact", .via = ""},
};

static struct wh_alloc_row alloc_rows[] = {
    {.place = {.file = "/srv/app/feed.py", .line = 7, .function = "read", .text = "return bytes(n)"}, .allocated_bytes = 300 << 20,
     .allocated_blocks = 300000, .live_bytes = 1024, .live_blocks = 1, .churn = true, .stack_count = 2, .stack = allocating_stack},
    {.place = {.file = "", .function = "(no Python code)", .text = ""}, .allocated_bytes = 2048, .allocated_blocks = 2, .live_bytes = 2048,
     .live_blocks = 2},
};

enum wh_status wh_alloc(struct wh_analysis *analysis, bool live, enum wh_alloc_by by, size_t limit, struct wh_error *error, struct wh_alloc **ret)
{
    static struct wh_alloc result;
    (void)analysis, (void)live, (void)by, (void)limit, (void)error;
    result = (struct wh_alloc){.recorder = "holders", .interval = 524288, .seconds = 2, .allocated_bytes = (300 << 20) + 2048,
                               .allocated_blocks = 300002, .live_bytes = 3072, .live_blocks = 3, .lost_blocks = 1, .row_count = 2,
                               .rows = alloc_rows, .omitted_rows = 1, .omitted_bytes = 16};
    *ret = &result;
    return WH_OK;
}

void wh_alloc_free(struct wh_alloc *result)
{
    (void)result;
}

enum wh_status wh_alloc_tree(struct wh_analysis *analysis, bool live, size_t limit, struct wh_error *error, struct wh_alloc_tree **ret)
{
    static struct wh_alloc_node nodes[] = {
        {-1, "", "", 0, 5000, 50, 0, 0},
        {0, "main", "/srv/app/main.py", 3, 4900, 49, 2, 300},
        {1, "read", "/srv/app/feed.py", 7, 4000, 40, 0, 0},
        {0, "(no Python code)", "", 0, 100, 1, 0, 0},
    };
    static struct wh_alloc_tree result = {sizeof(nodes) / sizeof(nodes[0]), nodes};
    (void)analysis, (void)live, (void)limit, (void)error;
    *ret = &result;
    return WH_OK;
}

void wh_alloc_tree_free(struct wh_alloc_tree *result)
{
    (void)result;
}

/* --- diff: of each suspect another course, found by its rank --- */

static uint64_t grown_bytes[] = {20000, 40000, 60000}, flat_bytes[] = {512, 512, 512}, late_bytes[] = {0, 3000, 5000}, shrunk_bytes[] = {9000, 7000, 0};
static uint64_t some_counts[] = {1, 2, 3}, nothing_unseen[] = {0, 0, 0}, unseen[] = {1000, 0, 0};

static struct wh_diff_row holder_rows[] = {
    {.name = "app.orders.open", .type = "list", .file = "", .text = "", .fingerprint = "00aa", .alike = 2, .change = WH_CHANGE_GROWN,
     .every_step = true, .bytes_change = 40000, .count_change = 2, .bytes = grown_bytes, .count = some_counts, .at_most = nothing_unseen},
    {.name = "app.late", .type = "dict", .file = "", .text = "", .fingerprint = "00bb", .alike = 1, .change = WH_CHANGE_NEW,
     .every_step = true, .bytes_change = 5000, .count_change = 2, .bytes = late_bytes, .count = some_counts, .at_most = unseen},
    {.name = "app.gone", .type = "dict", .file = "", .text = "", .fingerprint = "00cc", .alike = 1, .change = WH_CHANGE_GONE, .since = 2,
     .bytes_change = -9000, .count_change = -2, .bytes = shrunk_bytes, .count = some_counts, .at_most = nothing_unseen},
    {.name = "held by native code", .type = "app.Handle", .file = "", .text = "", .fingerprint = "00dd", .alike = 1, .change = WH_CHANGE_FLAT,
     .since = 2, .bytes = flat_bytes, .count = some_counts, .at_most = nothing_unseen},
};
static struct wh_diff_row line_rows[] = {
    {.name = "add", .type = "", .file = "/srv/app/feed.py", .text = "rows.append(row)", .line = 7, .fingerprint = "", .alike = 1,
     .change = WH_CHANGE_NEW, .since = 0, .every_step = true, .bytes_change = 5000, .bytes = late_bytes, .count = some_counts,
     .at_most = nothing_unseen},
};
static struct wh_diff_snapshot diff_snapshots[] = {
    {"app-1.whs", "3.13.5", "app.py", 7, 1790000000250000000, {10, 20480}, 1 << 20},
    {"app-2.whs", "3.13.5", "app.py", 7, 1790000001250000000, {20, 40960}, 1 << 20},
    {"app-3.whs", "3.13.5", "app.py", 7, 1790000002250000000, {30, 61440}, 0},
};

enum wh_status wh_diff(struct wh_analysis *const *analyses, size_t count, struct wh_error *error, size_t *latest, struct wh_diff **ret)
{
    static struct wh_diff diff = {.snapshot_count = 3, .snapshots = diff_snapshots, .same_process = true, .caution = "Bear this in mind.",
                                  .has_lines = true, .holders = {4, holder_rows}, .types = {1, &holder_rows[3]}, .lines = {1, line_rows}};
    (void)analyses, (void)count, (void)error;
    if (latest)
        *latest = 0;
    *ret = &diff;
    return WH_OK;
}

void wh_diff_free(struct wh_diff *diff)
{
    (void)diff;
}

const struct wh_diff_row *wh_diff_of_suspect(const struct wh_diff *diff, const struct wh_suspect *suspect)
{
    return &diff->holders.rows[suspect->verdict == WH_VERDICT_LEAK ? suspect->kind[0] == 'n' ? 3 : 0 : 2];
}

enum wh_status wh_export_heapsnapshot(struct wh_analysis *analysis, bool all, wh_sink sink, void *context, struct wh_error *error,
                                      struct wh_export_summary *ret)
{
    (void)analysis, (void)all;
    *ret = (struct wh_export_summary){.objects = 1, .references = 2, .unreachable = 1, .clamped_sizes = 2, .unnamed = 1000};
    return sink(context, "{}", 2, error);
}

enum wh_status wh_other_paths(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                              struct wh_error *error, struct wh_paths **ret)
{
    (void)options;
    return wh_paths(analysis, query, error, ret);
}

enum wh_status wh_draw_paths(const struct wh_paths *paths, struct wh_error *error, struct wh_drawing **ret)
{
    static struct wh_drawing result;
    (void)paths, (void)error;
    *ret = &result;
    return WH_OK;
}

void wh_drawing_free(struct wh_drawing *drawing)
{
    (void)drawing;
}

enum wh_status wh_merged(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                         struct wh_error *error, struct wh_merged **ret)
{
    static struct wh_merged_row rows[] = {
        {-1, "app.cache", {.address = 0x7f0000001000, .type = "dict", .length = 900, .preview = ""}, 930, 0.93, 930},
    };
    static struct wh_merged merged = {.matching = 1001, .reached = 1000, .hidden = 70, .row_count = 1, .rows = rows};
    (void)analysis, (void)query, (void)options, (void)error;
    *ret = &merged;
    return WH_OK;
}

void wh_merged_free(struct wh_merged *merged)
{
    (void)merged;
}

/* --- cut: three references, one of which is not shown --- */

static struct wh_cut_reference cut_references[] = {
    {"app.registry.by_id['k\x1b[31m']", "['k\x1b[31m']", {.address = 0x7f0000001000, .type = "dict", .length = 1, .preview = ""},
     {.address = 0x7f0000002000, .type = "app.Order", .length = UINT64_MAX, .preview = ""}, 29000462, 10, 29000462},
    {"app.recent[0]", "[0]", {.address = 0x7f0000003000, .type = "list", .length = 3, .preview = ""},
     {.address = 0x7f0000002000, .type = "app.Order", .length = UINT64_MAX, .preview = ""}, 0, 0, 30000000},
};
static struct wh_remaining cut_remaining[] = {
    {{.address = 0x7f0000004000, .type = "app.User", .retained_bytes = 4096, .length = UINT64_MAX, .preview = ""}, "app.users['u']", false},
};
static struct wh_share cut_shares[] = {{"app.registry.by_id['k']", 1, 1000, 3}, {"app.recent[0]", 1, 0, 0}};

enum wh_status wh_cut(struct wh_analysis *analysis, const struct wh_cut_query *query, struct wh_error *error, struct wh_cut **ret)
{
    static struct wh_cut cut = {
        .targets = 3, .garbage_targets = 1, .fixed_targets = 1, .freed_targets = 2, .stopped_at = "stopped at 1048576 references that matter",
        .reference_count = 3, .remaining_count = 1, .share_count = 2, .references_shown = 2, .remaining_shown = 1, .shares_shown = 2,
        .references = cut_references, .freed = {12, 30000462}, .remaining = cut_remaining, .shares = cut_shares, .shared_bytes = 29999462,
        .most = {1, 29999462}, .asks_for_one = true,
        .asked = {"app.recent\x1b[31m", {.address = 0x7f0000003000, .type = "list", .retained_bytes = 30000462, .length = 3, .preview = ""}},
    };
    (void)analysis, (void)query, (void)error;
    *ret = &cut;
    return WH_OK;
}

void wh_cut_free(struct wh_cut *cut)
{
    (void)cut;
}

enum wh_status wh_find(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_found **ret)
{
    static struct wh_found_row rows[] = {
        {"app.\033[1mopen", {.address = 0x7f0000002000, .type = "list", .shallow_bytes = 88, .retained_bytes = 8000, .retained_objects = 8, .length = 5, .preview = ""}},
        {"app.名['k']", {.address = 0x7f0000005000, .type = "str", .shallow_bytes = 50, .retained_bytes = 50, .retained_objects = 1, .length = UINT64_MAX,
                         .preview = "'a city'"}},
        {"app.Order", {.address = 0x7f0000006000, .type = "包.Type", .shallow_bytes = 1064, .retained_bytes = 40, .retained_objects = 1, .length = UINT64_MAX,
                       .preview = "app.Order"}},
    };
    static struct wh_found result = {{5, 2000}, 1, 3, rows};
    (void)analysis, (void)error;
    result.row_count = query->limit ? 2 : 3;
    *ret = &result;
    return WH_OK;
}

void wh_found_free(struct wh_found *found)
{
    (void)found;
}

enum wh_status wh_retained(struct wh_analysis *analysis, const struct wh_retained_query *query, struct wh_error *error, struct wh_retained *ret)
{
    (void)analysis, (void)query, (void)error;
    *ret = (struct wh_retained){.members = {3, 3000}, .garbage_members = 1, .exact = {5, 9000}, .top_members = 2, .top_sum = {4, 7000}};
    return WH_OK;
}

/* --- what rules find --- */

static struct wh_offender offenders[] = {
    {.name = "'a city'", .object = {.address = 0x7f0000001000, .type = "str", .preview = ""}, .count = 400, .bytes = 20480, .detail = "400 copies"},
    {.name = "app.\033[1mnames", .object = {.type = "", .preview = ""}, .count = 1, .bytes = 57, .detail = ""},
};
static struct wh_finding findings[] = {
    {.id = "duplicates", .title = "duplicate strings", .query = "strings SNAPSHOT --limit 1000", .known = true, .count = 401, .bytes = 20537,
     .sentence = "401 strings have the same contents as others, and this sentence is long enough to be broken between two of its words",
     .offender_count = 2, .offenders = offenders, .omitted = 7},
    {.id = "collector-off", .title = "the collector is off", .query = "garbage SNAPSHOT", .sentence = "0 objects are garbage"},
};

static enum wh_status fake_triage(struct wh_triage **ret)
{
    static struct wh_triage triage = {.rules = 22, .live_bytes = 40960, .threshold = 65536, .count = 2, .findings = findings};
    *ret = &triage;
    return WH_OK;
}

enum wh_status wh_triage(struct wh_analysis *analysis, const char *rule, size_t limit, struct wh_error *error, struct wh_triage **ret)
{
    (void)analysis, (void)rule, (void)limit, (void)error;
    return fake_triage(ret);
}

enum wh_status wh_waste(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_triage **ret)
{
    (void)analysis, (void)limit, (void)error;
    return fake_triage(ret);
}

void wh_triage_free(struct wh_triage *triage)
{
    (void)triage;
}

enum wh_status wh_garbage(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_garbage **ret)
{
    static struct wh_garbage_group groups[] = {
        {"app.Node", 30, {180, 253952}, true, {.address = 0x7f0000001000, .type = "app.Node", .preview = ""}, ".children[0].parent"},
        {"app.Other", 1, {1, 64}, false, {.address = 0x7f0000002000, .type = "app.Other", .preview = ""}, ""},
    };
    static struct wh_native natives[] = {
        {{.address = 0x7f0000003000, .type = "list", .retained_bytes = 300000, .preview = ""}, 2, "held by native code: 2 references unaccounted for"},
    };
    static struct wh_garbage garbage = {
        .garbage = {181, 254016}, .native = {3, 300200}, .entries = 31, .group_count = 2, .groups = groups, .native_count = 1, .natives = natives,
        .omitted_natives = 2,
        .collector = {.known = true, .generation_count = 2, .generations = {{700, 1280, 3}, {10, 2, 1}}, .collecting = true,
                      .frozen = {17031, 3367480}, .garbage_list = 1},
    };
    (void)analysis, (void)limit, (void)error;
    *ret = &garbage;
    return WH_OK;
}

void wh_garbage_free(struct wh_garbage *garbage)
{
    (void)garbage;
}

enum wh_status wh_strings(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_strings **ret)
{
    static struct wh_string largest[] = {
        {{.address = 0x7f0000001000, .type = "str", .shallow_bytes = 2048, .length = 2000, .preview = "'once upon\\na \033[1mtime'…"}, "app.tale", true},
        {{.address = 0x7f0000002000, .type = "bytes", .shallow_bytes = 1024, .length = UINT64_MAX, .preview = ""}, "app.blob", false},
    };
    static struct wh_string_holder holders[] = {{".city of app.Order", 300}, {"['city'] of dict", 99}, {"key of dict", 2}, {"[…] of list", 1}};
    static struct wh_string_group groups[] = {
        {{{.address = 0x7f0000003000, .type = "str", .shallow_bytes = 60, .length = 11, .preview = "'Heidelberg'"}, "app.orders[0].city", false},
         401, 24060, 24000, 4, holders, 5},
    };
    static struct wh_strings strings = {
        .strings = {4000, 300000}, .bytes = {10, 2048}, .interned = {1500, 90000}, .largest_count = 2, .largest = largest, .duplicates_known = true,
        .duplicates = 500, .wasted = 25000, .group_count = 1, .groups = groups, .omitted_groups = 3,
    };
    (void)analysis, (void)limit, (void)error;
    *ret = &strings;
    return WH_OK;
}

void wh_strings_free(struct wh_strings *strings)
{
    (void)strings;
}

enum wh_status wh_export_graphml(struct wh_analysis *analysis, const struct wh_cut_query *query, wh_sink sink, void *context,
                                 struct wh_error *error, struct wh_export_summary *ret)
{
    (void)analysis, (void)query;
    *ret = (struct wh_export_summary){.objects = 1, .references = 2};
    return sink(context, "<graphml/>", 10, error);
}
