/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "walk_state.h"

#include "account.h"
#include "collector.h"
#include "frames.h"
#include "layouts.h"
#include "places.h"
#include "recorder_dump.h"
#include "roots.h"
#include "sizes.h"

/* References that are gathered at once; the items of a larger container come in portions of this size. */
enum { PORTION = 1024 };

/* In the low bits of an address in expand: its text_role, and whether it was new. */
enum { LEFT_ROLE = 3, LEFT_NEW = 4, LEFT_BITS = 7, LEFT_LOOK = 8 };

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

static void write_memo(struct walk *walk, uint64_t id, PyObject *object)
{
    uint64_t hits, misses;
    layouts_lru_cache_calls(object, &hits, &misses);
    struct cell cells[] = {[MEMOS_ID] = {id, NULL}, [MEMOS_HITS] = {hits, NULL}, [MEMOS_MISSES] = {misses, NULL}};
    snapshot_writer_row(walk->writer, TABLE_MEMOS, cells);
}

static void write_extras(struct walk *walk, uint64_t count)
{
    struct cell cell = {count, NULL};
    snapshot_writer_row(walk->writer, TABLE_EXTRAS, &cell);
}

/* Writes empty places until `rest` references are left. */
static void pad_references(struct walk *walk, uint64_t rest)
{
    for (; walk->current.refs_left > rest; walk->current.refs_left--)
        snapshot_writer_ref(walk->writer, 0);
}

/* References of a stream: they are only written; what they lead to is looked at portion by portion later. */
static void write_portion(struct walk *walk, PyObject *const *at, size_t count, uint64_t rest)
{
    if (count > walk->current.refs_left - rest)
        count = (size_t)(walk->current.refs_left - rest);
    uint8_t *end = snapshot_writer_begin_refs(walk->writer, count);
    for (size_t i = 0; i < count; i++)
        end = snapshot_put_ref(end, walk->current.id, walk_id(walk, at[i]));
    snapshot_writer_end_refs(walk->writer, end, count);
    walk->current.refs_left -= count;
}

/* What a large container refers to: through the free end of the buffer, portion by portion. */
static void write_stream(struct walk *walk, struct stream stream)
{
    struct references *references = &walk->references;
    if (!references_reserve(references, PORTION))
        return;
    uint64_t rest = walk->current.refs_left - stream.total;
    size_t count;
    while (walk->current.refs_left > rest && (count = stream_fill(&stream, references->at + references->count, PORTION)) != 0) {
        walk->guard.work++;
        write_portion(walk, references->at + references->count, count, rest);
    }
    pad_references(walk, rest);
}

/* ---- What references lead to ---- */

/* Whether an object that was met before as something else may be worth another look in that role (note_again). */
static inline bool may_deserve_a_look(const struct expand *expand, enum text_role role)
{
    if (role == TEXT_VALUE)
        return expand->holder && expand->holder->looks_left;
    return role == TEXT_ALL || (role == TEXT_KEY && expand->pairs);
}

/*
 * Marks what references lead to as met, and with `write` writes them. Those with which there is something left to do come to the beginning of
 * the buffer, with the role and whether they were new in the low bits of their addresses. Roles alternate.
 */
static inline __attribute__((always_inline)) void sift(struct walk *walk, size_t begin, size_t end, enum text_role role,
                                                       enum text_role next_role, bool write)
{
    PyObject **at = walk->references.at;
    size_t kept = walk->expand.count;
    uintptr_t tag = role | (may_deserve_a_look(&walk->expand, role) ? LEFT_LOOK : 0);
    uintptr_t next_tag = next_role | (may_deserve_a_look(&walk->expand, next_role) ? LEFT_LOOK : 0);
    uint8_t *put = write ? snapshot_writer_begin_refs(walk->writer, end - begin) : NULL;
    for (size_t i = begin; i < end; i++) {
        PyObject *target = at[i];
        struct spot spot = target ? visited_spot(&walk->visited, (uint64_t)target) : (struct spot){0};
        if (spot.word) {
            uintptr_t left = visited_mark_at(spot, (uint64_t)target) ? tag | LEFT_NEW : tag;
            if (left & (LEFT_NEW | LEFT_LOOK)) {
                at[kept++] = (PyObject *)((uintptr_t)target | (left & LEFT_BITS));
                __builtin_prefetch(target);
            }
        }
        if (write)
            put = snapshot_put_ref(put, walk->current.id, spot.id);
        uintptr_t swapped = tag;
        tag = next_tag;
        next_tag = swapped;
    }
    walk->expand.count = kept;
    if (write) {
        snapshot_writer_end_refs(walk->writer, put, end - begin);
        walk->current.refs_left -= end - begin;
    }
}

