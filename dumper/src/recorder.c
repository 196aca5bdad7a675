/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder_frames.h"

#include "recorder.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "recorder_sampling.h"
#include "recorder_stores.h"

/* Frames of a stack, by what it is for. */
enum { DEPTH_CROWDED = 3, DEPTH_GROWTH = 4, DEPTH_GROWTH_LIBRARY = 32, DEPTH_EXACT = 16, DEPTH_SAMPLE = STACK_DEPTH_MAX };

/* Slots of the block table: 40 bytes each. */
enum { SLOTS_MAX = 1 << 22, SLOTS_MAX_EXACT = 1 << 25 };

enum { RECENT_STACKS = 1024 };

/* From which size on, in bytes, which blocks are recorded. */
struct floors {
    size_t any;   /* whatever it is */
    size_t keys;  /* what has the size of a dict's keys */
    size_t first; /* realloc of no block: how lists and arrays begin. Most of them stay small, and what follows tells as much */
    size_t grown; /* realloc of a block */
};

static const struct floors nothing = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
static const struct floors everything = {0, 0, 0, 0};

/*
 * Mode `holders`: MEM has the stores; in OBJ (until 3.12) there are dict keys, and bytearrays and large tuples among the rest. A program with very
 * many containers gets along with the larger ones: the table must not become a burden.
 */
static const struct level {
    uint64_t count; /* of recorded blocks, from which on it holds */
    struct floors mem, object;
} levels[] = {
    {0, {512, SIZE_MAX, 512, 0}, {1 << 16, 200, 1 << 16, 4096}},
    {1 << 18, {1024, SIZE_MAX, 1024, 128}, {1 << 16, 1024, 1 << 16, 4096}},
    {1 << 19, {4096, SIZE_MAX, 4096, 512}, {1 << 17, 4096, 1 << 17, 1 << 14}},
    {1 << 20, {1 << 15, SIZE_MAX, 1 << 15, 4096}, {1 << 18, 1 << 15, 1 << 18, 1 << 17}},
    {1 << 21, {1 << 20, SIZE_MAX, 1 << 20, 1 << 16}, {1 << 20, 1 << 20, 1 << 20, 1 << 20}},
};
enum { LEVEL_COUNT = sizeof(levels) / sizeof(levels[0]) };

struct domain {
    size_t least; /* blocks from malloc below it are below all floors */
    struct floors floors;
    PyMemAllocatorEx next;
    PyMemAllocatorDomain id;
    bool hooked; /* the hook is in the chain of allocators, for all we know */
};

/* A store that was just made and may be about to take the place of another one. */
struct fresh {
    const void *block;
    uint64_t position;
};

static struct {
    /* What each call looks at, beside the floors. While nothing is recorded no block is large enough and the countdown never ends. */
    int64_t countdown; /* bytes until the next sample */
    bool active;
    bool busy;         /* the tables are being changed */
    struct block_table blocks;
    struct keys_sizes keys_sizes;
    struct domain domains[2];

    struct stacks stacks;
    struct sampling sampling;
    struct fresh fresh;
    struct stack_frame frames[STACK_DEPTH_MAX + 1];
    uint32_t recent[RECENT_STACKS];
    bool library_of_code[STACKS_CODE_MAX];
    PyInterpreterState *interp;
    bool at_start;
    unsigned level;
    uint64_t level_least, level_width; /* the numbers of recorded blocks at which it holds */
    unsigned probe_hits;
    uint64_t serial;
    struct recording recording;
} recorder = {
    .countdown = INT64_MAX,
    .blocks = BLOCK_TABLE_EMPTY,
    .domains = {{.id = PYMEM_DOMAIN_MEM, .least = SIZE_MAX, .floors = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}},
                {.id = PYMEM_DOMAIN_OBJ, .least = SIZE_MAX, .floors = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}}},
};

/* ---- Stacks ---- */

