/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "injection.h"

#include "cli.h"

#ifdef __x86_64__

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

enum {
    RED_ZONE = 128,                 /* below the stack pointer a function may keep data (System V ABI) */
    STACK_NEEDED = 128 * 1024,
    VECTORS_MAX = 64 * 1024,        /* the extended state: 8 KiB of AMX tiles are the largest part of it */
    POLL_NS = 500 * 1000,
    ROUND_NS = 5 * 1000 * 1000,
    DIRECTION_FLAG = 0x400,
};

static const uint64_t NANOSECONDS = 1000000000;

struct injection_state {
    struct user_regs_struct registers;
    unsigned char vectors[VECTORS_MAX];
    size_t vectors_size;
    uint64_t mask;                   /* signals that it blocks */
    uint64_t stack;                  /* free from here down */
};

/* Waits that an allocator and the dynamic linker never do; they read and write, but files, and for these there is no waiting. */
static const int harmless_waits[] = {
    SYS_read,       SYS_write,       SYS_poll,     SYS_ppoll,    SYS_select,  SYS_pselect6,        SYS_epoll_wait,      SYS_epoll_pwait,
    SYS_nanosleep,  SYS_clock_nanosleep, SYS_pause, SYS_accept, SYS_accept4,  SYS_connect,         SYS_recvfrom,        SYS_recvmsg,
    SYS_sendto,     SYS_sendmsg,     SYS_wait4,    SYS_waitid,   SYS_flock,   SYS_rt_sigtimedwait, SYS_rt_sigsuspend,   SYS_restart_syscall,
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static void rest(long nanoseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

/* The thread's next stop; WH_ERR_TARGET after the deadline, or if the thread has ended, which *gone then says. */
static enum wh_status await_stop(struct injection *injection, pid_t thread, int *status, bool *gone, struct wh_error *error)
{
    for (;;) {
        pid_t waited = waitpid(thread, status, __WALL | WNOHANG);
        *gone = waited < 0 || (waited > 0 && !WIFSTOPPED(*status));
        if (*gone)
            return wh_error_set(error, WH_ERR_TARGET, "process %d has ended", (int)injection->process->pid);
        if (waited > 0)
            return WH_OK;
        if (now_ns() > injection->deadline_ns)
            return wh_error_set(error, WH_ERR_TARGET, "a thread of process %d could not be stopped in time: it waits for a device or a "
                                "file system", (int)injection->process->pid);
        rest(POLL_NS);
    }
}

static bool is_asked_stop(int status)
{
    return status >> 16 == PTRACE_EVENT_STOP;
}

/* A signal that comes first is the thread's own business. */
static enum wh_status stop_thread(struct injection *injection, pid_t thread, bool *gone, struct wh_error *error)
{
    int status = 0;
    ptrace(PTRACE_INTERRUPT, thread, NULL, NULL);
    enum wh_status failure = await_stop(injection, thread, &status, gone, error);
    while (!failure && !is_asked_stop(status)) {
        ptrace(PTRACE_CONT, thread, NULL, (void *)(intptr_t)WSTOPSIG(status));
        failure = await_stop(injection, thread, &status, gone, error);
    }
    return failure;
}

/* What the kernel tells of a wait that was broken off: EINTR, or its own words for "start it again". */
static bool was_waiting(long result)
{
    enum { RESTART_FIRST = 512, RESTART_LAST = 516 };
    return result == -EINTR || (result <= -RESTART_FIRST && result >= -RESTART_LAST);
}

/*
 * Locks with which allocators protect themselves are plain waits for a futex (FUTEX_WAIT); semaphores and conditions, the GIL among
 * them, wait with a bit set.
 */
static bool waits_harmlessly(const struct user_regs_struct *registers)
{
    long call = (long)registers->orig_rax;
    if (!was_waiting((long)registers->rax))
        return false;
    if (call == SYS_futex)
        return (registers->rsi & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
    for (size_t i = 0; i < sizeof(harmless_waits) / sizeof(harmless_waits[0]); i++)
        if (call == harmless_waits[i])
            return true;
    return false;
}

static bool runs_python(const struct injection *injection, uint64_t address)
{
    const struct mapping *mapping = process_mapping_at(injection->process, address);
    return mapping && strcmp(mapping->path, injection->python) == 0;
}

/*
 * Code of a library that is no allocator: an allocator might call it, to write a record perhaps. So it is the second choice, for a
 * process that does not come back from there.
 */
static bool runs_library(const struct injection *injection, uint64_t address)
{
    static const char *const suspicious[] = {"libc.so", "libc-", "ld-", "libpthread", "libdl", "alloc", "libasan", "libtsan"};
    const struct mapping *mapping = process_mapping_at(injection->process, address);
    const char *slash = mapping ? strrchr(mapping->path, '/') : NULL;
    if (!slash || now_ns() < injection->second_choice_ns)
        return false;
    for (size_t i = 0; i < sizeof(suspicious) / sizeof(suspicious[0]); i++)
        if (strstr(slash, suspicious[i]))
            return false;
    return !process_find_function(injection->process, slash + 1, "malloc", NULL);
}

static bool has_stack(const struct injection *injection, uint64_t pointer)
{
    const struct mapping *mapping = process_mapping_at(injection->process, pointer);
    if (!mapping || !mapping->writable)
        return false;
    return strcmp(mapping->path, "[stack]") == 0 || pointer - mapping->start > STACK_NEEDED;
}

static bool save_state(pid_t thread, struct injection_state *state)
{
    struct iovec vectors = {state->vectors, sizeof(state->vectors)};
    if (ptrace(PTRACE_GETREGS, thread, NULL, &state->registers) < 0 ||
        ptrace(PTRACE_GETREGSET, thread, (void *)NT_X86_XSTATE, &vectors) < 0)
        return false;
    state->vectors_size = vectors.iov_len;
    state->stack = (state->registers.rsp - RED_ZONE) & ~(uint64_t)15;
    return vectors.iov_len < sizeof(state->vectors) &&
           ptrace(PTRACE_GETSIGMASK, thread, (void *)sizeof(state->mask), &state->mask) == 0;
}

static void restore_state(pid_t thread, struct injection_state *state)
{
    struct iovec vectors = {state->vectors, state->vectors_size};
    ptrace(PTRACE_SETSIGMASK, thread, (void *)sizeof(state->mask), &state->mask);
    ptrace(PTRACE_SETREGSET, thread, (void *)NT_X86_XSTATE, &vectors);
    ptrace(PTRACE_SETREGS, thread, NULL, &state->registers);
}

static bool is_safe(const struct injection *injection)
{
    const struct user_regs_struct *registers = &injection->state->registers;
    if (registers->cs != 0x33 || !has_stack(injection, registers->rsp)) /* 0x33: 64-bit code */
        return false;
    if ((long)registers->orig_rax >= 0)
        return waits_harmlessly(registers);
    return runs_python(injection, registers->rip) || runs_library(injection, registers->rip);
}

static uint64_t signal_bit(int number)
{
    return (uint64_t)1 << (number - 1);
}

/*
 * The end of a call is a jump to address 0, which the kernel tells us as SIGSEGV; if it was blocked or ignored, the kernel would do more
 * than that. Other signals wait: their handlers are not made for the inside of what is called.
 */
static void take_faults_only(pid_t thread)
{
    uint64_t mask = ~(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGFPE) | signal_bit(SIGTRAP) |
                      signal_bit(SIGSYS));
    ptrace(PTRACE_SETSIGMASK, thread, (void *)sizeof(mask), &mask);
}

/* injection->thread is set if it is stopped at a safe place. An error is one for all threads. */
static enum wh_status try_thread(struct injection *injection, pid_t thread, struct wh_error *error)
{
    if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) < 0)
        return errno == ESRCH ? WH_OK : process_refusal(injection->process, error);
    bool gone = false;
    enum wh_status status = stop_thread(injection, thread, &gone, error);
    if (status)
        return gone && thread != injection->process->pid ? WH_OK : status;
    if (save_state(thread, injection->state) && is_safe(injection))
        injection->thread = thread;
    else
        ptrace(PTRACE_DETACH, thread, NULL, NULL);
    if (injection->thread)
        take_faults_only(thread);
    return WH_OK;
}

