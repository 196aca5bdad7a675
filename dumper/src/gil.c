/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "compat.h"

#include "gil.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pages.h"

/* In inline mode the walk runs on it. Ours, and not the thread library's, which would keep it. */
enum { STACK_BYTES = 512 * 1024, GUARD_BYTES = 4096 };

/* A thread that blocks the signal, or is deep in the kernel, does not answer. */
enum { ANSWER_SECONDS = 2, PAUSE_NS = 50 * 1000 * 1000 };

/* ---- Waiting ---- */

enum phase { PHASE_WAITS, PHASE_RUNS, PHASE_GIVEN_UP };

static struct {
    bool exists;
    pthread_t thread;
    char *stack;
    PyThreadState *state;   /* made and deleted by who asks: the thread itself is to have nothing to do with malloc, which would map an arena */
    struct gil_job job;
    atomic_int phase;
    atomic_bool gave_back;  /* its state can be deleted: else it was ended by an interpreter that is going away */
    atomic_bool ended;
    sem_t news;
    void (*listener)(void);
} helper;

static void tell_the_end(void *unused)
{
    (void)unused;
    helper.ended = true;
    sem_post(&helper.news);
    if (helper.phase == PHASE_GIVEN_UP && helper.listener)
        helper.listener();
}

static void *take_gil(void *unused)
{
    (void)unused;
    pthread_cleanup_push(tell_the_end, NULL);
    PyEval_AcquireThread(helper.state);
    int waits = PHASE_WAITS;
    if (atomic_compare_exchange_strong(&helper.phase, &waits, PHASE_RUNS))
        helper.job.run(helper.job.context);
    PyThreadState_Clear(helper.state);
    PyEval_ReleaseThread(helper.state);
    helper.gave_back = true;
    pthread_cleanup_pop(1);
    return NULL;
}

static void discard_helper(void)
{
    if (helper.state && helper.gave_back)
        PyThreadState_Delete(helper.state);
    pages_unmap(helper.stack, STACK_BYTES);
    sem_destroy(&helper.news);
    helper.stack = NULL;
    helper.state = NULL;
    helper.exists = false;
}

static bool start_helper(const struct gil_job *job)
{
    sem_init(&helper.news, 0, 0);
    helper.job = *job;
    helper.phase = PHASE_WAITS;
    helper.ended = false;
    helper.gave_back = true; /* so far there is nothing to give back */
    helper.stack = pages_map(STACK_BYTES);
    helper.state = helper.stack ? PyThreadState_New(PyInterpreterState_Main()) : NULL;
    if (helper.state) {
        mprotect(helper.stack, GUARD_BYTES, PROT_NONE);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, helper.stack + GUARD_BYTES, STACK_BYTES - GUARD_BYTES);
        helper.gave_back = false;
        helper.exists = pthread_create(&helper.thread, &attributes, take_gil, NULL) == 0; /* with the caller's mask: all signals blocked */
        pthread_attr_destroy(&attributes);
    }
    if (!helper.exists) {
        helper.gave_back = true;
        discard_helper();
    }
    return helper.exists;
}

static void join_helper(void)
{
    pthread_join(helper.thread, NULL);
    discard_helper();
}

static void run_in_this_thread(const struct gil_job *job)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    job->run(job->context);
    PyGILState_Release(gil);
}

static struct timespec in_a_while(uint64_t wait_ns)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    wait_ns += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(wait_ns / 1000000000);
    until.tv_nsec = (long)(wait_ns % 1000000000);
    return until;
}

static bool await(sem_t *news, uint64_t wait_ns)
{
    struct timespec until = in_a_while(wait_ns);
    int result;
    do
        result = sem_timedwait(news, &until);
    while (result < 0 && errno == EINTR);
    return result == 0;
}

void gil_set_listener(void (*ended)(void))
{
    helper.listener = ended;
}

void gil_clean_up(void)
{
    if (helper.exists && helper.ended)
        join_helper();
}

/* The thread state went with the parent's other threads. */
void gil_after_fork_in_child(void)
{
    if (helper.exists)
        pages_unmap(helper.stack, STACK_BYTES);
    helper.exists = false;
    helper.stack = NULL;
    helper.state = NULL;
}

/* ---- Interrupting ---- */

enum request { REQUEST_NONE, REQUEST_ASKED, REQUEST_TAKEN, REQUEST_DONE, REQUEST_DECLINED };

static struct {
    atomic_int state;
    const struct gil_job *job;
    PyThreadState *holder;
    sem_t answer;
} interrupt;

