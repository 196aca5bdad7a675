/* SPDX-License-Identifier: MIT */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "trigger.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "automatic.h"
#include "describe.h"
#include "dump.h"
#include "gil.h"
#include "mailbox.h"
#include "say.h"

/* glibc takes thread-local storage of all libraries out of the stack, so "small" must not be too small. */
enum { STACK_SIZE = 512 * 1024 };

/* Container runtimes give a program ten seconds to stop. */
enum { EXIT_PATIENCE_SECONDS = 8 };

static struct {
    pthread_mutex_t change_lock;    /* one change at a time; never waited for with the GIL */
    int signal_number;              /* 0: no trigger */
    bool thread_runs;               /* there is a thread to join */
    bool at_end;                    /* of the interpreter: no thread is started any more */
    unsigned forks;                 /* that are under way: no thread is started now */
    pthread_t thread;
    pthread_mutex_t lock;           /* guards busy and stop */
    bool busy, stop;
} trigger = {.change_lock = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER};

/* What the handler touches. */
static struct sigaction previous; /* what it chains to */
static sem_t wakeup;
static atomic_bool asked;
static atomic_int owner;          /* the process whose thread waits: a child forked by other means than os.fork has none */

static void chain(int number, siginfo_t *info, void *context)
{
    if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(number, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
        previous.sa_handler(number);
}

/* Async-signal-safe: getpid, sem_post and lock-free atomics alone, unless it is the thread that holds the GIL that is meant. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    if (gil_handle_signal(info)) {
        errno = saved_errno;
        return;
    }
    if (owner == getpid()) {
        asked = true;
        sem_post(&wakeup);
    }
    chain(number, info, context);
    errno = saved_errno;
}

static bool is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == on_signal;
}

int trigger_handled_signal(void)
{
    struct sigaction current;
    int number = trigger.signal_number;
    return number && sigaction(number, NULL, &current) == 0 && is_ours(&current) ? number : 0;
}

static void answer_signal(void)
{
    struct dump_request request = {.trigger = "signal", .asked_ns = dump_clock(), .signal_number = trigger_handled_signal()};
    struct dump_result result;
    struct wh_error error;
    if (dump_run(&request, &result, &error))
        say("no snapshot was written: %s", error.message);
    else if (result.inlined)
        say("the program stood still while the snapshot was written, as %s", result.refusal.message);
}

/* `whoholds dump` has sent the signal and hears the answer, or somebody else has, or nobody. */
static void answer(const char *automatic)
{
    if (automatic) {
        automatic_snapshot(automatic, trigger_handled_signal());
        return;
    }
    struct whoholds_mailbox *mailbox = mailbox_take();
    if (mailbox)
        mailbox_answer(mailbox, trigger_handled_signal());
    else
        answer_signal();
}

/* Whether to make a snapshot now; sets busy if so. *automatic is NULL if a signal has asked for it. */
static bool begin_answer(bool *stop, const char **automatic)
{
    pthread_mutex_lock(&trigger.lock);
    *stop = trigger.stop;
    *automatic = NULL;
    trigger.busy = !trigger.stop && atomic_exchange(&asked, false);
    if (!trigger.stop && !trigger.busy) {
        *automatic = automatic_due();
        trigger.busy = *automatic != NULL;
    }
    bool busy = trigger.busy;
    pthread_mutex_unlock(&trigger.lock);
    return busy;
}

static void end_answer(void)
{
    pthread_mutex_lock(&trigger.lock);
    trigger.busy = false;
    pthread_mutex_unlock(&trigger.lock);
}

/* For a signal, or for the time at which something else may be due. */
static void await_wakeup(void)
{
    uint64_t wait = automatic_wait();
    if (wait == 0) {
        while (sem_wait(&wakeup) < 0)
            ;
        return;
    }
    struct timespec until; /* on this clock, as no other is to be had everywhere: if it is set, we come too early, or late once */
    clock_gettime(CLOCK_REALTIME, &until);
    wait += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(wait / 1000000000);
    until.tv_nsec = (long)(wait % 1000000000);
    sem_timedwait(&wakeup, &until);
}

static void wake_up(void)
{
    sem_post(&wakeup);
}

/* Where the thread's stack ends; NULL: not known. */
static char *stack_end(void)
{
    pthread_attr_t attributes;
    void *end = NULL;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return NULL;
    if (pthread_attr_getstack(&attributes, &end, &size) != 0)
        end = NULL;
    pthread_attr_destroy(&attributes);
    return end;
}

/* The pages that a dump has touched, but for two: this one, and the next one, into which the call below may reach. */
static void give_stack_back(char *end)
{
    char here;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), kept = ((uintptr_t)&here & ~(page - 1)) - page;
    if (!end || kept <= (uintptr_t)end)
        return;
    *(volatile char *)kept = 0;
    madvise(end, kept - (uintptr_t)end, MADV_DONTNEED);
}

/* A thread's first block makes malloc map an arena, or lend it one: now, and not when a dump wants a thread state. */
static void meet_malloc(void)
{
    void *volatile block = malloc(1);
    free(block);
}

static void *watch(void *unused)
{
    (void)unused;
    prctl(PR_SET_NAME, "whoholds");
    char *end = stack_end();
    meet_malloc();
    give_stack_back(end); /* so that it is the same before and after a dump */
    for (;;) {
        bool stop;
        const char *automatic;
        while (begin_answer(&stop, &automatic)) {
            answer(automatic);
            give_stack_back(end);
            end_answer();
        }
        if (stop)
            return NULL;
        gil_clean_up();
        await_wakeup();
    }
}

static void lock_changes(void)
{
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&trigger.change_lock);
    Py_END_ALLOW_THREADS
}