static void sift_and_write(struct walk *walk, size_t begin, size_t end, enum text_role role, enum text_role next_role)
{
    for (; end - begin > SNAPSHOT_REFS_AT_ONCE; begin += SNAPSHOT_REFS_AT_ONCE)
        sift(walk, begin, begin + SNAPSHOT_REFS_AT_ONCE, role, next_role, true);
    if (begin < end)
        sift(walk, begin, end, role, next_role, true);
}

/* The first item that has no name in the snapshot (TEXT_KEYS_PER_DICT); that at `begin` is number `position` of its container. */
static size_t first_unnamed(const struct walk *walk, size_t begin, uint64_t position)
{
    size_t end = walk->references.count;
    if (!walk->expand.pairs || walk->expand.key_role == TEXT_ALL)
        return end;
    uint64_t named = position < TEXT_KEYS_PER_DICT ? TEXT_KEYS_PER_DICT - position : 0;
    return (end - begin) / 2 > named ? begin + 2 * named : end;
}

static void write_gathered(struct walk *walk, const struct walk_row *row, const struct shape *shape)
{
    uint32_t form = row->form | shape->form;
    uint64_t all_extras = shape->extras + shape->more_extras.total;
    if (all_extras && (shape->form & FORM_ITEMS_MASK))
        form |= FORM_EXTRAS;
    uint64_t refs = walk->references.count + shape->more_extras.total + shape->stream.total;
    struct object_row object = {row->id, row->type, form, row->size, row->refcount, refs};
    snapshot_writer_object(walk->writer, &object);
    if (form & FORM_EXTRAS)
        write_extras(walk, all_extras);
    walk->current.id = row->id;
    walk->current.refs_left = refs;
    walk->expand.index = walk->expand.count = 0;
    walk_enter(walk, STEP_REFS);
    size_t extras = (size_t)(shape->members + shape->attrs), items = extras + (size_t)shape->extras;
    size_t unnamed = first_unnamed(walk, items, 0), end = walk->references.count;
    const struct expand *expand = &walk->expand;
    sift_and_write(walk, 0, extras, expand->member_role, expand->member_role);
    sift_and_write(walk, extras, items, TEXT_VALUE, TEXT_VALUE); /* of a class: what its instances' attributes are called, which the program may have made up */
    sift_and_write(walk, items, unnamed, expand->key_role, expand->item_role);
    sift_and_write(walk, unnamed, end, TEXT_ITEM, expand->item_role);
    if (shape->more_extras.total)
        write_stream(walk, shape->more_extras);
    if (shape->stream.total)
        write_stream(walk, shape->stream);
    pad_references(walk, 0);
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

static inline bool is_static(const struct walk *walk, const PyObject *object)
{
    return (uint64_t)object - walk->statics_begin < walk->statics_end - walk->statics_begin;
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
    if (is_static(walk, object))
        walk->static_bytes += size;
    else
        walk->lost_bytes += sizes_lost(info, object, size);
    if (__builtin_expect(info->buffer != NULL, 0))
        size += count_buffer(walk, object, info);
    return (struct walk_row){walk_id(walk, object), info->number, form, size, form & FORM_IMMORTAL ? 0 : compat_refcount(object)};
}

/* Of an object without a collector's head and without stores. */
static inline struct object_row leaf_row(struct walk *walk, PyObject *object, const struct type_info *info)
{
    uint32_t form = compat_is_immortal(object) ? FORM_IMMORTAL : 0;
    uint64_t refcount = form ? 0 : compat_refcount(object);
    uint64_t size = sizes_of_leaf(info, object);
    if (info->family == FAMILY_STR && PyUnicode_CHECK_INTERNED(object))
        form |= FORM_INTERNED;
    if (is_static(walk, object))
        walk->static_bytes += size;
    else
        walk->lost_bytes += sizes_lost_of_block(size);
    return (struct object_row){walk_id(walk, object), info->number, form, size, refcount, 0};
}

static void write_leaf(struct walk *walk, PyObject *object, const struct type_info *info, enum text_role role,
                       struct type_info *holder)
{
    struct object_row row;
    if (__builtin_expect(info->gc, 0)) {
        struct walk_row general = object_row(walk, object, info);
        row = (struct object_row){general.id, general.type, general.form, general.size, general.refcount, 0};
    } else {
        row = leaf_row(walk, object, info);
    }
    snapshot_writer_object(walk->writer, &row);
    if (info->family != FAMILY_STR && info->family != FAMILY_BYTES && role == TEXT_ITEM && walk->options.values != VALUES_FULL)
        return; /* an item that is a number */
    fingerprints_note(&walk->fingerprints, walk->writer, object, info, row.id);
    if (info->family != FAMILY_FIXED)
        texts_note(&walk->texts, object, info, row.id, role, holder);
}

/* A small container's items go into the buffer, too; a count that its table does not bear out is made true. */
static void buffer_small_stream(struct walk *walk, struct shape *shape)
{
    struct references *references = &walk->references;
    size_t total = (size_t)shape->stream.total;
    if (!total || total > PORTION || shape->more_extras.total || !references_reserve(references, total))
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
    expand->key_role = expand->pairs ? TEXT_KEY : expand->item_role;
    if (expand->pairs && ((PyDictObject *)object)->ma_used <= TEXT_SMALL_DICT)
        expand->item_role = TEXT_VALUE;
    if (expand->pairs && is_module_table(walk, object))
        expand->key_role = TEXT_ALL;
}

/* Members of all kinds: only a str is a name. */
static enum text_role role_for(enum text_role role, const struct type_info *info)
{
    return role == TEXT_ALL && info->family != FAMILY_STR ? TEXT_ITEM : role;
}

/* A text that was met before as something else may be worth writing now that it names something; this looks at the object again. */
static bool deserves_a_look(const struct expand *expand, enum text_role role)
{
    return may_deserve_a_look(expand, role) && (role != TEXT_VALUE || expand->holder->looks_left--);
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
        uintptr_t left = (uintptr_t)walk->references.at[expand->index];
        PyObject *target = (PyObject *)(left & ~(uintptr_t)LEFT_BITS);
        enum text_role role = left & LEFT_ROLE;
        walk->guard.work++;
        if (left & LEFT_NEW)
            meet(walk, target, role, expand->holder);
        else if (deserves_a_look(expand, role))
            note_again(walk, target, role, expand->holder);
    }
    worklist_reverse(&walk->worklist, expand->first_pushed);
    walk_enter(walk, STEP_OTHER);
}

