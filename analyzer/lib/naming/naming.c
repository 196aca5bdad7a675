/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/naming.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* --- the raw path: one reference a hop --- */

struct raw_path { uint32_t root, count, left_out; struct raw_hop *hops; };

/* The first reference from one node to the other that keeps it alive. */
static struct label label_between(const struct model *model, uint32_t from, uint32_t to)
{
    const struct heap *heap = model->heap;
    for (uint32_t ref = heap->first_ref_of_node[from]; ref < heap->first_ref_of_node[from + 1]; ref++) {
        if (retention_target(model->retention, heap, ref) == to)
            return label_of_ref(heap, from, ref);
    }
    return (struct label){.kind = LABEL_TYPE};
}

/* Where hop number `at` of a path of `length` references is kept; NODE_NONE: it is left out. */
static uint32_t kept_place(uint32_t at, uint32_t length)
{
    if (length <= NAMING_HEAD + NAMING_TAIL || at < NAMING_HEAD)
        return at;
    return at < length - NAMING_TAIL ? NODE_NONE : at - (length - NAMING_HEAD - NAMING_TAIL);
}

/* Of a very long path only both ends are kept: nobody reads a million links of a list. With room for one more hop. */
static enum wh_status raw_path_init(const struct model *model, uint32_t node, struct wh_error *error, struct raw_path *ret)
{
    const uint32_t *parent = model->paths->parent_of_node;
    uint32_t length = 1, start = node;
    for (; parent[start] != NODE_NONE; start = parent[start])
        length++;
    bool whole = length <= NAMING_HEAD + NAMING_TAIL;
    uint32_t count = whole ? length : NAMING_HEAD + NAMING_TAIL;
    *ret = (struct raw_path){bfs_tree_root_of_start(model->paths, start), count, length - count, NULL};
    enum wh_status status = array_alloc_zeroed((size_t)count + 1, sizeof(*ret->hops), "a path", error, &ret->hops);
    for (uint32_t at = length; !status && at-- > 0; node = parent[node]) {
        uint32_t place = kept_place(at, length);
        if (place != NODE_NONE)
            ret->hops[place].node = node;
    }
    return status;
}

static void label_hops(const struct model *model, struct raw_path *raw)
{
    for (uint32_t i = 1; i < raw->count; i++) {
        if (raw->left_out && i == NAMING_HEAD)
            raw->hops[i].label = (struct label){.kind = LABEL_SKIPPED, .index = raw->left_out};
        else
            raw->hops[i].label = label_between(model, raw->hops[i - 1].node, raw->hops[i].node);
    }
}

/* --- folding --- */

struct folder { const struct heap *heap; const struct raw_path *raw; };

static bool is_member(const struct folder *folder, uint32_t at, const char *name)
{
    return at < folder->raw->count && folder->raw->hops[at].label.kind == LABEL_MEMBER && span_is(folder->raw->hops[at].label.name, name);
}

static bool is_kind(const struct folder *folder, uint32_t at, enum label_kind kind)
{
    return at < folder->raw->count && folder->raw->hops[at].label.kind == kind;
}

static bool key_text(const struct folder *folder, uint32_t at, struct span *ret)
{
    return is_kind(folder, at, LABEL_VALUE) && heap_string(folder->heap, folder->raw->hops[at].label.key, ret);
}

static struct naming_step step_to(const struct folder *folder, uint32_t before, uint32_t at, enum step_kind kind, struct span name)
{
    const struct raw_hop *hops = folder->raw->hops;
    return (struct naming_step){kind, hops[before].node, hops[at].node, name, hops[at].label};
}

static uint32_t function_code(const struct heap *heap, uint32_t function)
{
    return heap_member(heap, function, "__code__");
}

/* Position i of __defaults__ belongs to the i-th of the last parameters. */
struct span naming_default_name(const struct heap *heap, uint32_t function, uint32_t tuple, uint32_t index)
{
    const struct heap_code *code = heap_code(heap, function_code(heap, function));
    uint32_t defaults = heap_items(heap, tuple).count;
    if (!code || defaults > code->argcount)
        return (struct span){"", 0};
    return label_local_name(heap, code->node, code->argcount - defaults + index);
}

