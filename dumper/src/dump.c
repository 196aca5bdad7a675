/* SPDX-License-Identifier: MIT */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "dump.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <whoholds/formats/writer.h>

#include "child.h"
#include "describe.h"
#include "gil.h"
#include "headroom.h"
#include "program.h"
#include "sink.h"

enum { NANOSECONDS = 1000000000 };

/* How long a child waits to be told the pause: the parent tells it at once, unless it died. */
enum { PAUSE_WAIT_NS = 2 * NANOSECONDS, PAUSE_POLL_NS = 50000 };

/* A snapshot being made. Mapped MAP_SHARED, so that parent and child see the same one: what the child tells the parent is here. */
struct picture {
    struct walk *walk;
    struct program program;
    struct sink_name name;
    struct snapshot_header header;
    uint64_t asked_ns;
    uint64_t begun_ns;               /* the program stands still from here */
    bool may_fork;
    bool in_child;
    bool interrupted;                /* begun in a signal handler of the thread that has the GIL */
    struct snapshot_writer *writer;  /* in memory of the process that writes */
    struct sink sink;
    uint64_t dump_ns;
    _Atomic uint64_t pause_ns;       /* parent to child; 0: not known yet */
    atomic_bool finished;            /* child to parent: status and error hold */
    enum wh_status status;
    struct wh_error error;
};

/* The process' one dumper. `lock` is held during a dump and guards settings and picture; a thread that holds the GIL never waits for it. */
static struct {
    pthread_mutex_t lock;
    struct dump_settings settings;
    struct picture *picture;
    uint64_t next_number;
    pthread_mutex_t statistics_lock; /* held for a moment, also with the GIL */
    struct dump_statistics statistics;
} dumper = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .settings = {.fork = true, .values = VALUES_SHORT, .pattern = "{name}-{pid}-{n}.whs", .directory = ".", .gil_patience_ns = 10 * (uint64_t)NANOSECONDS},
    .next_number = 1,
    .statistics_lock = PTHREAD_MUTEX_INITIALIZER,
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t dump_clock(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

static void *map_pages(size_t size, int flags)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

/* The picture, drawn by whoever writes it: a child, or the program's own thread. */

static enum wh_status write_bytes(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    struct picture *picture = context;
    if (picture->in_child)
        child_made_progress();
    return sink_write(&picture->sink, bytes, length, error);
}

static enum wh_status write_tables(struct picture *picture, struct wh_error *error)
{
    void *memory = map_pages(snapshot_writer_memory(picture->header.compress), MAP_PRIVATE);
    if (!memory)
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the snapshot's buffers: %s", describe_errno(errno));
    enum wh_status status = snapshot_writer_begin(memory, write_bytes, picture, &picture->header, &picture->writer, error);
    if (!status)
        status = walk_run(picture->walk, picture->writer, error);
    if (status)
        munmap(memory, snapshot_writer_memory(picture->header.compress));
    return status;
}

/* Writes everything for which the program must stand still. On failure no file is left. */
static enum wh_status picture_draw(struct picture *picture, struct wh_error *error)
{
    enum wh_status status = sink_open(&picture->sink, &picture->name, error);
    if (status)
        return status;
    status = write_tables(picture, error);
    if (status)
        sink_discard(&picture->sink);
    return status;
}

static enum wh_status picture_finish(struct picture *picture, struct wh_error *error)
{
    picture->dump_ns = dump_clock() - picture->asked_ns;
    struct snapshot_totals totals = {.pause_ns = picture->pause_ns, .dump_ns = picture->dump_ns};
    enum wh_status status = snapshot_writer_finish(picture->writer, &totals, error);
    munmap(picture->writer, snapshot_writer_memory(picture->header.compress));
    if (!status)
        status = sink_commit(&picture->sink, error);
    if (status)
        sink_discard(&picture->sink);
    return status;
}

/* A parent that died will not tell how long it stood still: until the child was there, as far as we know. */
static void await_pause(struct picture *picture, uint64_t child_begun_ns)
{
    uint64_t deadline = dump_clock() + PAUSE_WAIT_NS;
    while (picture->pause_ns == 0 && dump_clock() < deadline)
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_POLL_NS}, NULL);
    if (picture->pause_ns == 0)
        picture->pause_ns = child_begun_ns - picture->begun_ns;
}

static void draw_in_child(void *context)
{
    struct picture *picture = context;
    uint64_t child_begun_ns = dump_clock();
    picture->status = picture_draw(picture, &picture->error);
    if (!picture->status) {
        await_pause(picture, child_begun_ns);
        picture->status = picture_finish(picture, &picture->error);
    }
    picture->finished = true;
}