static bool contains(PyObject *text, const char *part)
{
    const void *data = PyUnicode_DATA(text);
    int kind = (int)PyUnicode_KIND(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), part_length = (Py_ssize_t)strlen(part), same = 0;
    for (Py_ssize_t i = 0; i < length && same < part_length; i++) {
        if (PyUnicode_READ(kind, data, i) == (Py_UCS4)(unsigned char)part[same])
            same++;
        else
            same = PyUnicode_READ(kind, data, i) == (Py_UCS4)(unsigned char)part[0];
    }
    return same == part_length;
}

/* Only decides how deep to look: the analyzer judges for itself. */
static bool is_library(const PyCodeObject *code)
{
    PyObject *file = code->co_filename;
    if (!file || !PyUnicode_Check(file) || !((PyASCIIObject *)file)->state.compact)
        return false;
    return contains(file, "/lib/python3") || contains(file, "/site-packages/") || contains(file, "/dist-packages/") ||
           contains(file, "<frozen ");
}

/*
 * Keeps the code objects alive, as the stack knows them by address. Frames whose code object finds no room are left out. *library_only: none
 * of them is the application's.
 */
static size_t keep_code(struct stack_frame *frames, size_t count, bool *library_only)
{
    size_t kept = 0;
    *library_only = true;
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        if (!frames[i].code) {
            frames[kept++] = frames[i];
            continue;
        }
        int64_t number = stacks_add_code(&recorder.stacks, frames[i].code, &is_new);
        if (number == STACK_NONE)
            continue;
        if (is_new) {
            Py_INCREF((PyObject *)frames[i].code);
            recorder.library_of_code[number] = is_library(frames[i].code);
        }
        *library_only &= recorder.library_of_code[number];
        frames[kept++] = frames[i];
    }
    return kept;
}

static uint32_t add_stack(struct stack_frame *frames, size_t count, uint32_t hash)
{
    bool library_only;
    int saved_errno = errno;
    size_t kept = keep_code(frames, count, &library_only);
    if (kept < count) {
        hash = stacks_hash(frames, kept);
        int64_t known = stacks_find(&recorder.stacks, frames, kept, hash);
        if (known != STACK_NONE)
            return (uint32_t)known;
    }
    uint32_t stack = stacks_add(&recorder.stacks, frames, kept, hash, library_only);
    errno = saved_errno;
    return stack;
}

static uint32_t find_or_add(size_t count)
{
    uint32_t hash = stacks_hash(recorder.frames, count);
    int64_t known = stacks_find(&recorder.stacks, recorder.frames, count, hash);
    return known != STACK_NONE ? (uint32_t)known : add_stack(recorder.frames, count, hash);
}

/* Where the stack that was last met here may be noted: most are met again at once. */
static inline uint32_t *recent_slot(const void *top)
{
    const void *caller = compat_next_frame(top);
    struct stack_frame inner = frames_peek(top), outer = caller ? frames_peek(caller) : (struct stack_frame){NULL, 0};
    uint64_t key = (uint64_t)inner.code * 3 + inner.at * 8 + (uint64_t)outer.code * 5 + outer.at * 64;
    return &recorder.recent[(key >> 4 ^ key >> 14) % RECENT_STACKS];
}

/* When there are many stacks already, those to come are shorter, so that they are fewer. */
static size_t depth_left(size_t depth)
{
    size_t most = recorder.stacks.count < STACKS_MAX / 2 ? depth : recorder.stacks.count < STACKS_MAX / 4 * 3 ? DEPTH_CROWDED : 1;
    return depth < most ? depth : most;
}

static uint32_t stack_of_depth(const void *top, size_t depth)
{
    return find_or_add(frames_collect(top, recorder.frames, depth_left(depth)));
}

/* Without an application's frame among the first, growth looks further out for one. */
static uint32_t stack_of_growth(const void *top)
{
    uint32_t stack = stack_of_depth(top, DEPTH_GROWTH);
    const struct stack *at = &recorder.stacks.at[stack];
    return at->library_only && at->frame_count > DEPTH_GROWTH ? stack_of_depth(top, DEPTH_GROWTH_LIBRARY) : stack;
}

