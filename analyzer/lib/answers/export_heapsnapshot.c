/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/export_heapsnapshot.h"

#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "heap/label.h"
#include "naming/name_table.h"
#include "naming/naming.h"
#include "base/stream.h"

enum { FIELDS_PER_NODE = 5, ROOT_KINDS = ROOT_NATIVE + 1 };

/* A node's place in the array of numbers must itself be a number of 32 bits. */
enum { NODE_COUNT_MAX = UINT32_MAX / FIELDS_PER_NODE };

/* Indices of the header's node_types and edge_types. */
enum node_type { NODE_STRING = 2, NODE_OBJECT = 3, NODE_CLOSURE = 5, NODE_NUMBER = 7, NODE_SYNTHETIC = 9 };
enum edge_type { EDGE_ELEMENT = 1, EDGE_PROPERTY = 2, EDGE_WEAK = 6 };

static const char header[] =
    "{\"snapshot\":{\"meta\":{"
    "\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\"],"
    "\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\","
    "\"concatenated string\",\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],\"string\",\"number\",\"number\",\"number\"],"
    "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
    "\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\",\"shortcut\",\"weak\"],\"string_or_number\",\"node\"],"
    "\"trace_function_info_fields\":[\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],"
    "\"trace_node_fields\":[\"id\",\"function_info_index\",\"count\",\"size\",\"children\"],"
    "\"sample_fields\":[\"timestamp_us\",\"last_assigned_id\"],"
    "\"location_fields\":[\"object_index\",\"script_id\",\"line\",\"column\"]},";

/* Type names at whose beginning these tools leave the common rules. */
static const char *const special_names[] = {"Object(", "InternalNode", "Detached ", "Window", "system / "};

/* What the nodes of a type are written as. */
enum written_as { AS_UNKNOWN, AS_TYPE, AS_TEXT, AS_NUMBER, AS_FUNCTION, AS_FRAME };
struct type_row { uint8_t written_as; uint32_t name; /* 0: not made yet, for 0 is the root's */ };

/* Roots of one kind and thread: a node below (GC roots). */
struct category { uint32_t root, first, end; /* one of them; all of them: in root_of_category */ };

struct exporter {
    const struct model *model;
    const struct heap *heap;
    const struct graph *graph;         /* its roots */
    const struct progress *progress;
    struct wh_error *error;
    bool all;
    struct wh_export_summary *summary;
    struct stream stream;
    struct name_table names;
    struct text text;                  /* the name that is being made */

    uint32_t *rank_of_word;            /* live nodes before each word of the live bitmap */
    struct type_row *types;
    struct category *categories;
    uint32_t category_count;
    uint32_t *root_of_category;        /* indices of retention.roots, category by category */
    uint64_t edge_count;
    bool separate;                     /* the next record is not the first of its section */
};

static bool is_live(const struct exporter *exporter, uint32_t node)
{
    return node != NODE_NULL && dominators_is_live(exporter->model->dominators, node);
}

/* --- which edges --- */

/* What position `index` among a node's references is in the export. */
struct edge { uint32_t target; bool weak; };

static bool is_weak_item(const struct heap *heap, uint32_t node, uint32_t ref)
{
    return heap_items_kind(heap, node) == FORM_ITEMS_WEAK && ref >= heap_sections(heap, node).items;
}

/* False if there is no edge: NULL, or a reference that counts for nothing and was not asked for. Soft ones look like weak ones. */
static bool edge_at(const struct exporter *exporter, uint32_t node, uint32_t index, struct edge *ret)
{
    const struct heap *heap = exporter->heap;
    uint32_t ref = heap->first_ref_of_node[node] + index;
    bool listed = ref < heap->first_ref_of_node[node + 1];
    ret->target = listed ? retention_target(exporter->model->retention, heap, ref) : retention_class(exporter->model->retention, node);
    ret->weak = ret->target == NODE_NULL;
    if (!ret->weak)
        return true;
    if (!listed || heap->target_of_ref[ref] == HEAP_NULL)
        return false;
    ret->target = heap->target_of_ref[ref];
    return is_live(exporter, ret->target) && (exporter->all || is_weak_item(heap, node, ref));
}

