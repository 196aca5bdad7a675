/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder_frames.h"

#include "recorder.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "recorder_sampling.h"

/* Frames of a stack, by what it is for. Without an application's frame among the first, growth looks further out for one. */
enum { DEPTH_GROWTH = 4, DEPTH_GROWTH_LIBRARY = 32, DEPTH_EXACT = 16, DEPTH_SAMPLE = STACK_DEPTH_MAX };

/* Slots of the block table: 40 bytes each. */
enum { SLOTS_MAX = 1 << 22, SLOTS_MAX_EXACT = 1 << 25 };

/*
 * Mode `holders`: from which size on stores and other blocks are recorded. A program with very many containers gets along with the larger
 * ones: the table must not become a burden.
 */
static const struct level {
    uint64_t count;      /* of recorded blocks, from which on it holds */
    size_t store, block; /* bytes */
} levels[] = {
    {0, 0, 512}, {1 << 18, 128, 1024}, {1 << 19, 512, 4096}, {1 << 20, 4096, 32768}, {1 << 21, 65536, 1 << 20},
};
enum { LEVEL_COUNT = sizeof(levels) / sizeof(levels[0]) };

struct domain {
    PyMemAllocatorEx next;
    PyMemAllocatorDomain id;
    bool hooked;          /* the hook is in the chain of allocators, for all we know */
    size_t realloc_floor; /* reallocations to this size and more are recorded */
};

/* A store that was just made and may be about to take the place of another one. */
struct fresh {
    const void *block;
    uint64_t position;
};

static struct {
    /* What each call looks at. While nothing is recorded no block is large enough and the countdown never ends. */
    size_t floor;      /* blocks of this size and more are recorded */
    int64_t countdown; /* bytes until the next sample */
    bool active;
    bool busy;         /* the tables are being changed */
    struct block_table blocks;
    struct domain domains[2];

    struct stacks stacks;
    struct sampling sampling;
    struct fresh fresh;
    struct stack_frame frames[STACK_DEPTH_MAX];
    PyInterpreterState *interp;
    bool at_start;
    unsigned level;
    unsigned probe_hits;
    uint64_t serial;
    struct recording recording;
} recorder = {
    .floor = SIZE_MAX,
    .countdown = INT64_MAX,
    .domains = {{.id = PYMEM_DOMAIN_MEM, .realloc_floor = SIZE_MAX}, {.id = PYMEM_DOMAIN_OBJ, .realloc_floor = SIZE_MAX}},
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

/* Keeps the code objects alive, as the stack knows them by address. Frames whose code object finds no room are left out. */
static size_t keep_code(struct stack_frame *frames, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        if (!stacks_add_code(&recorder.stacks, frames[i].code, &is_new))
            continue;
        if (is_new)
            Py_INCREF((PyObject *)frames[i].code);
        frames[kept++] = frames[i];
    }
    return kept;
}

static uint32_t add_stack(struct stack_frame *frames, size_t count, uint32_t hash)
{
    size_t kept = keep_code(frames, count);
    if (kept < count) {
        hash = stacks_hash(frames, kept);
        int64_t known = stacks_find(&recorder.stacks, frames, kept, hash);
        if (known != STACK_NONE)
            return (uint32_t)known;
    }
    bool library_only = true;
    for (size_t i = 0; i < kept && library_only; i++)
        library_only = is_library(frames[i].code);
    return stacks_add(&recorder.stacks, frames, kept, hash, library_only);
}

static uint32_t stack_of_depth(PyThreadState *tstate, size_t depth)
{
    size_t count = frames_collect(tstate, recorder.frames, depth);
    uint32_t hash = stacks_hash(recorder.frames, count);
    int64_t known = stacks_find(&recorder.stacks, recorder.frames, count, hash);
    return known != STACK_NONE ? (uint32_t)known : add_stack(recorder.frames, count, hash);
}

static uint32_t stack_now(PyThreadState *tstate, uint32_t weight)
{
    if (recorder.recording.mode == RECORDER_EXACT)
        return stack_of_depth(tstate, DEPTH_EXACT);
    if (recorder.recording.mode == RECORDER_SAMPLE || weight != BLOCK_WEIGHT_ONE)
        return stack_of_depth(tstate, DEPTH_SAMPLE);
    uint32_t stack = stack_of_depth(tstate, DEPTH_GROWTH);
    const struct stack *at = &recorder.stacks.at[stack];
    if (at->library_only && at->frame_count == DEPTH_GROWTH)
        stack = stack_of_depth(tstate, DEPTH_GROWTH_LIBRARY);
    return stack;
}