/* What /proc calls this process, if it is not that of another container. 0: there is none, and the snapshot will have no account of memory. */
static pid_t number_in_proc(void)
{
    char link[24];
    ssize_t length = readlink("/proc/self", link, sizeof(link) - 1);
    link[length < 0 ? 0 : length] = '\0';
    return (pid_t)strtol(link, NULL, 10);
}

/* Under the GIL, and what it takes there is pause. */
static enum wh_status picture_begin(struct picture *picture, struct wh_error *error)
{
    picture->begun_ns = dump_clock();
    struct walk_options options = {.values = dumper.settings.values, .guard = picture->in_child, .process = number_in_proc()};
    enum wh_status status = walk_begin(&options, &picture->walk, error);
    if (status)
        return status;
    program_read(&picture->program);
    walk_fill_header(picture->walk, &picture->header);
    picture->header.mode = picture->in_child ? "fork" : "inline";
    picture->header.interrupted = picture->interrupted;
    picture->header.program = picture->program.path;
    picture->name.program = picture->program.name;
    return WH_OK;
}

/* What the child said before it ended; if it could not say anything, what it died of, and its file is removed. */
static enum wh_status hear_child(struct picture *picture, pid_t child, struct wh_error *error)
{
    enum wh_status status = child_wait(child, error);
    if (!picture->finished) {
        sink_remove_part(&picture->sink);
        return status ? status : wh_error_set(error, WH_ERR_TARGET, "the child process that wrote the snapshot ended without a word");
    }
    if (picture->status)
        *error = picture->error;
    return picture->status;
}

/* What was begun by whoever had the GIL. Not in the picture, which is the child's as soon as it is there. */
struct begun {
    struct picture *picture;
    enum wh_status status;
    struct wh_error error;
    bool refused;      /* no child could be made, and nothing has happened yet */
    pid_t child;       /* 0: there is none */
};

static void begin_child(void *context)
{
    struct begun *begun = context;
    struct picture *picture = begun->picture;
    picture->in_child = true;
    begun->status = picture_begin(picture, &begun->error);
    if (begun->status)
        return;
    begun->status = child_start(draw_in_child, picture, &begun->child, &begun->error);
    begun->refused = begun->status != WH_OK;
    if (!begun->refused)
        picture->pause_ns = dump_clock() - picture->begun_ns;
}

/* In a signal handler: the collector's lists are in order unless it runs, and the child has a guard for the rest. */
static bool begin_interrupted_child(void *context)
{
    struct begun *begun = context;
    if (walk_is_collecting() || !begun->picture->may_fork)
        return false;
    begun->picture->interrupted = true;
    begin_child(context);
    return true;
}

static void draw_inline(void *context)
{
    struct begun *begun = context;
    struct picture *picture = begun->picture;
    picture->in_child = false;
    begun->status = picture_begin(picture, &begun->error);
    if (!begun->status)
        begun->status = picture_draw(picture, &begun->error);
    picture->pause_ns = dump_clock() - picture->begun_ns;
}

/* A thread that waits for signals interrupts native code that does not let go of the GIL; others wait. */
static enum wh_status do_with_gil(const struct dump_request *request, void (*run)(void *), struct begun *begun, struct wh_error *error)
{
    const struct gil_job job = {run, begin_interrupted_child, begun, dumper.settings.gil_patience_ns, request->signal_number};
    return gil_do(&job, error);
}

static enum wh_status finish_child(struct begun *begun, struct wh_error *error)
{
    walk_end(begun->picture->walk);
    if (begun->child > 0)
        return hear_child(begun->picture, begun->child, error);
    if (begun->status)
        *error = begun->error;
    return begun->status;
}

/* *refused: no child could be made, and nothing has happened yet. */
static enum wh_status dump_by_child(const struct dump_request *request, struct picture *picture, bool *refused, struct wh_error *error)
{
    struct begun begun = {.picture = picture};
    enum wh_status status = do_with_gil(request, begin_child, &begun, error);
    if (status)
        return status;
    *refused = begun.refused && !picture->interrupted;
    return finish_child(&begun, error);
}

static enum wh_status dump_inline(const struct dump_request *request, struct picture *picture, struct wh_error *error)
{
    struct begun begun = {.picture = picture};
    enum wh_status status = do_with_gil(request, draw_inline, &begun, error);
    if (status)
        return status;
    if (picture->interrupted) /* for a moment, not for a whole walk: by a child after all */
        return finish_child(&begun, error);
    walk_end(picture->walk);
    if (begun.status) {
        *error = begun.error;
        return begun.status;
    }
    return picture_finish(picture, error);
}

static const char *values_name(int values)
{
    return values == VALUES_NONE ? "none" : values == VALUES_SHORT ? "short" : "full";
}