static uint32_t position_count(const struct exporter *exporter, uint32_t node)
{
    const struct heap *heap = exporter->heap;
    bool has_class = retention_class(exporter->model->retention, node) != NODE_NULL;
    return heap->first_ref_of_node[node + 1] - heap->first_ref_of_node[node] + has_class;
}

static uint32_t count_edges(const struct exporter *exporter, uint32_t node)
{
    uint32_t count = 0, positions = position_count(exporter, node);
    struct edge edge;
    for (uint32_t index = 0; index < positions; index++)
        count += edge_at(exporter, node, index, &edge);
    return count;
}

static enum wh_status for_each_object(struct exporter *exporter, const char *phase, void (*visit)(struct exporter *exporter, uint32_t node))
{
    uint32_t count = exporter->heap->node_count;
    enum wh_status status = progress_report(exporter->progress, phase, 0, count, exporter->error);
    for (uint32_t node = 1; !status && node < count; node++) {
        if (is_live(exporter, node))
            visit(exporter, node);
        status = progress_tick(exporter->progress, phase, node, count, exporter->error);
        if (!status)
            status = exporter->stream.status;
    }
    return status;
}

/* --- numbers of nodes --- */

static void count_ranks(struct exporter *exporter)
{
    const uint64_t *live = exporter->model->dominators->live_bitmap;
    uint32_t rank = 0;
    for (size_t word = 0; word < bitmap_word_count(exporter->heap->node_count); word++) {
        exporter->rank_of_word[word] = rank;
        rank += bitmap_word_weight(live[word]);
    }
}

/* The root and (GC roots). */
enum { FIRST_CATEGORY = 2 };

/* Live node 0, which is not written, has rank 0. */
static uint32_t ordinal_of_node(const struct exporter *exporter, uint32_t node)
{
    uint64_t before = exporter->model->dominators->live_bitmap[node / 64] & ((UINT64_C(1) << node % 64) - 1);
    return FIRST_CATEGORY + exporter->category_count - 1 + exporter->rank_of_word[node / 64] + bitmap_word_weight(before);
}

/* --- categories of roots --- */

static const struct { const char *alone, *of_thread; } category_names[ROOT_KINDS] = {
    [ROOT_MODULES] = {"(modules)", NULL},
    [ROOT_BUILTINS] = {"(builtins)", NULL},
    [ROOT_INTERPRETER] = {"(interpreter)", NULL},
    [ROOT_THREAD] = {"(threads)", "(state of thread "},
    [ROOT_FRAME] = {"(frames)", "(frames of thread "},
    [ROOT_TYPE] = {"(static types)", NULL},
    [ROOT_ATEXIT] = {"(atexit callbacks)", NULL},
    [ROOT_CODECS] = {"(codecs)", NULL},
    [ROOT_GC] = {"(garbage collector)", NULL},
    [ROOT_NATIVE] = {"(native references)", NULL},
};

static enum root_kind category_kind(const struct retention_root *root)
{
    return root->kind > 0 && (unsigned)root->kind < ROOT_KINDS ? root->kind : ROOT_INTERPRETER;
}

/* Roots with the same slot are of one category. */
static size_t slot_of_root(const struct retention_root *root)
{
    enum root_kind kind = category_kind(root);
    size_t thread = category_names[kind].of_thread && root->thread != UINT32_MAX ? (size_t)root->thread + 1 : 0;
    return thread * ROOT_KINDS + kind;
}

