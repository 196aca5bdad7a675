/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "guard.h"

#include <signal.h>
#include <unistd.h>

#include "pages.h"

enum { STACK_BYTES = 64 * 1024 };

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

static bool set_handler(int signal_number)
{
    struct sigaction action = {.sa_handler = go_back, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL) == 0;
}

static void unblock_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    sigaddset(&set, SIGBUS);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

bool guard_install(struct guard *guard)
{
    guard->stack_bytes = STACK_BYTES;
    guard->stack = pages_map(guard->stack_bytes);
    if (!guard->stack)
        return false;
    stack_t stack = {.ss_sp = guard->stack, .ss_size = guard->stack_bytes};
    if (sigaltstack(&stack, NULL) || !set_handler(SIGSEGV) || !set_handler(SIGBUS))
        return false;
    active = guard;
    unblock_signals();
    return true;
}

void guard_remove(struct guard *guard)
{
    guard->armed = false;
    active = NULL;
}