/* ---- Blocks ---- */

static void set_floors(void)
{
    const struct level *level = &levels[recorder.level];
    bool exact = recorder.recording.mode == RECORDER_EXACT, holders = recorder.recording.mode == RECORDER_HOLDERS;
    recorder.floor = exact ? 0 : holders ? level->block : SIZE_MAX;
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++)
        recorder.domains[i].realloc_floor =
            holders && recorder.domains[i].id == PYMEM_DOMAIN_MEM ? level->store : recorder.floor;
}

static void adapt_level(void)
{
    unsigned level = recorder.level;
    if (level + 1 < LEVEL_COUNT && recorder.blocks.count >= levels[level + 1].count)
        recorder.level++;
    else if (level && recorder.blocks.count < levels[level].count / 2)
        recorder.level--;
    if (recorder.level != level)
        set_floors();
}

static void put(const struct recorded_block *block)
{
    if (!blocks_put(&recorder.blocks, block)) {
        recorder.recording.lost_blocks++;
        return;
    }
    stacks_count_live(&recorder.stacks, block->stack, block->size, block->weight);
    adapt_level();
}

static void take(struct recorded_block *block)
{
    stacks_count_dead(&recorder.stacks, block->stack, block->size, block->weight);
    blocks_remove(&recorder.blocks, block);
}

/* What a block stands for if it is recorded, else 0. */
static uint32_t weigh(size_t size, size_t floor)
{
    bool drawn = recorder.countdown < 0;
    if (drawn)
        recorder.countdown = sampling_draw(&recorder.sampling);
    if (size >= floor)
        return BLOCK_WEIGHT_ONE;
    return drawn ? sampling_weight(&recorder.sampling, size) : 0;
}

static struct recorded_block born(PyThreadState *tstate, const void *block, size_t size, uint32_t weight)
{
    uint32_t stack = stack_now(tstate, weight);
    stacks_count_born(&recorder.stacks, stack, size, weight);
    return (struct recorded_block){
        .address = (uint64_t)block, .size = size, .serial = recorder.serial++, .vote = vote_first(stack, size), .stack = stack, .weight = weight};
}

/*
 * Dicts and sets make a new store, move into it and free the old one, all in one instruction: then the old one's vote goes on with the
 * new one, as it does with realloc.
 */
static void inherit_vote(PyThreadState *tstate, const struct recorded_block *dying)
{
    struct fresh fresh = recorder.fresh;
    recorder.fresh.block = NULL;
    struct recorded_block *heir = fresh.block != (const void *)dying->address ? blocks_find(&recorder.blocks, fresh.block) : NULL;
    if (!heir || heir->weight != BLOCK_WEIGHT_ONE || heir->size <= dying->size || fresh.position != frames_position(tstate))
        return;
    heir->vote = dying->vote;
    vote_cast(&heir->vote, heir->stack, vote_weight(dying->size, heir->size));
}

/* ---- The hooks' slow paths ---- */

/*
 * The thread state if the call may be recorded. The GIL is what keeps the tables in order, so who does not hold it, though the domain's
 * rules demand it, must not touch them. Before 3.12 the current thread state is the process', from then on the thread's own.
 */