/* The next folded step after hop `at`; returns how many hops it takes. */
static uint32_t fold(const struct folder *folder, uint32_t at, struct naming_step *ret)
{
    const struct raw_hop *hops = folder->raw->hops;
    struct span name;
    if (is_member(folder, at + 1, "__dict__") && key_text(folder, at + 2, &name) && label_is_identifier(name)) {
        *ret = step_to(folder, at, at + 2, STEP_ATTRIBUTE, name);
        return 2;
    }
    if (is_member(folder, at + 1, "localdicts") && is_kind(folder, at + 2, LABEL_VALUE) && key_text(folder, at + 3, &name) &&
        heap_is_instance(folder->heap, hops[at].node, "_thread", "_local")) {
        *ret = step_to(folder, at, at + 3, STEP_THREAD_LOCAL, name);
        ret->label = hops[at + 2].label;
        return 3;
    }
    if (is_member(folder, at + 1, "__closure__") && is_kind(folder, at + 2, LABEL_INDEX) && is_member(folder, at + 3, "cell_contents")) {
        name = label_free_name(folder->heap, function_code(folder->heap, hops[at].node), hops[at + 2].label.index);
        *ret = step_to(folder, at, at + 3, STEP_CLOSURE, name);
        return 3;
    }
    if (is_member(folder, at + 1, "__defaults__") && is_kind(folder, at + 2, LABEL_INDEX)) {
        name = naming_default_name(folder->heap, hops[at].node, hops[at + 1].node, hops[at + 2].label.index);
        *ret = step_to(folder, at, at + 2, STEP_DEFAULT, name);
        return 2;
    }
    if (is_member(folder, at + 1, "__kwdefaults__") && key_text(folder, at + 2, &name)) {
        *ret = step_to(folder, at, at + 2, STEP_DEFAULT, name);
        return 2;
    }
    if (is_kind(folder, at + 1, LABEL_LOCAL))
        *ret = step_to(folder, at, at + 1, STEP_LOCAL, hops[at + 1].label.name);
    else if (is_kind(folder, at + 1, LABEL_ATTR) || is_kind(folder, at + 1, LABEL_MEMBER))
        *ret = step_to(folder, at, at + 1, STEP_ATTRIBUTE, hops[at + 1].label.name);
    else
        *ret = step_to(folder, at, at + 1, STEP_OTHER, (struct span){"", 0});
    return 1;
}

static uint32_t fold_root(const struct model *model, const struct folder *folder, struct naming_step *ret)
{
    struct span name;
    uint32_t root = folder->raw->root;
    bool modules = root != NODE_NONE && model->retention->roots[root].kind == ROOT_MODULES;
    if (modules && key_text(folder, 1, &name)) {
        *ret = step_to(folder, 0, 1, STEP_MODULE, name);
        return 1;
    }
    *ret = (struct naming_step){.kind = STEP_ROOT, .owner = NODE_NONE, .node = folder->raw->hops[0].node};
    return 0;
}

static enum wh_status fold_all(const struct model *model, const struct raw_path *raw, struct wh_error *error, struct naming_path *ret)
{
    struct folder folder = {model->heap, raw};
    enum wh_status status = array_alloc_zeroed(raw->count, sizeof(*ret->steps), "a path", error, &ret->steps);
    if (status)
        return status;
    ret->root = raw->root;
    uint32_t at = fold_root(model, &folder, &ret->steps[ret->step_count++]);
    while (at + 1 < raw->count)
        at += fold(&folder, at, &ret->steps[ret->step_count++]);
    return WH_OK;
}

enum wh_status naming_path_init(const struct model *model, uint32_t node, struct wh_error *error, struct naming_path *ret)
{
    struct raw_path raw;
    *ret = (struct naming_path){.root = NODE_NONE};
    enum wh_status status = raw_path_init(model, node, error, &raw);
    if (!status) {
        label_hops(model, &raw);
        status = fold_all(model, &raw, error, ret);
    }
    free(raw.hops);
    return status;
}

enum wh_status naming_path_init_through(const struct model *model, uint32_t source, uint32_t ref, struct wh_error *error,
                                        struct naming_path *ret)
{
    struct raw_path raw;
    *ret = (struct naming_path){.root = NODE_NONE};
    enum wh_status status = raw_path_init(model, source, error, &raw);
    if (!status) {
        label_hops(model, &raw);
        raw.hops[raw.count++] = (struct raw_hop){model->heap->target_of_ref[ref], label_of_ref(model->heap, source, ref)};
        status = fold_all(model, &raw, error, ret);
    }
    free(raw.hops);
    return status;
}

void naming_path_deinit(struct naming_path *path)
{
    free(path->steps);
    *path = (struct naming_path){0};
}

/* --- words --- */

struct span naming_code_file(const struct heap *heap, uint32_t code_node)
{
    struct span file = {"", 0};
    uint32_t node = code_node ? heap_member(heap, code_node, "co_filename") : HEAP_NULL;
    if (node)
        (void)heap_string(heap, node, &file);
    return file;
}

struct span naming_code_function(const struct heap *heap, uint32_t code_node)
{
    struct span name = {"?", 1};
    uint32_t node = code_node ? heap_member(heap, code_node, "co_qualname") : HEAP_NULL;
    if (!node && code_node)
        node = heap_member(heap, code_node, "co_name");
    if (node)
        (void)heap_string(heap, node, &name);
    return name;
}

static struct span base_name(struct span path)
{
    for (size_t i = path.length; i-- > 0;) {
        if (path.bytes[i] == '/')
            return (struct span){path.bytes + i + 1, path.length - i - 1};
    }
    return path;
}

/* The function's name, then `words`, the file's base name and, unless it is 0, the line. */
void naming_write_code(const struct heap *heap, uint32_t code_node, const char *words, uint32_t line, struct text *text)
{
    text_add_name(text, naming_code_function(heap, code_node));
    text_add(text, words);
    text_add_name(text, base_name(naming_code_file(heap, code_node)));
    if (line)
        text_addf(text, ":%" PRIu32, line);
}