/* The holder cannot let go of the GIL, and so cannot end, while its lock is held. */
static bool signal_holder(int signal_number)
{
    PyInterpreterState *interp = PyInterpreterState_Main();
    union sigval value = {.sival_ptr = &interrupt};
    compat_gil_lock(interp);
    interrupt.holder = compat_gil_holder(interp);
    bool sent = interrupt.holder && interrupt.holder->interp == interp && interrupt.holder->thread_id &&
                pthread_sigqueue((pthread_t)interrupt.holder->thread_id, signal_number, value) == 0;
    compat_gil_unlock(interp);
    return sent;
}

static enum wh_status interrupt_holder(const struct gil_job *job, struct wh_error *error)
{
    interrupt.job = job;
    sem_init(&interrupt.answer, 0, 0);
    interrupt.state = REQUEST_ASKED;
    if (signal_holder(job->signal_number)) {
        bool answered = await(&interrupt.answer, (uint64_t)ANSWER_SECONDS * 1000000000);
        int asked = REQUEST_ASKED;
        errno = 0;
        if (!answered && atomic_compare_exchange_strong(&interrupt.state, &asked, REQUEST_NONE))
            return wh_error_set(error, WH_ERR_TARGET, "the GIL was not to be had, and the thread that has it does not answer signals");
        while (interrupt.state == REQUEST_TAKEN) /* it has begun */
            await(&interrupt.answer, 1000000000);
    }
    bool done = interrupt.state == REQUEST_DONE;
    interrupt.state = REQUEST_NONE;
    errno = 0;
    return done ? WH_OK : wh_error_set(error, WH_ERR_TARGET, "the GIL was not to be had, and no thread that has it could be interrupted");
}

/* The thread that runs this has the GIL, so the helper cannot begin meanwhile. */
static bool run_interrupted(void)
{
    PyThreadState *holder = compat_gil_holder(PyInterpreterState_Main());
    if (!holder || holder != interrupt.holder || !pthread_equal(pthread_self(), (pthread_t)holder->thread_id))
        return false;
    int waits = PHASE_WAITS;
    bool is_ours = atomic_compare_exchange_strong(&helper.phase, &waits, PHASE_GIVEN_UP);
    if (interrupt.job->run_interrupted(interrupt.job->context))
        return true;
    if (is_ours)
        helper.phase = PHASE_WAITS;
    return false;
}

bool gil_handle_signal(const siginfo_t *info)
{
    if (!info || info->si_code != SI_QUEUE || info->si_value.sival_ptr != &interrupt || info->si_pid != getpid())
        return false;
    int asked = REQUEST_ASKED;
    if (!atomic_compare_exchange_strong(&interrupt.state, &asked, REQUEST_TAKEN))
        return true;
    interrupt.state = run_interrupted() ? REQUEST_DONE : REQUEST_DECLINED;
    sem_post(&interrupt.answer);
    return true;
}

/* ---- Both ---- */

/* For the helper to be through with the job. */
static bool await_helper(uint64_t wait_ns)
{
    if (helper.phase == PHASE_GIVEN_UP || !await(&helper.news, wait_ns))
        return false;
    join_helper();
    return true;
}

/* The job is the helper's again, unless it has begun. */
static enum wh_status interrupt_again_and_again(const struct gil_job *job, struct wh_error *error)
{
    uint64_t waited = 0, rounds = GIL_PATIENCES * job->patience_ns / PAUSE_NS;
    for (;; waited++) {
        enum wh_status status = interrupt_holder(job, error);
        if (!status || await_helper(PAUSE_NS))
            return WH_OK;
        if (waited >= rounds)
            return status;
        if (helper.phase == PHASE_GIVEN_UP)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
}

enum wh_status gil_do(const struct gil_job *job, struct wh_error *error)
{
    gil_clean_up();
    bool given_up = helper.exists;
    if (job->patience_ns == 0 || job->signal_number == 0 || (!given_up && !start_helper(job))) {
        run_in_this_thread(job);
        return WH_OK;
    }
    if (await_helper(job->patience_ns))
        return WH_OK;
    enum wh_status status = interrupt_again_and_again(job, error);
    int waits = PHASE_WAITS;
    if (helper.exists && !atomic_compare_exchange_strong(&helper.phase, &waits, PHASE_GIVEN_UP) && waits == PHASE_RUNS) {
        join_helper(); /* it has begun just now */
        return WH_OK;
    }
    return status;
}