/* Numbers the categories in the order of their first roots, then sorts the roots by category. */
static void sort_roots(struct exporter *exporter, uint32_t *category_of_slot)
{
    const struct retention_root *roots = exporter->model->retention->roots;
    uint32_t root_count = exporter->graph->root_count;
    for (uint32_t root = 0; root < root_count; root++) {
        uint32_t *category = &category_of_slot[slot_of_root(&roots[root])];
        if (!*category) {
            exporter->categories[exporter->category_count] = (struct category){root, 0, 0};
            *category = ++exporter->category_count;
        }
        exporter->categories[*category - 1].end++;
    }
    for (uint32_t i = 0, first = 0; i < exporter->category_count; i++) {
        uint32_t count = exporter->categories[i].end;
        exporter->categories[i].first = exporter->categories[i].end = first;
        first += count;
    }
    for (uint32_t root = 0; root < root_count; root++)
        exporter->root_of_category[exporter->categories[category_of_slot[slot_of_root(&roots[root])] - 1].end++] = root;
}

static enum wh_status categorize_roots(struct exporter *exporter)
{
    size_t slots = ((size_t)exporter->heap->thread_count + 1) * ROOT_KINDS;
    uint32_t *category_of_slot = NULL;
    enum wh_status status = array_alloc_zeroed(slots, sizeof(uint32_t), "kinds of roots", exporter->error, &category_of_slot);
    if (!status)
        status = array_alloc(slots, sizeof(*exporter->categories), "kinds of roots", exporter->error, &exporter->categories);
    if (!status)
        status = array_alloc(exporter->graph->root_count, sizeof(uint32_t), "the roots by kind", exporter->error,
                             &exporter->root_of_category);
    if (!status)
        sort_roots(exporter, category_of_slot);
    free(category_of_slot);
    return status;
}

/* --- names --- */

/* What exporter->text holds, which is empty afterwards. */
static uint32_t take_name(struct exporter *exporter, bool optional)
{
    struct span name = {text_string(&exporter->text), exporter->text.length};
    uint32_t number = name_table_add(&exporter->names, name, optional);
    text_clear(&exporter->text);
    if (number == NAME_NONE)
        exporter->summary->unnamed++;
    return number;
}

static uint32_t fixed_name(struct exporter *exporter, const char *name)
{
    text_add(&exporter->text, name);
    return take_name(exporter, false);
}

static uint32_t category_name(struct exporter *exporter, const struct category *category)
{
    const struct retention_root *root = &exporter->model->retention->roots[category->root];
    enum root_kind kind = category_kind(root);
    if (slot_of_root(root) < ROOT_KINDS)
        return fixed_name(exporter, category_names[kind].alone);
    text_add(&exporter->text, category_names[kind].of_thread);
    model_write_thread(exporter->model, root->thread, &exporter->text);
    text_add(&exporter->text, ")");
    return take_name(exporter, false);
}

static enum written_as choose_written_as(const struct heap_type *type)
{
    static const struct { const char *name; enum written_as written_as; } builtin_types[] = {
        {"str", AS_TEXT}, {"int", AS_NUMBER}, {"bool", AS_NUMBER}, {"float", AS_NUMBER}, {"function", AS_FUNCTION}, {"frame", AS_FRAME}};
    for (size_t i = 0; span_is(type->module, "builtins") && i < sizeof(builtin_types) / sizeof(builtin_types[0]); i++) {
        if (span_is(type->name, builtin_types[i].name))
            return builtin_types[i].written_as;
    }
    return AS_TYPE;
}

static bool is_special(const struct text *name)
{
    for (size_t i = 0; i < sizeof(special_names) / sizeof(special_names[0]); i++) {
        if (strncmp(text_string(name), special_names[i], strlen(special_names[i])) == 0)
            return true;
    }
    return false;
}