static uint32_t stack_now(const void *top, uint32_t weight)
{
    if (!top)
        return STACK_NO_FRAME;
    if (recorder.recording.mode == RECORDER_SAMPLE || weight != BLOCK_WEIGHT_ONE)
        return stack_of_depth(top, DEPTH_SAMPLE);
    uint32_t *recent = recent_slot(top);
    const struct stack *at = &recorder.stacks.at[*recent];
    if (*recent >= STACK_FIRST_REAL && frames_match(top, at->frames, at->frame_count))
        return *recent;
    return *recent = recorder.recording.mode == RECORDER_EXACT ? stack_of_depth(top, DEPTH_EXACT) : stack_of_growth(top);
}

/* ---- Blocks ---- */

static void set_floors_of(struct domain *domain, const struct floors *floors)
{
    domain->floors = *floors;
    domain->least = floors->any < floors->keys ? floors->any : floors->keys;
}

static void set_floors(void)
{
    const struct level *level = &levels[recorder.level];
    recorder.level_least = level->count / 2;
    recorder.level_width = (recorder.level + 1 < LEVEL_COUNT ? level[1].count : UINT64_MAX) - recorder.level_least;
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++) {
        struct domain *domain = &recorder.domains[i];
        switch (recorder.recording.mode) {
        case RECORDER_EXACT: set_floors_of(domain, &everything); break;
        case RECORDER_HOLDERS: set_floors_of(domain, domain->id == PYMEM_DOMAIN_MEM ? &level->mem : &level->object); break;
        default: set_floors_of(domain, &nothing);
        }
        /* Else a list's second growth would be the first that is seen, and might be a shrinking one for all we know. */
        if (recorder.recording.mode == RECORDER_HOLDERS && !recorder.at_start)
            domain->floors.first = domain->floors.grown;
    }
}

static __attribute__((noinline)) void adapt_level(void)
{
    unsigned level = recorder.level;
    if (recorder.blocks.count < recorder.level_least)
        recorder.level = level - 1;
    else
        recorder.level = level + 1;
    set_floors();
}

/* Keeps what is known of a block. */
static inline void put(const struct recorded_block *block)
{
    struct recorded_block *slot = blocks_add(&recorder.blocks, (const void *)block->address);
    if (!slot) {
        recorder.recording.lost_blocks++;
        return;
    }
    if (slot->weight) /* somebody freed it without the GIL */
        stacks_count_dead(&recorder.stacks, slot->stack, slot->size, slot->weight);
    *slot = *block;
    stacks_count_live(&recorder.stacks, block->stack, block->size, block->weight);
    if (recorder.blocks.count - recorder.level_least >= recorder.level_width)
        adapt_level();
}

static inline void take(struct recorded_block *block)
{
    stacks_count_dead(&recorder.stacks, block->stack, block->size, block->weight);
    blocks_remove(&recorder.blocks, block);
}

/*
 * What a block stands for if it is recorded, else 0. Until 3.11 other interpreters share the GIL, and may free what this one has; but what they
 * allocate, in frames of code that ends with them, is not in the snapshot.
 */
static uint32_t weigh(const PyThreadState *tstate, size_t size, bool certain)
{
    bool drawn = recorder.countdown < 0;
    if (drawn)
        recorder.countdown = sampling_draw(&recorder.sampling);
    if (tstate->interp != recorder.interp)
        return 0;
    if (certain)
        return BLOCK_WEIGHT_ONE;
    return drawn ? sampling_weight(&recorder.sampling, size) : 0;
}

static inline struct recorded_block born(const void *top, const void *block, size_t size, uint32_t weight)
{
    uint32_t stack = stack_now(top, weight);
    stacks_count_born(&recorder.stacks, stack, size, weight, recorder.serial);
    return (struct recorded_block){
        .address = (uint64_t)block, .size = size, .serial = recorder.serial++, .vote = vote_first(stack, size), .stack = stack, .weight = weight};
}