static enum wh_status try_threads(struct injection *injection, struct wh_error *error)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)injection->process->pid);
    DIR *tasks = opendir(path);
    if (!tasks)
        return process_refusal(injection->process, error);
    enum wh_status status = WH_OK;
    struct dirent *entry;
    while (!status && !injection->thread && (entry = readdir(tasks)))
        if (entry->d_name[0] != '.')
            status = try_thread(injection, (pid_t)strtol(entry->d_name, NULL, 10), error);
    closedir(tasks);
    return status;
}

static void block_stops(int how)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTSTP);
    sigaddset(&stops, SIGTTIN);
    sigaddset(&stops, SIGTTOU);
    sigprocmask(how, &stops, NULL);
}

static enum wh_status find_thread(struct injection *injection, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    while (!status && !injection->thread) {
        status = try_threads(injection, error);
        if (status || injection->thread)
            break;
        if (*injection->interrupted)
            return wh_error_set(error, WH_ERR_TARGET, "interrupted: process %d is as it was", (int)injection->process->pid);
        if (now_ns() > injection->deadline_ns)
            return wh_error_set(error, WH_ERR_TARGET, "no thread of process %d came by a place where it certainly holds no lock of the "
                                "memory allocator: try again, or give it more time (--timeout)", (int)injection->process->pid);
        rest(ROUND_NS);
    }
    return status;
}

enum wh_status injection_begin(struct injection *injection, struct wh_error *error)
{
    if (injection->process->ignored & signal_bit(SIGSEGV))
        return wh_error_set(error, WH_ERR_TARGET, "process %d ignores SIGSEGV, and cannot be entered: start it with 'whoholds run'",
                            (int)injection->process->pid);
    injection->thread = 0;
    injection->state = allocate(sizeof(*injection->state));
    block_stops(SIG_BLOCK); /* while we were stopped, so would be the thread */
    enum wh_status status = find_thread(injection, error);
    if (status) {
        block_stops(SIG_UNBLOCK);
        free(injection->state);
    }
    return status;
}

