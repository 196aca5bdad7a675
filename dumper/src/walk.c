/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "walk_state.h"

#include "account.h"
#include "collector.h"
#include "frames.h"
#include "places.h"
#include "recorder_dump.h"
#include "roots.h"
#include "sizes.h"

/* References that are gathered at once; the items of a larger container come in portions of this size. */
enum { PORTION = 1024 };

struct opcode {
    uint8_t number, base, caches, has_argument;
    const char *name;
};

static const struct opcode opcodes[] = {
#include "opcodes.inc"
};

/* ---- Rows ---- */

static void write_store(struct walk *walk, const struct store *store)
{
    struct cell cells[] = {
        [STORES_LENGTH] = {store->length, NULL},
        [STORES_CAPACITY] = {store->capacity, NULL},
        [STORES_ADDRESS] = {store->address, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_STORES, cells);
}

static void write_place(struct walk *walk, uint64_t id, uint64_t instruction)
{
    struct cell cells[] = {[PLACES_OBJECT] = {id, NULL}, [PLACES_INSTRUCTION] = {instruction, NULL}};
    snapshot_writer_row(walk->writer, TABLE_PLACES, cells);
}

static void write_extras(struct walk *walk, uint64_t count)
{
    struct cell cell = {count, NULL};
    snapshot_writer_row(walk->writer, TABLE_EXTRAS, &cell);
}

static void write_references(struct walk *walk, PyObject *const *at, size_t count)
{
    for (size_t i = 0; i < count && walk->current.refs_left; i++, walk->current.refs_left--)
        snapshot_writer_ref(walk->writer, walk_id(walk, at[i]));
}

static void pad_references(struct walk *walk)
{
    for (; walk->current.refs_left; walk->current.refs_left--)
        snapshot_writer_ref(walk->writer, 0);
}

/* The items of a large container: through the free end of the buffer, portion by portion. */
static void write_stream(struct walk *walk, struct stream stream)
{
    struct references *references = &walk->references;
    if (!references_reserve(references, PORTION))
        return;
    size_t count;
    while (walk->current.refs_left && (count = stream_fill(&stream, references->at + references->count, PORTION)) != 0) {
        walk->guard.work++;
        write_references(walk, references->at + references->count, count);
    }
}

void walk_write_gathered(struct walk *walk, const struct walk_row *row, const struct shape *shape)
{
    uint32_t form = row->form | shape->form;
    if (shape->extras && (shape->form & FORM_ITEMS_MASK))
        form |= FORM_EXTRAS;
    uint64_t refs = walk->references.count + shape->stream.total;
    struct object_row object = {row->id, row->type, form, row->size, row->refcount, refs};
    snapshot_writer_object(walk->writer, &object);
    if (form & FORM_EXTRAS)
        write_extras(walk, shape->extras);
    walk->current.refs_left = refs;
    walk_enter(walk, STEP_REFS);
    write_references(walk, walk->references.at, walk->references.count);
    if (shape->stream.total)
        write_stream(walk, shape->stream);
    pad_references(walk);
}

/* ---- Objects ---- */

static uint32_t form_bits(const struct walk *walk, PyObject *object, const struct type_info *info, bool gc)
{
    uint32_t form = compat_is_immortal(object) ? FORM_IMMORTAL : 0;
    if (gc && compat_is_tracked(object))
        form |= FORM_TRACKED;
    if (gc && compat_is_finalized(object))
        form |= FORM_FINALIZED;
    if (info->family == FAMILY_STR && PyUnicode_CHECK_INTERNED(object))
        form |= FORM_INTERNED;
    if (walk->phase == PHASE_WRITE && walk->generation == COMPAT_GENERATIONS && (form & FORM_TRACKED))
        form |= FORM_FROZEN;
    return form;
}

static inline void count_bytes(struct walk *walk, PyObject *object, const struct type_info *info, uint64_t size)
{
    if ((uint64_t)object - walk->statics_begin < walk->statics_end - walk->statics_begin)
        walk->static_bytes += size;
    else
        walk->lost_bytes += sizes_lost(info, object, size);
}

/* Memory beside an object, of which only its type's C code knows. */
static uint64_t count_buffer(struct walk *walk, PyObject *object, const struct type_info *info)
{
    struct buffer buffer = info->buffer(object);
    if (buffer.pages)
        walk->mapped_bytes += buffer.bytes;
    else if (buffer.bytes)
        walk->lost_bytes += sizes_lost_of_block(buffer.bytes);
    return buffer.bytes;
}

static inline struct walk_row object_row(struct walk *walk, PyObject *object, const struct type_info *info)
{
    bool gc = types_is_gc(info, object);
    uint32_t form = form_bits(walk, object, info, gc);
    uint64_t size = sizes_of(info, object, gc);
    count_bytes(walk, object, info, size);
    if (__builtin_expect(info->buffer != NULL, 0))
        size += count_buffer(walk, object, info);
    return (struct walk_row){walk_id(walk, object), info->number, form, size, form & FORM_IMMORTAL ? 0 : compat_refcount(object)};
}

static void write_leaf(struct walk *walk, PyObject *object, const struct type_info *info, enum text_role role,
                       struct type_info *holder)
{
    struct walk_row row = object_row(walk, object, info);
    struct object_row written = {row.id, row.type, row.form, row.size, row.refcount, 0};
    snapshot_writer_object(walk->writer, &written);
    fingerprints_note(&walk->fingerprints, walk->writer, object, info, row.id);
    if (info->family <= FAMILY_BYTES && info->family != FAMILY_FIXED)
        texts_note(&walk->texts, object, info, row.id, role, holder);
}

/* A small container's items go into the buffer, too; a count that its table does not bear out is made true. */
static void buffer_small_stream(struct walk *walk, struct shape *shape)
{
    struct references *references = &walk->references;
    size_t total = (size_t)shape->stream.total;
    if (!total || total > PORTION || !references_reserve(references, total))
        return;
    size_t count = stream_fill(&shape->stream, references->at + references->count, total);
    references->count += count;
    for (; count < total; count++)
        references->at[references->count++] = NULL;
    shape->stream = (struct stream){0};
}

static bool is_module_table(const struct walk *walk, const PyObject *object)
{
    return object == compat_import_modules(walk->interp);
}

static void set_roles(struct walk *walk, struct expand *expand, PyObject *object, struct type_info *info, bool is_key)
{
    bool names = info->family == FAMILY_CODE || info->family == FAMILY_TYPE || info->type == &PyModule_Type;
    expand->holder = info;
    expand->member_role = names ? TEXT_ALL : TEXT_VALUE;
    expand->pairs = (info->family == FAMILY_DICT && !references_is_weak_table(object)) || info->family == FAMILY_ODICT;
    expand->item_role = is_key ? TEXT_KEY : TEXT_ITEM;
    expand->key_role = TEXT_KEY;
    if (expand->pairs && ((PyDictObject *)object)->ma_used <= TEXT_SMALL_DICT)
        expand->item_role = TEXT_VALUE;
    if (expand->pairs && is_module_table(walk, object))
        expand->key_role = TEXT_ALL;
}

static enum text_role role_of(const struct expand *expand, size_t index)
{
    if (index < expand->first_extra)
        return expand->member_role;
    if (index < expand->first_item) /* of a class: what its instances' attributes are called, which the program may have made up */
        return TEXT_VALUE;
    if (!expand->pairs)
        return expand->item_role;
    if ((index - expand->first_item) & 1)
        return expand->item_role;
    uint64_t pair = expand->first_position + (index - expand->first_item) / 2;
    return pair < TEXT_KEYS_PER_DICT || expand->key_role == TEXT_ALL ? expand->key_role : TEXT_ITEM;
}

/* Members of all kinds: only a str is a name. */
static enum text_role role_for(enum text_role role, const struct type_info *info)
{
    return role == TEXT_ALL && info->family != FAMILY_STR ? TEXT_ITEM : role;
}

/* A text that was met before as something else may be worth writing now that it names something; this looks at the object again. */
static bool deserves_a_look(const struct expand *expand, enum text_role role)
{
    if (role == TEXT_VALUE)
        return expand->holder && expand->holder->looks_left && expand->holder->looks_left--;
    return role == TEXT_ALL || (role == TEXT_KEY && expand->pairs);
}

static void note_again(struct walk *walk, PyObject *object, enum text_role role, struct type_info *holder)
{
    struct type_info *info = types_of(&walk->types, Py_TYPE(object));
    if (info && info->simple && info->family != FAMILY_FIXED && texts_is_worth_noting_again(&walk->texts, object, info, role))
        texts_note(&walk->texts, object, info, walk_id(walk, object), role_for(role, info), holder);
}

/* Marks an element of a worklist as (part of) a dict's key. */
static const char is_key_mark;

static void meet(struct walk *walk, PyObject *object, enum text_role role, struct type_info *holder)
{
    struct type_info *info = types_of(&walk->types, Py_TYPE(object));
    if (!info)
        return;
    if (info->simple)
        write_leaf(walk, object, info, role_for(role, info), holder);
    else
        worklist_push(&walk->worklist, (struct work){object, 0, role >= TEXT_KEY ? &is_key_mark : NULL});
}

/* Goes on where expand.index stands. */
static void expand_from_index(struct walk *walk)
{
    struct expand *expand = &walk->expand;
    walk_enter(walk, STEP_EXPAND);
    for (; expand->index < expand->count; expand->index++) {
        PyObject *target = walk->references.at[expand->index];
        if (!target)
            continue;
        enum text_role role = role_of(expand, expand->index);
        if (visited_mark(&walk->visited, target)) {
            walk_enter(walk, STEP_EXPAND);
            meet(walk, target, role, expand->holder);
        } else if (role != TEXT_ITEM && deserves_a_look(expand, role)) {
            walk_enter(walk, STEP_EXPAND);
            note_again(walk, target, role, expand->holder);
        }
    }
    worklist_reverse(&walk->worklist, expand->first_pushed);
    walk_enter(walk, STEP_OTHER);
}

static void start_expand(struct walk *walk, size_t first_extra, size_t first_item, uint64_t first_position)
{
    struct expand *expand = &walk->expand;
    expand->first_extra = first_extra;
    expand->index = 0;
    expand->count = walk->references.count;
    expand->first_item = first_item;
    expand->first_position = first_position;
    expand->first_pushed = walk->worklist.count;
    expand_from_index(walk);
}

/* A class has a row in `types` even if it has no instances: functions are known as its methods by that. */
static void note_class(struct walk *walk, PyObject *object, const struct type_info *info)
{
    PyTypeObject *type = (PyTypeObject *)object;
    if (info->family == FAMILY_TYPE && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && PyType_HasFeature(type, Py_TPFLAGS_READY))
        types_of(&walk->types, type);
}

static void write_code(struct walk *walk, PyCodeObject *code, uint64_t id)
{
    texts_write_code(&walk->texts, code, id);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *constant = PyTuple_GET_ITEM(code->co_consts, i);
        if (Py_TYPE(constant) == &PyLong_Type)
            texts_note_constant(&walk->texts, constant, walk_id(walk, constant));
    }
}

