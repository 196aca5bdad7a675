/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "guard.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "pages.h"

enum { STACK_BYTES = 64 * 1024, PATIENCE_TICKS = 3 };

/* A handler has no context argument of ours; there is one walk in a child. */
static struct guard *active;

/* Only async-signal-safe calls: siglongjmp is, since the code that it leaves holds no lock and has no state but the walk's. */
static void go_back(int signal_number)
{
    struct guard *guard = active;
    if (!guard || !guard->armed) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    siglongjmp(guard->way_back, signal_number);
}

/* The timer counts the processor time of the child alone: a disk that is slow is no reason to give an object up. */
static void tick(int signal_number)
{
    struct guard *guard = active;
    if (!guard || !guard->armed)
        return;
    guard->idle_ticks = guard->work == guard->work_at_last_tick ? guard->idle_ticks + 1 : 0;
    guard->work_at_last_tick = guard->work;
    if (guard->idle_ticks < PATIENCE_TICKS)
        return;
    guard->idle_ticks = 0;
    siglongjmp(guard->way_back, signal_number);
}

static bool set_handler(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL) == 0;
}

static void unblock_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    sigaddset(&set, SIGBUS);
    sigaddset(&set, SIGVTALRM);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

bool guard_install(struct guard *guard)
{
    guard->stack_bytes = STACK_BYTES;
    guard->stack = pages_map(guard->stack_bytes);
    if (!guard->stack)
        return false;
    stack_t stack = {.ss_sp = guard->stack, .ss_size = guard->stack_bytes};
    bool set = set_handler(SIGSEGV, go_back) && set_handler(SIGBUS, go_back) && set_handler(SIGVTALRM, tick);
    if (sigaltstack(&stack, NULL) || !set)
        return false;
    active = guard;
    unblock_signals();
    const struct itimerval second = {{.tv_sec = 1}, {.tv_sec = 1}};
    setitimer(ITIMER_VIRTUAL, &second, NULL);
    return true;
}

void guard_remove(struct guard *guard)
{
    const struct itimerval never = {0};
    setitimer(ITIMER_VIRTUAL, &never, NULL);
    guard->armed = false;
    active = NULL;
}