static void start_expand(struct walk *walk)
{
    walk->expand.first_pushed = walk->worklist.count;
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
    if (info->family == FAMILY_LRU_CACHE)
        write_memo(walk, row.id, object);
    if (has_store) {
        row.form |= store.bounded ? FORM_STORE | FORM_BOUNDED : FORM_STORE;
        write_store(walk, &store);
    }
    set_roles(walk, &walk->expand, object, info, is_key);
    write_gathered(walk, &row, &shape);
    if (shape.stream.total)
        worklist_push(&walk->worklist, (struct work){object, shape.stream.position + 1, shape.stream.block});
    start_expand(walk);
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
    walk->expand.index = walk->expand.count = 0;
    size_t unnamed = first_unnamed(walk, 0, first_position);
    sift(walk, 0, unnamed, walk->expand.key_role, walk->expand.item_role, false);
    sift(walk, unnamed, references->count, TEXT_ITEM, walk->expand.item_role, false);
    start_expand(walk);
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

void walk_write_frame(struct walk *walk, const struct walk_row *row, const struct shape *shape)
{
    walk->expand = (struct expand){.member_role = TEXT_VALUE};
    write_gathered(walk, row, shape);
    start_expand(walk);
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

static bool is_collecting(PyInterpreterState *interp)
{
    return compat_gc(interp)->collecting != 0;
}

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

static void mark(struct walk *walk, PyGC_Head *node)
{
    if (visited_mark(&walk->visited, compat_gc_object(node))) {
        walk->guard.work++;
        walk->tracked++;
    }
}

/* From both ends, so that the memory of two objects is waited for at once; without a guard only by the links that the other walk will read, too. */
static void mark_generation(struct walk *walk)
{
    walk_enter(walk, STEP_LIST);
    PyGC_Head *head = compat_generation(walk->interp, walk->generation);
    PyGC_Head *first = compat_gc_next(head);
    bool both_ways = walk->options.guard && !walk->one_way && !is_collecting(walk->interp);
    PyGC_Head *last = both_ways ? compat_gc_previous(head) : NULL;
    while (first && first != head) {
        PyGC_Head *next = compat_gc_next(first);
        __builtin_prefetch(next);
        mark(walk, first);
        if (first == last)
            break;
        if (last && last != head) {
            mark(walk, last);
            if (last == next)
                break;
            last = compat_gc_previous(last);
            __builtin_prefetch(last);
        }
        first = next;
    }
    next_generation(walk);
}

/* The next object to be written, NULL after the last one. */
static PyObject *next_upcoming(struct walk *walk)
{
    struct upcoming *upcoming = &walk->upcoming;
    for (PyObject *object; !upcoming->ended && upcoming_has_room(upcoming);) {
        object = next_tracked(walk);
        if (object)
            upcoming_add(upcoming, object);
        else
            upcoming->ended = true;
    }
    walk_enter(walk, STEP_AHEAD);
    if (!upcoming->blind)
        upcoming_look_ahead(upcoming, &walk->types);
    return upcoming_take(upcoming);
}

static void write_generation(struct walk *walk)
{
    for (;;) {
        walk_enter(walk, STEP_LIST);
        PyObject *object = next_upcoming(walk);
        if (!object || snapshot_writer_failed(walk->writer))
            break;
        write_object(walk, object, false);
        drain(walk);
    }
    walk->upcoming.ended = false;
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
    pad_references(walk, 0);
}

/*
 * Objects of a list that cannot be followed to its end are written up to there; others, where something refers to them. So only those may be
 * marked that a walk from the front will come to: everything is marked anew.
 */
static void recover_marks(struct walk *walk)
{
    if (walk->one_way) {
        next_generation(walk);
        return;
    }
    walk->one_way = true;
    walk->tracked = 0;
    walk->node = NULL;
    walk->generation = COMPAT_GENERATIONS;
    walk->interp_number = 0;
    walk->interp = walk->types.interp = walk->interpreters.written[0];
    visited_forget(&walk->visited);
}

static void recover(struct walk *walk)
{
    enum step step = walk->step;
    walk_enter(walk, STEP_OTHER);
    note_unreadable(walk, step == STEP_READ || step == STEP_REFS ? walk->current.info->type : NULL);
    switch (step) {
    case STEP_LIST:
        if (walk->phase == PHASE_MARK)
            recover_marks(walk);
        else
            walk->upcoming.ended = true; /* what was found before is still written */
        break;
    case STEP_AHEAD: walk->upcoming.blind = true; break;
    case STEP_READ: write_bare(walk); break;
    case STEP_REFS: /* what was written before is marked as met */
        pad_references(walk, 0);
        walk->expand.first_pushed = walk->worklist.count;
        walk_enter(walk, STEP_EXPAND);
        break;
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