static void write_object(struct walk *walk, PyObject *object, bool is_key)
{
    struct shape shape;
    struct store store;
    walk->current = (struct current){.object = object};
    walk_enter(walk, STEP_TYPE);
    struct type_info *info = types_of(&walk->types, Py_TYPE(object));
    if (!info)
        return;
    walk->current.info = info;
    note_class(walk, object, info);
    walk_enter(walk, STEP_READ);
    references_gather(&walk->references, walk->interp, info, object, &shape);
    buffer_small_stream(walk, &shape);
    struct walk_row row = object_row(walk, object, info);
    bool has_store = sizes_store(info, object, &store);
    if (info->family == FAMILY_CODE)
        write_code(walk, (PyCodeObject *)object, row.id);
    uint64_t instruction;
    if (places_find(info, object, &instruction))
        write_place(walk, row.id, instruction);
    if (has_store) {
        row.form |= store.bounded ? FORM_STORE | FORM_BOUNDED : FORM_STORE;
        write_store(walk, &store);
    }
    walk_write_gathered(walk, &row, &shape);
    set_roles(walk, &walk->expand, object, info, is_key);
    if (shape.stream.total)
        worklist_push(&walk->worklist, (struct work){object, shape.stream.position + 1, shape.stream.block});
    size_t first_extra = (size_t)(shape.members + shape.attrs);
    start_expand(walk, first_extra, first_extra + (size_t)shape.extras, 0);
}