static void unlock_changes(void)
{
    pthread_mutex_unlock(&trigger.change_lock);
}

static int start_thread(void)
{
    if (trigger.forks > 0 || trigger.at_end)
        return 0;
    trigger.stop = trigger.busy = false;
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* a new thread starts with its maker's mask */
    int failure = pthread_create(&trigger.thread, &attributes, watch, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    trigger.thread_runs = failure == 0;
    return failure;
}

/* Asks the thread to end after what it is doing. Unless `even_busy`, a thread that is busy is left alone: false. */
static bool ask_to_stop(bool even_busy)
{
    pthread_mutex_lock(&trigger.lock);
    trigger.stop = even_busy || !trigger.busy;
    bool stop = trigger.stop;
    pthread_mutex_unlock(&trigger.lock);
    if (stop)
        sem_post(&wakeup);
    return stop;
}

/* The thread may need the GIL before it can end. */
static void join_thread(void)
{
    Py_BEGIN_ALLOW_THREADS
    pthread_join(trigger.thread, NULL);
    Py_END_ALLOW_THREADS
    trigger.thread_runs = false;
}

/* After the clone the thread of a dump touches nothing of Python, so it may outlive the interpreter. */
static void join_thread_for_a_while(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += EXIT_PATIENCE_SECONDS;
    Py_BEGIN_ALLOW_THREADS
    if (pthread_timedjoin_np(trigger.thread, NULL, &deadline) != 0)
        pthread_detach(trigger.thread);
    Py_END_ALLOW_THREADS
    trigger.thread_runs = false;
}

static enum wh_status take_signal(int number, struct wh_error *error)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    struct sigaction current;
    if (sigaction(number, NULL, &current) == 0) {
        if (!is_ours(&current))
            previous = current; /* before the handler can run */
        if (sigaction(number, &action, NULL) == 0)
            return WH_OK;
    }
    return wh_error_set(error, WH_ERR_RESOURCE, "signal %d cannot be taken: %s", number, describe_errno(errno));
}

static void give_signal_back(int number)
{
    struct sigaction current;
    if (sigaction(number, NULL, &current) == 0 && is_ours(&current))
        sigaction(number, &previous, NULL);
}

static void uninstall_locked(void)
{
    if (trigger.signal_number)
        give_signal_back(trigger.signal_number);
    trigger.signal_number = 0;
    owner = 0;
    mailbox_announce(0, 0);
    if (trigger.thread_runs) {
        ask_to_stop(true);
        join_thread();
    }
    automatic_configure(NULL);
}

static enum wh_status install_locked(int signal_number, const struct automatic_settings *automatic, struct wh_error *error)
{
    uninstall_locked();
    automatic_configure(automatic);
    sem_init(&wakeup, 0, 0);
    gil_set_listener(wake_up);
    asked = false;
    int failure = start_thread();
    errno = failure;
    if (failure)
        return wh_error_set(error, WH_ERR_RESOURCE, "no thread could be made to wait for the signal: %s", describe_errno(failure));
    owner = getpid();
    trigger.signal_number = signal_number;
    enum wh_status status = take_signal(signal_number, error);
    if (status)
        uninstall_locked();
    else
        mailbox_announce(owner, signal_number);
    return status;
}

enum wh_status trigger_install(int signal_number, const struct automatic_settings *automatic, struct wh_error *error)
{
    lock_changes();
    enum wh_status status = install_locked(signal_number, automatic, error);
    unlock_changes();
    return status;
}

void trigger_uninstall(void)
{
    lock_changes();
    uninstall_locked();
    unlock_changes();
}

int trigger_signal(bool *handled)
{
    *handled = trigger_handled_signal() != 0;
    return trigger.signal_number;
}

void trigger_before_fork(void)
{
    lock_changes();
    trigger.forks++;
    if (trigger.thread_runs && ask_to_stop(false))
        join_thread();
    unlock_changes();
}

/* A signal that came meanwhile is in `asked`. Returns 0, as a pending call does. */
static int restart_thread(void *unused)
{
    (void)unused;
    lock_changes();
    if (trigger.signal_number && !trigger.thread_runs && start_thread() != 0)
        say("the signal is no longer answered, as no thread could be made");
    unlock_changes();
    return 0;
}

/*
 * 3.13 counts the threads after the hooks of os.fork, so there the main thread starts ours when it is back in Python code. Another
 * thread makes the process one of many threads anyway.
 */
static bool restart_later(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return syscall(SYS_gettid) == getpid() && Py_AddPendingCall(restart_thread, NULL) == 0;
#else
    return false;
#endif
}

void trigger_after_fork_in_parent(void)
{
    lock_changes();
    if (trigger.forks > 0)
        trigger.forks--;
    unlock_changes();
    if (!restart_later())
        restart_thread(NULL);
}

/* Locks may have been held by threads that are not here. */
void trigger_after_fork_in_child(void)
{
    dump_after_fork_in_child();
    automatic_after_fork_in_child();
    pthread_mutex_init(&trigger.change_lock, NULL);
    pthread_mutex_init(&trigger.lock, NULL);
    trigger.forks = 0;
    trigger.thread_runs = false;
    mailbox_announce(0, 0);
    if (trigger.signal_number == 0)
        return;
    sem_init(&wakeup, 0, 0);
    asked = false;
    owner = getpid();
    mailbox_announce(owner, trigger.signal_number);
    if (start_thread() != 0)
        say("the signal is not answered in process %d, as no thread could be made", (int)owner);
}

void trigger_at_exit(void)
{
    lock_changes();
    trigger.at_end = true;
    owner = 0;
    mailbox_announce(0, 0);
    if (trigger.thread_runs) {
        ask_to_stop(true);
        join_thread_for_a_while();
    }
    unlock_changes();
}