static uint32_t type_name(struct exporter *exporter, uint32_t node)
{
    struct type_row *row = &exporter->types[exporter->heap->type_of_node[node]];
    struct text name = {0};
    if (row->name)
        return row->name;
    model_write_type(heap_type(exporter->heap, node), &name);
    if (is_special(&name))
        text_add(&exporter->text, "class ");
    text_add_bytes(&exporter->text, text_string(&name), name.length);
    exporter->text.failed |= name.failed;
    text_deinit(&name);
    row->name = take_name(exporter, false);
    return row->name;
}

static enum written_as written_as(struct exporter *exporter, uint32_t node)
{
    struct type_row *row = &exporter->types[exporter->heap->type_of_node[node]];
    if (exporter->heap->form_of_node[node] & FORM_PSEUDO)
        return AS_FRAME;
    if (row->written_as == AS_UNKNOWN)
        row->written_as = (uint8_t)choose_written_as(heap_type(exporter->heap, node));
    return (enum written_as)row->written_as;
}

static void write_string_value(struct exporter *exporter, uint32_t node)
{
    const struct heap_text *value = heap_text(exporter->heap, node);
    struct span whole;
    if (!value || value->kind != TEXT_STR) {
        text_add(&exporter->text, "<str>");
        return;
    }
    text_add_span(&exporter->text, value->data);
    if (!heap_string(exporter->heap, node, &whole))
        text_add(&exporter->text, "…");
}

/* The name of its own that a node has, if there is room for it. */
static uint32_t own_name(struct exporter *exporter, uint32_t node, enum written_as kind)
{
    const struct heap *heap = exporter->heap;
    switch (kind) {
    case AS_TEXT:
        write_string_value(exporter, node);
        break;
    case AS_NUMBER:
        label_write_value(heap, node, &exporter->text);
        break;
    case AS_FUNCTION:
        text_add_span(&exporter->text, naming_code_function(heap, heap_member(heap, node, "__code__")));
        break;
    default:
        text_add(&exporter->text, "frame ");
        text_add_span(&exporter->text, naming_code_function(heap, heap_member(heap, node, "f_code")));
    }
    return take_name(exporter, true);
}

/* A key's value is left out when there is no room for it; what names an attribute or a variable never is. */
static uint32_t edge_name(struct exporter *exporter, struct label label)
{
    bool optional = label.kind == LABEL_VALUE || label.kind == LABEL_KEY;
    label_write(exporter->heap, label, &exporter->text);
    uint32_t number = take_name(exporter, optional);
    return number == NAME_NONE ? fixed_name(exporter, label.kind == LABEL_VALUE ? "[…]" : "key …") : number;
}

/* --- sections --- */

/* A line of numbers in an array. */
static void write_record(struct exporter *exporter, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i || exporter->separate)
            stream_add_bytes(&exporter->stream, ",", 1);
        stream_add_number(&exporter->stream, numbers[i]);
    }
    stream_add_bytes(&exporter->stream, "\n", 1);
    exporter->separate = true;
}

static void write_node(struct exporter *exporter, enum node_type type, uint32_t name, uint32_t ordinal, uint32_t size, uint32_t edges)
{
    write_record(exporter, (const uint32_t[]){type, name, 2 * ordinal + 1, size, edges}, FIELDS_PER_NODE);
}

static void write_edge(struct exporter *exporter, enum edge_type type, uint32_t name_or_index, uint32_t to_ordinal)
{
    write_record(exporter, (const uint32_t[]){type, name_or_index, to_ordinal * FIELDS_PER_NODE}, 3);
}