/* The next portion of a large container's items. */
static void go_on_with_items(struct walk *walk, const struct work *work)
{
    PyObject *object = work->object;
    struct references *references = &walk->references;
    struct stream stream;
    walk->current = (struct current){.object = object};
    walk_enter(walk, STEP_TYPE);
    struct type_info *info = types_of(&walk->types, Py_TYPE(object));
    if (!info)
        return;
    references_stream(info, object, &stream);
    stream.position = work->position - 1;
    if (stream.kind == STREAM_DEQUE)
        stream.block = work->block;
    references->count = 0;
    if (!references_reserve(references, PORTION))
        return;
    uint64_t first_position = stream.position;
    references->count = stream_fill(&stream, references->at, PORTION);
    if (stream.position < stream.end)
        worklist_push(&walk->worklist, (struct work){object, stream.position + 1, stream.block});
    set_roles(walk, &walk->expand, object, info, false);
    start_expand(walk, 0, 0, first_position);
}

static void drain(struct walk *walk)
{
    while (walk->worklist.count && !snapshot_writer_failed(walk->writer)) {
        struct work work = walk->worklist.at[--walk->worklist.count];
        if (work.position)
            go_on_with_items(walk, &work);
        else
            write_object(walk, work.object, work.block == &is_key_mark);
    }
}