uint64_t injection_put(struct injection *injection, const char *text)
{
    size_t length = strlen(text) + 1;
    uint64_t address = (injection->state->stack - length) & ~(uint64_t)15;
    if (length > PATH_MAX || process_write(injection->process, address, text, length, NULL))
        return 0;
    injection->state->stack = address;
    return address;
}

/* Entered as if by a call from address 0: there, the stack pointer is 8 below a multiple of 16. */
static enum wh_status enter(struct injection *injection, uint64_t function, uint64_t first, uint64_t second, struct wh_error *error)
{
    static const uint64_t return_address = 0;
    struct user_regs_struct registers = injection->state->registers;
    registers.rsp = injection->state->stack - sizeof(return_address);
    registers.rip = function;
    registers.rdi = first;
    registers.rsi = second;
    registers.rax = 0;
    registers.orig_rax = (unsigned long long)-1; /* no system call is to be started again now */
    registers.eflags &= ~(unsigned long long)DIRECTION_FLAG;
    enum wh_status status = process_write(injection->process, registers.rsp, &return_address, sizeof(return_address), error);
    if (status)
        return status;
    if (ptrace(PTRACE_SETREGS, injection->thread, NULL, &registers) < 0 || ptrace(PTRACE_CONT, injection->thread, NULL, NULL) < 0)
        return process_refusal(injection->process, error);
    return WH_OK;
}

static bool is_fault(int signal_number)
{
    return signal_number == SIGSEGV || signal_number == SIGBUS || signal_number == SIGILL || signal_number == SIGFPE ||
           signal_number == SIGTRAP || signal_number == SIGSYS;
}

/* *returned: the thread has come to address 0. Else it goes on, or a sentence says why not. */
static enum wh_status look_at_stop(struct injection *injection, int status, bool *returned, uint64_t *ret, struct wh_error *error)
{
    struct user_regs_struct registers = {0};
    int signal_number = WSTOPSIG(status);
    if (is_asked_stop(status)) {
        ptrace(signal_number == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, injection->thread, NULL, NULL);
        return WH_OK;
    }
    if (!is_fault(signal_number)) {
        ptrace(PTRACE_CONT, injection->thread, NULL, (void *)(intptr_t)signal_number);
        return WH_OK;
    }
    ptrace(PTRACE_GETREGS, injection->thread, NULL, &registers);
    *returned = signal_number == SIGSEGV && registers.rip == 0;
    *ret = registers.rax;
    if (*returned)
        return WH_OK;
    return wh_error_set(error, WH_ERR_TARGET, "what was called in process %d failed with signal %d; the process goes on",
                        (int)injection->process->pid, signal_number);
}

static enum wh_status await_return(struct injection *injection, uint64_t *ret, struct wh_error *error)
{
    bool returned = false, gone = false;
    enum wh_status failure = WH_OK;
    while (!failure && !returned) {
        int status = 0;
        failure = await_stop(injection, injection->thread, &status, &gone, error);
        if (!failure)
            failure = look_at_stop(injection, status, &returned, ret, error);
    }
    if (gone)
        injection->thread = 0;
    return failure;
}

/* The thread runs what was called, perhaps for ever: it is taken back. */
static void give_up(struct injection *injection)
{
    struct wh_error ignored;
    bool gone = false;
    injection->deadline_ns = now_ns() + NANOSECONDS;
    if (stop_thread(injection, injection->thread, &gone, &ignored))
        injection->thread = 0;
}

enum wh_status injection_call(struct injection *injection, uint64_t function, uint64_t first, uint64_t second, uint64_t *ret,
                              struct wh_error *error)
{
    enum wh_status status = enter(injection, function, first, second, error);
    if (status)
        return status;
    status = await_return(injection, ret, error);
    if (status && injection->thread && now_ns() > injection->deadline_ns)
        give_up(injection);
    return status;
}

void injection_end(struct injection *injection)
{
    if (injection->thread) {
        restore_state(injection->thread, injection->state);
        ptrace(PTRACE_DETACH, injection->thread, NULL, NULL);
    }
    block_stops(SIG_UNBLOCK);
    free(injection->state);
}

#else

enum wh_status injection_begin(struct injection *injection, struct wh_error *error)
{
    return wh_error_set(error, WH_ERR_TARGET, "process %d was started without the dumper, and whoholds can enter a running process on "
                        "x86-64 only: start it with 'whoholds run'", (int)injection->process->pid);
}

enum wh_status injection_call(struct injection *injection, uint64_t function, uint64_t first, uint64_t second, uint64_t *ret,
                              struct wh_error *error)
{
    (void)function, (void)first, (void)second, (void)ret;
    return injection_begin(injection, error);
}

uint64_t injection_put(struct injection *injection, const char *text)
{
    (void)injection, (void)text;
    return 0;
}

void injection_end(struct injection *injection)
{
    (void)injection;
}

#endif