static void write_frame(const struct model *model, uint32_t frame_row, struct text *text)
{
    const struct heap_frame *frame = &model->heap->frames[frame_row];
    naming_write_code(model->heap, frame->code_node, " at ", frame->line, text);
    text_add(text, " in thread ");
    model_write_thread(model, frame->thread, text);
}

void naming_write_root(const struct model *model, uint32_t root_index, struct text *text)
{
    if (root_index == NODE_NONE) {
        text_add(text, "garbage");
        return;
    }
    const struct retention_root *root = &model->retention->roots[root_index];
    if (root->kind == ROOT_FRAME) {
        write_frame(model, root->frame, text);
        return;
    }
    text_add_name(text, root->name);
    if (root->kind == ROOT_NATIVE)
        text_addf(text, ", %" PRIu32 " reference%s unaccounted for", root->unaccounted, root->unaccounted == 1 ? "" : "s");
    if (root->thread != UINT32_MAX) {
        text_add(text, " of thread ");
        model_write_thread(model, root->thread, text);
    }
}

static void write_words(const char *words, struct span name, struct text *text)
{
    text_add(text, words);
    if (name.length)
        text_add_name(text, name);
    else
        text_add(text, "?");
}

void naming_write_step(const struct model *model, const struct naming_path *path, const struct naming_step *step, struct text *text)
{
    switch (step->kind) {
    case STEP_ROOT:
        naming_write_root(model, path->root, text);
        break;
    case STEP_MODULE:
        text_add_name(text, model->retention->roots[path->root].name);
        text_add(text, "[");
        text_add_quoted(text, step->name, SIZE_MAX, QUOTED_STR);
        text_add(text, "]");
        break;
    case STEP_ATTRIBUTE:
    case STEP_THREAD_LOCAL:
        write_words(".", step->name, text);
        break;
    case STEP_CLOSURE:
        write_words("closure variable ", step->name, text);
        break;
    case STEP_DEFAULT:
        write_words("default argument ", step->name, text);
        break;
    case STEP_LOCAL:
        write_words("local ", step->name, text);
        break;
    case STEP_OTHER:
        label_write(model->heap, step->label, text);
        break;
    }
}

/* --- output --- */

/*
 * Marks the steps that dominate the last one. An object's dominators lie on every path to it, in order, so both are walked from the
 * object upwards; dominators without a step are bookkeeping objects that were folded away.
 */
static void mark_dominators(const struct model *model, const struct naming_path *path, struct wh_hop *hops)
{
    uint32_t unmarked = path->step_count, node = path->steps[path->step_count - 1].node;
    for (; node < model->heap->node_count && unmarked; node = model->dominators->idom_of_node[node]) {
        uint32_t i = unmarked;
        while (i && path->steps[i - 1].node != node)
            i--;
        if (!i)
            continue;
        hops[i - 1].dominator = true;
        unmarked = i - 1;
    }
}

static const char *step_string(const struct model *model, const struct naming_path *path, uint32_t at, struct arena *arena)
{
    struct text text = {0};
    naming_write_step(model, path, &path->steps[at], &text);
    const char *string = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
    return string;
}

static void fill_names(const struct model *model, const struct naming_path *path, struct arena *arena, struct wh_path *ret)
{
    struct text text = {0};
    ret->root_kind = path->root == NODE_NONE ? "garbage" : root_kind_name(model->retention->roots[path->root].kind);
    if (path->steps[0].kind == STEP_MODULE)
        text_add_name(&text, path->steps[0].name);
    else
        naming_write_root(model, path->root, &text);
    ret->root_name = arena_string(arena, text_string(&text));
    text_clear(&text);
    naming_write_expression(model, path, false, &text);
    ret->expression = arena_string(arena, text_string(&text));
    arena->failed |= text.failed;
    text_deinit(&text);
}

static void fill_output(const struct model *model, const struct naming_path *path, struct arena *arena, struct wh_path *ret)
{
    ret->hops = arena_array(arena, path->step_count, sizeof(*ret->hops));
    if (!ret->hops)
        return;
    ret->hop_count = path->step_count;
    for (uint32_t i = 0; i < path->step_count; i++) {
        ret->hops[i].label = step_string(model, path, i, arena);
        ret->hops[i].object = model_object(model, path->steps[i].node, arena);
    }
    mark_dominators(model, path, ret->hops);
    fill_names(model, path, arena, ret);
}

enum wh_status naming_output(const struct model *model, uint32_t node, struct arena *arena, struct wh_error *error, struct wh_path *ret)
{
    struct naming_path path;
    *ret = (struct wh_path){.root_kind = "", .root_name = "", .expression = ""};
    enum wh_status status = naming_path_init(model, node, error, &path);
    if (!status)
        fill_output(model, &path, arena, ret);
    naming_path_deinit(&path);
    return status;
}