void walk_expand_gathered(struct walk *walk, const struct shape *shape, struct type_info *holder)
{
    walk->expand = (struct expand){.holder = holder, .member_role = TEXT_VALUE};
    size_t first_extra = (size_t)(shape->members + shape->attrs);
    start_expand(walk, first_extra, first_extra + (size_t)shape->extras, 0);
    drain(walk);
}

void walk_reach(struct walk *walk, PyObject *object)
{
    if (!object || !visited_mark(&walk->visited, object))
        return;
    walk->expand.first_pushed = walk->worklist.count;
    meet(walk, object, TEXT_ITEM, NULL);
    drain(walk);
}

/* ---- The collector's lists ---- */

/* False after the last one; then the first is at hand again. */
static bool next_interpreter(struct walk *walk)
{
    walk->interp_number = (walk->interp_number + 1) % walk->interpreters.count;
    walk->interp = walk->types.interp = walk->interpreters.written[walk->interp_number];
    return walk->interp_number != 0;
}

static void next_generation(struct walk *walk)
{
    walk->node = NULL;
    if (walk->generation-- > 0)
        return;
    walk->generation = COMPAT_GENERATIONS;
    while (next_interpreter(walk))
        if (compat_has_collector(walk->interp))
            return;
    walk->phase++;
    if (walk->phase == PHASE_WRITE && walk->options.values != VALUES_NONE)
        fingerprints_init(&walk->fingerprints, walk->tracked);
}

/* The object at walk->node, which is moved on; NULL at the end of the list. */
static inline PyObject *next_tracked(struct walk *walk)
{
    PyGC_Head *head = compat_generation(walk->interp, walk->generation);
    PyGC_Head *node = walk->node ? walk->node : compat_gc_next(head);
    if (node == head || !node)
        return NULL;
    walk->node = compat_gc_next(node);
    __builtin_prefetch(walk->node);
    return compat_gc_object(node);
}

static void mark_generation(struct walk *walk)
{
    PyObject *object;
    walk_enter(walk, STEP_LIST);
    for (; (object = next_tracked(walk)) != NULL; walk->tracked++)
        visited_mark(&walk->visited, object);
    next_generation(walk);
}