/*
 * Dicts and sets make a new store, move into it and free the old one, all in one instruction: then the old one's vote goes on with the
 * new one, as it does with realloc.
 */
static __attribute__((noinline)) void inherit_vote(const void *top, const struct recorded_block *dying)
{
    struct fresh fresh = recorder.fresh;
    recorder.fresh.block = NULL;
    struct recorded_block *heir = fresh.block != (const void *)dying->address ? blocks_find(&recorder.blocks, fresh.block) : NULL;
    if (!heir || heir->weight != BLOCK_WEIGHT_ONE || heir->size <= dying->size || fresh.position != frames_position(top))
        return;
    heir->vote = dying->vote;
    vote_cast(&heir->vote, heir->stack, vote_weight(dying->size, heir->size));
}

/* ---- The hooks' slow paths ---- */

/*
 * The thread state if the call may be recorded. The GIL is what keeps the tables in order, so who does not hold it, though the domain's
 * rules demand it, must not touch them. Before 3.12 the current thread state is the process', from then on the thread's own.
 */
static inline PyThreadState *enter(void)
{
    if (!recorder.active) {
        recorder.probe_hits++;
        return NULL;
    }
    PyThreadState *tstate = compat_current_thread();
    bool ours = tstate && tstate->interp == recorder.interp;
#if PY_VERSION_HEX < 0x030C0000
    ours = tstate && tstate->thread_id == (unsigned long)pthread_self();
#endif
    if (!ours || recorder.busy) {
        recorder.recording.strangers++;
        return NULL;
    }
    recorder.busy = true;
    return tstate;
}

static inline void leave(void)
{
    recorder.busy = false;
}

static __attribute__((noinline)) void record_new(const void *block, size_t size, bool certain)
{
    PyThreadState *tstate = block ? enter() : NULL;
    if (!tstate)
        return;
    uint32_t weight = weigh(tstate, size, certain);
    if (weight) {
        const void *top = compat_top_frame(tstate);
        struct recorded_block new = born(top, block, size, weight);
        put(&new);
        recorder.fresh = weight == BLOCK_WEIGHT_ONE ? (struct fresh){block, frames_position(top)} : (struct fresh){NULL, 0};
    }
    leave();
}

/* Who takes things out is not who put them in: the block keeps its stack and its vote. */
static void shrink(struct recorded_block *found, const void *block, size_t size)
{
    struct recorded_block shrunk = *found;
    take(found);
    shrunk.address = (uint64_t)block;
    shrunk.size = size;
    put(&shrunk);
}

/* `found` is the recorded block that grew, NULL if it was not recorded. */
static void grow(const void *top, struct recorded_block *found, bool is_store, bool is_realloc, const void *block, size_t size, uint32_t weight)
{
    struct recorded_block grown = {0};
    if (weight)
        grown = born(top, block, size, weight);
    if (is_store) {
        grown.vote = found->vote;
        vote_cast(&grown.vote, grown.stack, vote_weight(found->size, size));
    } else if (is_realloc && !recorder.at_start) {
        grown.vote = (struct vote){STACK_LOST, 0};
    }
    if (found)
        take(found);
    if (weight)
        put(&grown);
}

/* The real reallocation is done: nothing else could get the old address meanwhile, as nobody else has the GIL. */
static __attribute__((noinline)) void record_resize(const void *old, const void *block, size_t size, bool certain)
{
    PyThreadState *tstate = block ? enter() : NULL;
    if (!tstate)
        return;
    recorder.fresh.block = NULL;
    struct recorded_block *found = old ? blocks_find(&recorder.blocks, old) : NULL;
    bool is_store = found && found->weight == BLOCK_WEIGHT_ONE && recorder.recording.mode != RECORDER_SAMPLE;
    uint32_t weight = weigh(tstate, size, is_store || certain);
    if (found && size <= found->size)
        shrink(found, block, size);
    else
        grow(compat_top_frame(tstate), found, is_store, old != NULL, block, size, weight);
    leave();
}