static PyThreadState *enter(void)
{
    if (!recorder.active) {
        recorder.probe_hits++;
        return NULL;
    }
    PyThreadState *tstate = _PyThreadState_UncheckedGet();
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

static void leave(void)
{
    recorder.busy = false;
}

static __attribute__((noinline)) void record_new(const void *block, size_t size)
{
    int saved_errno = errno;
    PyThreadState *tstate = block ? enter() : NULL;
    if (!tstate)
        return;
    uint32_t weight = weigh(size, recorder.floor);
    if (weight) {
        struct recorded_block new = born(tstate, block, size, weight);
        put(&new);
        recorder.fresh = weight == BLOCK_WEIGHT_ONE ? (struct fresh){block, frames_position(tstate)} : (struct fresh){NULL, 0};
    }
    leave();
    errno = saved_errno;
}

static void move(struct recorded_block *found, const void *block, size_t size)
{
    struct recorded_block moved = *found;
    take(found);
    moved.address = (uint64_t)block;
    moved.size = size;
    put(&moved);
}

static void grow(PyThreadState *tstate, const struct recorded_block *before, bool is_realloc, const void *block, size_t size, uint32_t weight)
{
    struct recorded_block grown = born(tstate, block, size, weight);
    if (before) {
        grown.vote = before->vote;
        vote_cast(&grown.vote, grown.stack, vote_weight(before->size, size));
    } else if (is_realloc && !recorder.at_start) {
        grown.vote = (struct vote){STACK_LOST, 0};
    }
    put(&grown);
}

/* The real reallocation is done: nothing else could get the old address meanwhile, as nobody else has the GIL. */
static __attribute__((noinline)) void record_resize(const struct domain *domain, const void *old, const void *block, size_t size)
{
    int saved_errno = errno;
    PyThreadState *tstate = block ? enter() : NULL;
    if (!tstate)
        return;
    recorder.fresh.block = NULL;
    struct recorded_block before, *found = old ? blocks_find(&recorder.blocks, old) : NULL;
    bool is_store = found && found->weight == BLOCK_WEIGHT_ONE && recorder.recording.mode != RECORDER_SAMPLE;
    uint32_t weight = weigh(size, is_store ? 0 : domain->realloc_floor < recorder.floor ? domain->realloc_floor : recorder.floor);
    if (found && size <= found->size) {
        move(found, block, size); /* who takes things out is not who put them in */
    } else {
        if (found) {
            before = *found;
            take(found);
        }
        if (weight)
            grow(tstate, is_store ? &before : NULL, old != NULL, block, size, weight);
    }
    leave();
    errno = saved_errno;
}

static __attribute__((noinline)) void forget(const void *block)
{
    PyThreadState *tstate = enter();
    if (!tstate)
        return;
    struct recorded_block *found = blocks_find(&recorder.blocks, block);
    if (found) {
        if (recorder.fresh.block && found->weight == BLOCK_WEIGHT_ONE)
            inherit_vote(tstate, found);
        take(found);
    }
    leave();
}

/* ---- The hooks ---- */

static inline bool is_wanted(size_t size)
{
    return __builtin_expect(size >= recorder.floor, 0) || __builtin_expect((recorder.countdown -= (int64_t)size) < 0, 0);
}

static inline bool is_known(const void *block)
{
    return recorder.active && blocks_may_hold(&recorder.blocks, block);
}

static void *hook_malloc(void *context, size_t size)
{
    struct domain *domain = context;
    void *block = domain->next.malloc(domain->next.ctx, size);
    if (is_wanted(size))
        record_new(block, size);
    return block;
}

static void *hook_calloc(void *context, size_t count, size_t element_size)
{
    struct domain *domain = context;
    void *block = domain->next.calloc(domain->next.ctx, count, element_size);
    if (is_wanted(count * element_size)) /* if this overflows there is no block */
        record_new(block, count * element_size);
    return block;
}

static void *hook_realloc(void *context, void *old, size_t size)
{
    struct domain *domain = context;
    void *block = domain->next.realloc(domain->next.ctx, old, size);
    if (size >= domain->realloc_floor || is_wanted(size) || (old && is_known(old)))
        record_resize(domain, old, block, size);
    return block;
}

static void hook_free(void *context, void *block)
{
    struct domain *domain = context;
    if (block && is_known(block))
        forget(block);
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
static bool is_called(const struct domain *domain)
{
    bool mem = domain->id == PYMEM_DOMAIN_MEM;
    size_t floor = recorder.floor;
    recorder.probe_hits = 0;
    recorder.floor = 0;
    void *block = mem ? PyMem_Malloc(1) : PyObject_Malloc(1);
    recorder.floor = floor;
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
    recorder.countdown = sampling_draw(&recorder.sampling);
    recorder.recording.started_ns = clock_ns(CLOCK_REALTIME);
}

static void disarm(void)
{
    recorder.active = false;
    recorder.floor = SIZE_MAX;
    recorder.countdown = INT64_MAX;
    for (size_t i = 0; i < sizeof recorder.domains / sizeof *recorder.domains; i++)
        recorder.domains[i].realloc_floor = SIZE_MAX;
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
    recorder.level = 0;
    recorder.serial = 0;
    recorder.fresh.block = NULL;
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
    recorder.blocks = (struct block_table){0};
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