static void write_generation(struct walk *walk)
{
    for (;;) {
        walk_enter(walk, STEP_LIST);
        PyObject *object = next_tracked(walk);
        if (!object || snapshot_writer_failed(walk->writer))
            break;
        write_object(walk, object, false);
        drain(walk);
    }
    next_generation(walk);
}

/* ---- Phases ---- */

static void write_opcodes(struct walk *walk)
{
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++) {
        struct cell cells[] = {
            [OPCODES_NUMBER] = {opcodes[i].number, NULL},
            [OPCODES_NAME] = {strlen(opcodes[i].name), opcodes[i].name},
            [OPCODES_BASE] = {opcodes[i].base, NULL},
            [OPCODES_CACHES] = {opcodes[i].caches, NULL},
            [OPCODES_FLAGS] = {opcodes[i].has_argument ? OPCODE_HAS_ARGUMENT : 0, NULL},
        };
        snapshot_writer_row(walk->writer, TABLE_OPCODES, cells);
    }
}

static void write_regions(struct walk *walk)
{
    for (uint64_t i = 0; i < walk->visited.region_count; i++) {
        struct cell cell = {walk->visited.base_of_number[i], NULL};
        snapshot_writer_row(walk->writer, TABLE_REGIONS, &cell);
    }
}

static void next_thread(struct walk *walk)
{
    walk_enter(walk, STEP_OTHER);
    PyThreadState *thread = walk->thread;
    walk->thread = thread->next;
    if (!(walk->caller_is_watcher && thread == walk->caller)) {
        PyThreadState *next = walk->thread;
        walk->thread = thread;
        frames_write_thread(walk);
        walk->thread = next;
    }
}

static void run_phase(struct walk *walk)
{
    switch (walk->phase) {
    case PHASE_MARK: mark_generation(walk); break;
    case PHASE_WRITE: write_generation(walk); break;
    case PHASE_ROOTS:
        walk->phase = PHASE_OTHER_ROOTS; /* a crash must not come back here */
        walk_enter(walk, STEP_OTHER);
        roots_write(walk);
        break;
    case PHASE_OTHER_ROOTS:
        walk_enter(walk, STEP_OTHER);
        if (next_interpreter(walk))
            roots_write(walk);
        else
            walk->phase = PHASE_THREADS;
        break;
    case PHASE_THREADS:
        if (walk->thread)
            next_thread(walk);
        else if (next_interpreter(walk))
            walk->thread = compat_first_thread(walk->interp);
        else
            walk->phase = PHASE_RECORDED_CODE;
        break;
    case PHASE_RECORDED_CODE:
        walk_enter(walk, STEP_OTHER);
        if (!recorder_dump_next_code(walk))
            walk->phase = PHASE_RECORDER;
        break;
    case PHASE_RECORDER:
        walk->phase = PHASE_CLOSING;
        recorder_dump_tables(walk);
        break;
    default:
        walk->phase = PHASE_DONE;
        write_regions(walk);
        fingerprints_finish(&walk->fingerprints, walk->writer);
        collector_write(walk);
        interpreters_write(&walk->interpreters, walk->writer);
        account_write(walk);
    }
}

/* Starts the walk, or goes on after a crash. */
static void run(struct walk *walk)
{
    if (walk->step == STEP_EXPAND)
        expand_from_index(walk);
    drain(walk);
    while (walk->phase != PHASE_DONE && !snapshot_writer_failed(walk->writer))
        run_phase(walk);
}

/* ---- After a crash ---- */

static void note_unreadable(struct walk *walk, PyTypeObject *type)
{
    walk->unreadable++;
    for (int i = 0; i < UNREADABLE_TYPES && type; i++) {
        if (walk->unreadable_types[i] == type)
            return;
        if (!walk->unreadable_types[i]) {
            walk->unreadable_types[i] = type;
            return;
        }
    }
}

