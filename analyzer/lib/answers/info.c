/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_info: what a snapshot is. */
#include "answers/analysis.h"

static void fill_header(const struct heap *heap, struct arena *arena, struct wh_info *info)
{
    const struct snapshot *snapshot = &heap->snapshot;
    info->python = arena_span(arena, snapshot->python);
    info->program = arena_span(arena, snapshot->program);
    info->mode = arena_span(arena, snapshot->mode);
    info->trigger = arena_span(arena, snapshot->trigger);
    info->values = arena_span(arena, snapshot->values);
    info->pid = snapshot->pid;
    info->created_ns = snapshot->created_ns;
    info->pause_ns = snapshot->pause_ns;
    info->dump_ns = snapshot->dump_ns;
    info->file_bytes = heap->file.length;
    info->collecting = snapshot->collecting;
    info->compressed = snapshot->compressed;
    info->interrupted = snapshot->interrupted;
}

/* What the lines of the account that stand for a part of resident memory are called: FORMAT.md, table account. */
static bool explains(struct span name)
{
    static const char *const parts[] = {"file", "shmem", "library_data", "thread_stacks", "rounding", "pymalloc_headers", "pymalloc_free", "recorder"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (span_is(name, parts[i]))
            return true;
    return false;
}

/* More than is resident: some of the heap is swapped out. */
static void fill_accounted(struct wh_info *info)
{
    uint64_t sum = info->bytes > info->static_bytes ? info->bytes - info->static_bytes : 0;
    for (size_t i = 0; i < info->account_count; i++)
        if (info->account[i].explains && __builtin_add_overflow(sum, info->account[i].bytes, &sum))
            sum = UINT64_MAX;
    info->accounted = sum < info->rss ? sum : info->rss;
}

static void fill_account(const struct heap *heap, struct arena *arena, struct wh_info *info)
{
    info->account = arena_array(arena, heap->account_count, sizeof(*info->account));
    if (!info->account)
        return;
    info->account_count = heap->account_count;
    for (uint32_t i = 0; i < heap->account_count; i++) {
        struct span name = heap->account[i].name;
        info->account[i] = (struct wh_account_line){arena_span(arena, name), heap->account[i].value, explains(name)};
        if (span_is(name, "rss"))
            info->rss = heap->account[i].value;
        if (span_is(name, "static_objects"))
            info->static_bytes = heap->account[i].value;
    }
}

static void fill_interpreters(const struct heap *heap, struct arena *arena, struct wh_info *info)
{
    info->interpreters = arena_array(arena, heap->interpreter_count, sizeof(*info->interpreters));
    if (!info->interpreters)
        return;
    info->interpreter_count = heap->interpreter_count;
    for (uint32_t i = 0; i < heap->interpreter_count; i++)
        info->interpreters[i] = (struct wh_interpreter){heap->interpreters[i].id, heap->interpreters[i].flags & INTERPRETER_LEFT_OUT};
}

/* What native roots dominate: without them it would be garbage. */
static struct wh_mass native_mass(const struct model *model)
{
    struct wh_mass mass = {0, 0};
    const struct retention *retention = model->retention;
    uint32_t root = graph_virtual_root(&retention->graph);
    for (uint32_t i = retention->group_end[RETENTION_GROUPS - 2]; i < retention->graph.root_count; i++) {
        uint32_t node = retention->graph.root_node[i];
        if (retention->roots[i].kind != ROOT_NATIVE || model->dominators->idom_of_node[node] != root)
            continue;
        mass.objects += model->retained->retained_count_of_node[node];
        mass.bytes += model_retained(model, node);
    }
    return mass;
}

static void fill_masses(const struct model *model, struct wh_info *info)
{
    const struct retained *retained = model->retained;
    uint32_t live = graph_virtual_root(&model->retention->graph), garbage = graph_garbage_root(&model->retention->graph);
    info->live = (struct wh_mass){retained->retained_count_of_node[live], retained_bytes(retained, live)};
    info->garbage = (struct wh_mass){retained->retained_count_of_node[garbage], retained_bytes(retained, garbage)};
    info->native = native_mass(model);
    info->objects = info->live.objects + info->garbage.objects;
    info->bytes = info->live.bytes + info->garbage.bytes;
}

static void fill_counts(const struct heap *heap, struct wh_info *info)
{
    info->references = heap->ref_count;
    info->types = heap->type_count;
    info->threads = heap->thread_count;
    info->frames = heap->frame_count;
    info->code_objects = heap->code_count;
    info->dangling = heap->dangling_count;
}

enum wh_status wh_info(struct wh_analysis *analysis, struct wh_error *error, const struct wh_info **ret)
{
    enum wh_status status = analysis_need_retained(analysis, error);
    if (status)
        return status;
    if (!analysis->info) {
        struct wh_info *info = arena_array(&analysis->info_arena, 1, sizeof(*info));
        if (info) {
            info->file = analysis->path;
            fill_header(&analysis->heap, &analysis->info_arena, info);
            fill_account(&analysis->heap, &analysis->info_arena, info);
            fill_interpreters(&analysis->heap, &analysis->info_arena, info);
            info->recorder = analysis_recorder_name(analysis);
            fill_counts(&analysis->heap, info);
            fill_masses(&analysis->model, info);
            fill_accounted(info);
        }
        status = arena_status(&analysis->info_arena, error);
        analysis->info_arena.failed = false; /* the next question may try again */
        analysis->info = status ? NULL : info;
    }
    *ret = analysis->info;
    return status;
}