static __attribute__((noinline)) void forget(const void *block)
{
    PyThreadState *tstate = enter();
    if (!tstate)
        return;
    struct recorded_block *found = blocks_find(&recorder.blocks, block);
    if (found) {
        if (recorder.fresh.block && found->weight == BLOCK_WEIGHT_ONE)
            inherit_vote(compat_top_frame(tstate), found);
        take(found);
    }
    leave();
}

/* ---- The hooks ---- */

/*
 * The way of almost all calls is short and ends in a tail call. What may have to be recorded takes the other one.
 */

/* Counts the bytes; true if they come to a sample. */
static inline bool is_sampled(size_t size)
{
    return __builtin_expect((recorder.countdown -= (int64_t)size) < 0, 0);
}

static inline bool is_certain(const struct domain *domain, size_t size)
{
    return size >= domain->floors.any || (size >= domain->floors.keys && stores_is_keys_size(&recorder.keys_sizes, size));
}

static __attribute__((noinline)) void *malloc_and_record(struct domain *domain, size_t size)
{
    void *block = domain->next.malloc(domain->next.ctx, size);
    bool certain = is_certain(domain, size);
    if (certain || recorder.countdown < 0)
        record_new(block, size, certain);
    return block;
}

static void *hook_malloc(void *context, size_t size)
{
    struct domain *domain = context;
    if (is_sampled(size) || __builtin_expect(size >= domain->least, 0))
        return malloc_and_record(domain, size);
    return domain->next.malloc(domain->next.ctx, size);
}

static __attribute__((noinline)) void *calloc_and_record(struct domain *domain, size_t count, size_t element_size)
{
    void *block = domain->next.calloc(domain->next.ctx, count, element_size);
    size_t size = count * element_size; /* if this overflows there is no block */
    bool certain = is_certain(domain, size);
    if (certain || recorder.countdown < 0)
        record_new(block, size, certain);
    return block;
}

static void *hook_calloc(void *context, size_t count, size_t element_size)
{
    struct domain *domain = context;
    if (is_sampled(count * element_size) || __builtin_expect(count * element_size >= domain->least, 0))
        return calloc_and_record(domain, count, element_size);
    return domain->next.calloc(domain->next.ctx, count, element_size);
}

static void *hook_realloc(void *context, void *old, size_t size)
{
    struct domain *domain = context;
    void *block = domain->next.realloc(domain->next.ctx, old, size);
    bool certain = size >= (old ? domain->floors.grown : domain->floors.first);
    if (is_sampled(size) || certain || (old && blocks_may_hold(&recorder.blocks, old)))
        record_resize(old, block, size, certain);
    return block;
}

static __attribute__((noinline)) void forget_and_free(struct domain *domain, void *block)
{
    forget(block);
    domain->next.free(domain->next.ctx, block);
}

static void hook_free(void *context, void *block)
{
    struct domain *domain = context;
    if (__builtin_expect(blocks_may_hold(&recorder.blocks, block), 0))
        forget_and_free(domain, block);
    else
        domain->next.free(domain->next.ctx, block);
}

static PyMemAllocatorEx hook_of(struct domain *domain)
{
    return (PyMemAllocatorEx){domain, hook_malloc, hook_calloc, hook_realloc, hook_free};
}

static bool is_on_top(const struct domain *domain)
{
    PyMemAllocatorEx current;
    PyMem_GetAllocator(domain->id, &current);
    return current.ctx == domain && current.malloc == hook_malloc;
}

/* Is a hook that was left in place still called? Somebody may have taken it out together with his own. */
static bool is_called(struct domain *domain)
{
    bool mem = domain->id == PYMEM_DOMAIN_MEM;
    recorder.probe_hits = 0;
    set_floors_of(domain, &everything);
    void *block = mem ? PyMem_Malloc(1) : PyObject_Malloc(1);
    set_floors_of(domain, &nothing);
    if (mem)
        PyMem_Free(block);
    else
        PyObject_Free(block);
    return recorder.probe_hits > 0;
}