/* The object could not be read: its row stands alone, with empty members. */
static void write_bare(struct walk *walk)
{
    const struct type_info *info = walk->current.info;
    struct object_row row = {walk_id(walk, walk->current.object), info->number, 0, info->basicsize, 0, info->member_count};
    snapshot_writer_object(walk->writer, &row);
    walk->current.refs_left = info->member_count;
    pad_references(walk);
}

static void recover(struct walk *walk)
{
    enum step step = walk->step;
    walk_enter(walk, STEP_OTHER);
    note_unreadable(walk, step == STEP_READ || step == STEP_REFS ? walk->current.info->type : NULL);
    switch (step) {
    case STEP_LIST: next_generation(walk); break;
    case STEP_READ: write_bare(walk); break;
    case STEP_REFS: pad_references(walk); break;
    case STEP_EXPAND:
        walk->expand.index++;
        walk_enter(walk, STEP_EXPAND);
        break;
    default: break;
    }
}

static void run_guarded(struct walk *walk)
{
    if (sigsetjmp(walk->guard.way_back, 0))
        recover(walk);
    walk->guard.armed = true;
    run(walk);
    walk->guard.armed = false;
}

/* ---- Interface ---- */

static bool is_collecting(PyInterpreterState *interp)
{
    return compat_gc(interp)->collecting != 0;
}

bool walk_is_collecting(void)
{
    return is_collecting(PyInterpreterState_Main());
}

enum wh_status walk_begin(const struct walk_options *options, struct walk **ret, struct wh_error *error)
{
    *ret = NULL;
    struct walk *walk = pages_map(sizeof *walk);
    if (!walk)
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the walk's state of %zu bytes", sizeof *walk);
    walk->options = *options;
    walk->caller = PyThreadState_Get();
    interpreters_list(&walk->interpreters);
    walk->interp = walk->interpreters.written[0];
    walk->caller_is_watcher = compat_top_frame(walk->caller) == NULL;
    walk->collecting = is_collecting(walk->interp);
    *ret = walk;
    return WH_OK;
}

void walk_fill_header(const struct walk *walk, struct snapshot_header *header)
{
    header->python = PY_VERSION;
    header->hexversion = PY_VERSION_HEX;
    header->collecting = walk->collecting;
}

static enum wh_status prepare(struct walk *walk, struct snapshot_writer *writer, struct wh_error *error)
{
    walk->writer = writer;
    walk->texts.writer = writer;
    walk->texts.values = (int)walk->options.values;
    walk->phase = PHASE_MARK;
    walk->step = STEP_OTHER;
    walk->generation = COMPAT_GENERATIONS;
    walk->thread = compat_first_thread(walk->interp);
    if (!visited_init(&walk->visited) || !references_init(&walk->references))
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the set of visited objects");
    account_begin(walk);
    types_init(&walk->types, walk->interp, &walk->visited, writer);
    walk->types.identifiers_only = walk->options.values == VALUES_NONE;
    return WH_OK;
}

static enum wh_status check_memory(const struct walk *walk, struct wh_error *error)
{
    if (walk->visited.failed || walk->worklist.failed || walk->references.failed || walk->types.failed)
        return wh_error_set(error, WH_ERR_RESOURCE, "the walk ran out of memory after %llu regions of the heap",
                            (unsigned long long)walk->visited.region_count);
    return WH_OK;
}

enum wh_status walk_run(struct walk *walk, struct snapshot_writer *writer, struct wh_error *error)
{
    enum wh_status status = prepare(walk, writer, error);
    if (status)
        return status;
    write_opcodes(walk);
    if (walk->options.guard && guard_install(&walk->guard)) {
        run_guarded(walk);
        guard_remove(&walk->guard);
    } else {
        run(walk);
    }
    return check_memory(walk, error);
}

void walk_end(struct walk *walk)
{
    if (!walk)
        return;
    visited_deinit(&walk->visited);
    worklist_deinit(&walk->worklist);
    references_deinit(&walk->references);
    types_deinit(&walk->types);
    texts_deinit(&walk->texts);
    fingerprints_deinit(&walk->fingerprints);
    pages_unmap(walk, sizeof *walk);
}