static void picture_init(struct picture *picture, const struct dump_request *request)
{
    uint64_t created_ns = clock_ns(CLOCK_REALTIME);
    pid_t pid = getpid();
    picture->asked_ns = request->asked_ns;
    picture->name = (struct sink_name){
        .pattern = request->path ? request->path : dumper.settings.pattern,
        .literal = request->path && !request->is_pattern,
        .directory = request->directory ? request->directory : dumper.settings.directory,
        .pid = pid,
        .first_number = dumper.next_number,
        .created_ns = created_ns,
    };
    picture->header = (struct snapshot_header){
        .created_ns = created_ns,
        .pid = (uint64_t)pid,
        .trigger = request->trigger,
        .values = values_name(dumper.settings.values),
        .compress = request->compress == COMPRESS_AS_SET ? dumper.settings.compress : request->compress == COMPRESS_YES,
    };
    picture->sink.fd = -1;
}

static void fill_result(const struct picture *picture, struct dump_result *result)
{
    strcpy(result->path, picture->sink.path);
    result->bytes = picture->sink.bytes;
    result->pause_ns = picture->pause_ns;
    result->dump_ns = picture->dump_ns;
    result->interrupted = picture->interrupted;
}

static enum wh_status take_picture(const struct dump_request *request, struct picture *picture, struct dump_result *result,
                                   struct wh_error *error)
{
    picture_init(picture, request);
    bool refused = false;
    enum wh_status status = WH_OK;
    if (dumper.settings.fork) {
        status = headroom_check(error);
        refused = status != WH_OK;
    }
    picture->may_fork = !refused;
    if (dumper.settings.fork && !refused)
        status = dump_by_child(request, picture, &refused, error);
    if (refused) {
        result->inlined = true;
        result->refusal = *error;
        picture->walk = NULL;
    }
    if (refused || !dumper.settings.fork)
        status = dump_inline(request, picture, error);
    if (!status)
        fill_result(picture, result);
    return status;
}

/* A thread that asks for the GIL of an interpreter that is going away is ended, or waits for ever. */
static bool interpreter_is_alive(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsInitialized() && !Py_IsFinalizing();
#else
    return Py_IsInitialized() && !_Py_IsFinalizing();
#endif
}

static enum wh_status dump_locked(const struct dump_request *request, struct dump_result *result, struct wh_error *error)
{
    errno = 0;
    if (!interpreter_is_alive())
        return wh_error_set(error, WH_ERR_TARGET, "the interpreter is shutting down");
    dumper.picture = map_pages(sizeof(struct picture), MAP_SHARED);
    if (!dumper.picture)
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for a snapshot: %s", describe_errno(errno));
    enum wh_status status = take_picture(request, dumper.picture, result, error);
    if (!status && !request->path)
        dumper.next_number = dumper.picture->sink.number + 1;
    munmap(dumper.picture, sizeof(struct picture));
    dumper.picture = NULL;
    return status;
}

static void note_start(void)
{
    pthread_mutex_lock(&dumper.statistics_lock);
    dumper.statistics.running = true;
    pthread_mutex_unlock(&dumper.statistics_lock);
}

static void note_end(enum wh_status status, const struct dump_result *result, const struct wh_error *error)
{
    pthread_mutex_lock(&dumper.statistics_lock);
    dumper.statistics.running = false;
    if (status) {
        dumper.statistics.failed++;
        dumper.statistics.last_error = *error;
    } else {
        dumper.statistics.written++;
        dumper.statistics.last = *result;
    }
    pthread_mutex_unlock(&dumper.statistics_lock);
}

enum wh_status dump_run(const struct dump_request *request, struct dump_result *result, struct wh_error *error)
{
    memset(result, 0, sizeof(*result));
    pthread_mutex_lock(&dumper.lock);
    note_start();
    enum wh_status status = dump_locked(request, result, error);
    note_end(status, result, error);
    pthread_mutex_unlock(&dumper.lock);
    return status;
}

void dump_configure(const struct dump_settings *settings)
{
    pthread_mutex_lock(&dumper.lock);
    dumper.settings = *settings;
    pthread_mutex_unlock(&dumper.lock);
}

void dump_statistics(struct dump_statistics *ret)
{
    pthread_mutex_lock(&dumper.statistics_lock);
    *ret = dumper.statistics;
    pthread_mutex_unlock(&dumper.statistics_lock);
}

void dump_after_fork_in_child(void)
{
    pthread_mutex_init(&dumper.lock, NULL);
    pthread_mutex_init(&dumper.statistics_lock, NULL);
    gil_after_fork_in_child();
    if (dumper.picture)
        munmap(dumper.picture, sizeof(struct picture));
    dumper.picture = NULL;
    dumper.next_number = 1;
    memset(&dumper.statistics, 0, sizeof(dumper.statistics));
}