static uint32_t written_size(struct exporter *exporter, uint32_t node)
{
    uint64_t size = model_shallow(exporter->model, node);
    exporter->summary->clamped_sizes += size > UINT32_MAX;
    return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

static void count_object(struct exporter *exporter, uint32_t node)
{
    exporter->edge_count += count_edges(exporter, node);
}

static void write_object(struct exporter *exporter, uint32_t node)
{
    static const uint8_t node_types[] = {
        [AS_TYPE] = NODE_OBJECT, [AS_TEXT] = NODE_STRING, [AS_NUMBER] = NODE_NUMBER, [AS_FUNCTION] = NODE_CLOSURE, [AS_FRAME] = NODE_OBJECT,
    };
    enum written_as kind = written_as(exporter, node);
    uint32_t name = kind == AS_TYPE ? NAME_NONE : own_name(exporter, node, kind);
    if (name == NAME_NONE)
        name = type_name(exporter, node);
    write_node(exporter, (enum node_type)node_types[kind], name, ordinal_of_node(exporter, node), written_size(exporter, node),
               count_edges(exporter, node));
}

static void write_references(struct exporter *exporter, uint32_t node)
{
    const struct heap *heap = exporter->heap;
    uint32_t first = heap->first_ref_of_node[node], count = heap->first_ref_of_node[node + 1] - first;
    uint32_t positions = position_count(exporter, node);
    struct edge edge;
    for (uint32_t index = 0; index < positions; index++) {
        if (!edge_at(exporter, node, index, &edge))
            continue;
        struct label label = index < count ? label_of_ref(heap, node, first + index) : (struct label){.kind = LABEL_TYPE};
        uint32_t to = ordinal_of_node(exporter, edge.target);
        if (label.kind == LABEL_INDEX && !edge.weak)
            write_edge(exporter, EDGE_ELEMENT, label.index, to);
        else
            write_edge(exporter, edge.weak ? EDGE_WEAK : EDGE_PROPERTY, edge_name(exporter, label), to);
    }
}

static void write_synthetic_nodes(struct exporter *exporter)
{
    write_node(exporter, NODE_SYNTHETIC, fixed_name(exporter, ""), 0, 0, 1);
    write_node(exporter, NODE_SYNTHETIC, fixed_name(exporter, "(GC roots)"), 1, 0, exporter->category_count);
    for (uint32_t i = 0; i < exporter->category_count; i++) {
        const struct category *category = &exporter->categories[i];
        write_node(exporter, NODE_SYNTHETIC, category_name(exporter, category), FIRST_CATEGORY + i, 0, category->end - category->first);
    }
}

static void write_synthetic_edges(struct exporter *exporter)
{
    write_edge(exporter, EDGE_ELEMENT, 0, 1);
    for (uint32_t i = 0; i < exporter->category_count; i++)
        write_edge(exporter, EDGE_ELEMENT, i, FIRST_CATEGORY + i);
    for (uint32_t i = 0; i < exporter->category_count; i++) {
        const struct category *category = &exporter->categories[i];
        for (uint32_t at = category->first; at < category->end; at++)
            write_edge(exporter, EDGE_ELEMENT, at - category->first,
                       ordinal_of_node(exporter, exporter->graph->root_node[exporter->root_of_category[at]]));
    }
}

static enum wh_status write_header(struct exporter *exporter, uint32_t node_count)
{
    enum wh_status status = for_each_object(exporter, "how many references to export", count_object);
    if (status)
        return status;
    exporter->summary->references = exporter->edge_count;
    stream_add(&exporter->stream, header);
    stream_add(&exporter->stream, "\"node_count\":");
    stream_add_number(&exporter->stream, node_count);
    stream_add(&exporter->stream, ",\"edge_count\":");
    stream_add_number(&exporter->stream, 1 + exporter->category_count + exporter->graph->root_count + exporter->edge_count);
    stream_add(&exporter->stream, ",\"trace_function_count\":0},\n");
    return WH_OK;
}

static enum wh_status write_section(struct exporter *exporter, const char *begin, void (*synthetic)(struct exporter *), const char *phase,
                                    void (*object)(struct exporter *, uint32_t))
{
    stream_add(&exporter->stream, begin);
    exporter->separate = false;
    synthetic(exporter);
    enum wh_status status = for_each_object(exporter, phase, object);
    stream_add(&exporter->stream, "],\n");
    if (!status && (exporter->names.failed || exporter->text.failed))
        status = wh_error_set(exporter->error, WH_ERR_RESOURCE, "out of memory for the names of %u objects", exporter->heap->node_count);
    return status;
}

static enum wh_status write_names(struct exporter *exporter)
{
    static const char phase[] = "the exported names";
    enum wh_status status = WH_OK;
    stream_add(&exporter->stream, "\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n\"strings\":[");
    for (uint32_t number = 0; !status && number < exporter->names.name_count; number++) {
        stream_add(&exporter->stream, number ? ",\n" : "");
        stream_add_json(&exporter->stream, name_table_get(&exporter->names, number));
        status = progress_tick(exporter->progress, phase, number, exporter->names.name_count, exporter->error);
    }
    stream_add(&exporter->stream, "]}");
    return status ? status : stream_flush(&exporter->stream);
}

static enum wh_status write_document(struct exporter *exporter)
{
    uint64_t node_count = FIRST_CATEGORY + (uint64_t)exporter->category_count + exporter->summary->objects;
    if (node_count > NODE_COUNT_MAX)
        return wh_error_set(exporter->error, WH_ERR_USAGE, "a heapsnapshot file cannot hold more than %u objects", NODE_COUNT_MAX);
    enum wh_status status = write_header(exporter, (uint32_t)node_count);
    if (!status)
        status = write_section(exporter, "\"nodes\":[", write_synthetic_nodes, "the exported objects", write_object);
    if (!status)
        status = write_section(exporter, "\"edges\":[", write_synthetic_edges, "the exported references", write_references);
    return status ? status : write_names(exporter);
}

static enum wh_status prepare(struct exporter *exporter)
{
    size_t words = bitmap_word_count(exporter->heap->node_count);
    enum wh_status status = array_alloc(words, sizeof(uint32_t), "the numbers of exported objects", exporter->error,
                                        &exporter->rank_of_word);
    if (!status)
        status = array_alloc_zeroed((size_t)exporter->heap->type_count + 1, sizeof(*exporter->types), "types", exporter->error,
                                    &exporter->types);
    if (!status)
        status = categorize_roots(exporter);
    if (!status)
        count_ranks(exporter);
    return status;
}

static void clean_up(struct exporter *exporter)
{
    free(exporter->rank_of_word);
    free(exporter->types);
    free(exporter->categories);
    free(exporter->root_of_category);
    name_table_deinit(&exporter->names);
    text_deinit(&exporter->text);
    free(exporter);
}

enum wh_status export_heapsnapshot(const struct model *model, bool all, uint64_t name_bytes, const struct progress *progress, wh_sink sink,
                                   void *context, struct wh_error *error, struct wh_export_summary *ret)
{
    struct exporter *exporter = calloc(1, sizeof(*exporter));
    *ret = (struct wh_export_summary){.objects = model->dominators->live_count, .unreachable = model->dominators->garbage_count};
    if (!exporter)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the export");
    exporter->model = model;
    exporter->heap = model->heap;
    exporter->graph = &model->retention->graph;
    exporter->progress = progress;
    exporter->error = error;
    exporter->all = all;
    exporter->summary = ret;
    stream_init(&exporter->stream, sink, context, error);
    name_table_init(&exporter->names, name_bytes);
    enum wh_status status = prepare(exporter);
    if (!status)
        status = write_document(exporter);
    clean_up(exporter);
    return status;
}

enum wh_status wh_export_heapsnapshot(struct wh_analysis *analysis, bool all, wh_sink sink, void *context, struct wh_error *error,
                                      struct wh_export_summary *ret)
{
    *ret = (struct wh_export_summary){0};
    enum wh_status status = analysis_need_model(analysis, error);
    const struct progress *progress = analysis->progress ? &analysis->stage_progress : NULL;
    return status ? status : export_heapsnapshot(&analysis->model, all, HEAPSNAPSHOT_NAME_BYTES, progress, sink, context, error, ret);
}