static void install(struct domain *domain)
{
    if (is_on_top(domain) || (domain->hooked && is_called(domain)))
        return;
    PyMem_GetAllocator(domain->id, &domain->next); /* complete before the first call */
    PyMemAllocatorEx hook = hook_of(domain);
    PyMem_SetAllocator(domain->id, &hook);
    domain->hooked = true;
}

static void uninstall(struct domain *domain)
{
    if (!domain->hooked || !is_on_top(domain))
        return;
    PyMem_SetAllocator(domain->id, &domain->next);
    domain->hooked = false;
}

/* ---- Start and stop ---- */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void seed(void)
{
    sampling_init(&recorder.sampling, clock_ns(CLOCK_MONOTONIC), SAMPLING_INTERVAL_DEFAULT);
    recorder.countdown = recorder.recording.mode == RECORDER_EXACT ? INT64_MAX : sampling_draw(&recorder.sampling);
    recorder.recording.started_ns = clock_ns(CLOCK_REALTIME);
}

static void disarm(void)
{
    recorder.active = false;
    recorder.countdown = INT64_MAX;
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++)
        set_floors_of(&recorder.domains[i], &nothing);
}

/*
 * A child made by fork: its heap is a copy, so what is known about it stays true; only the counting starts anew, and not with
 * the same random numbers as in its siblings. If a thread without the GIL forked while the tables were being changed, they are useless.
 */
static void after_fork_in_child(void)
{
    if (!recorder.active)
        return;
    if (recorder.busy) {
        disarm();
        return;
    }
    stacks_restart_counting(&recorder.stacks);
    recorder.recording.lost_blocks = recorder.recording.strangers = 0;
    seed();
}

static enum wh_status prepare(int mode, struct wh_error *error)
{
    static bool handles_fork;
    if (!handles_fork && pthread_atfork(NULL, NULL, after_fork_in_child) != 0)
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the recorder");
    handles_fork = true;
    if (!stacks_init(&recorder.stacks))
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the recorder's stacks");
    if (!blocks_init(&recorder.blocks, mode == RECORDER_EXACT ? SLOTS_MAX_EXACT : SLOTS_MAX)) {
        stacks_deinit(&recorder.stacks);
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the recorder's blocks");
    }
    return WH_OK;
}

enum wh_status recorder_start(int mode, bool at_start, struct wh_error *error)
{
    if (recorder.active && recorder.recording.mode == mode)
        return WH_OK;
    recorder_stop();
    if (mode == RECORDER_OFF)
        return WH_OK;
    enum wh_status status = prepare(mode, error);
    if (status)
        return status;
    recorder.interp = PyThreadState_Get()->interp;
    recorder.at_start = at_start;
    stores_keys_sizes_init(&recorder.keys_sizes);
    recorder.level = 0;
    recorder.serial = 0;
    recorder.fresh.block = NULL;
    memset(recorder.recent, 0, sizeof recorder.recent);
    recorder.recording =
        (struct recording){.mode = mode, .interval = SAMPLING_INTERVAL_DEFAULT, .stacks = &recorder.stacks, .blocks = &recorder.blocks};
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++)
        install(&recorder.domains[i]);
    seed();
    set_floors();
    recorder.active = true;
    return WH_OK;
}

void recorder_stop(void)
{
    bool was_active = recorder.active;
    disarm();
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++)
        uninstall(&recorder.domains[i]);
    if (!was_active)
        return;
    /* Taken out first: the end of a code object may run code of the program, which may start the recorder again. */
    struct stacks stacks = recorder.stacks;
    struct block_table blocks = recorder.blocks;
    recorder.stacks = (struct stacks){0};
    recorder.blocks = (struct block_table)BLOCK_TABLE_EMPTY;
    for (uint32_t i = 0; i < stacks.code_count; i++)
        Py_DECREF((PyObject *)stacks.codes[i]);
    stacks_deinit(&stacks);
    blocks_deinit(&blocks);
}

void recorder_at_exit(void)
{
    disarm();
}

const struct recording *recorder_recording(void)
{
    return recorder.active ? &recorder.recording : NULL;
}
