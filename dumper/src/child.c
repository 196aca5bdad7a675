/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "describe.h"
#include "pages.h"

/* As large as a program's own: libraries' tp_traverse may need it. Only what is touched counts, and below it is a page that is not. */
enum { STACK_BYTES = 8 * 1024 * 1024, GUARD_BYTES = 4096 };

/* Signals of the child's own making. The others stay blocked: Ctrl-C and a service manager's SIGTERM are meant for the program. */
static const int own_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGALRM};

/* The program's handlers would run in the child and write to its wake-up descriptors: none may be called. */
static void take_signals(void)
{
    sigset_t own;
    sigemptyset(&own);
    for (size_t i = 0; i < sizeof(own_signals) / sizeof(own_signals[0]); i++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(own_signals[i], &action, NULL);
        sigaddset(&own, own_signals[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &own, NULL);
}

/* Before Linux 5.9 there is no close_range. */
static void close_each(void)
{
    struct rlimit limit;
    rlim_t count = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (1 << 20) ? limit.rlim_cur : 1 << 20;
    for (rlim_t fd = 0; fd < count; fd++)
        close((int)fd);
}

/*
 * A socket or pipe that the program closes meanwhile must be closed for its peer too. Files opened later may get the numbers 0 to 2:
 * nothing in the child prints.
 */
static void close_descriptors(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 0u, ~0u, 0u) == 0)
        return;
#endif
    close_each();
}

/* Pages that the program changes are copied: if that is too much, the child is what has to go. */
static void volunteer_for_oom(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, "1000", 4);
    (void)ignored;
    close(fd);
}

/* A core file would be as large as the program. 1, as with 0 the kernel still starts a core handler, if that is what it is told. */
static void forgo_core(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max > 0) {
        limit.rlim_cur = 1;
        setrlimit(RLIMIT_CORE, &limit);
    }
}

static void settle(void)
{
    prctl(PR_SET_NAME, "whoholds-dump");
    take_signals();
    close_descriptors();
    volunteer_for_oom();
    forgo_core();
    child_made_progress();
}

struct start {
    void (*run)(void *);
    void *context;
};

static int begin(void *argument)
{
    const struct start *start = argument;
    settle();
    start->run(start->context);
    _exit(0);
}

/* Exit signal 0. The child has a stack of its own, as that of the calling thread may be small. -1 and errno if the kernel refuses. */
static pid_t clone_process(struct start *start)
{
    char *stack = pages_map(STACK_BYTES);
    if (!stack)
        return -1;
    mprotect(stack, GUARD_BYTES, PROT_NONE);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = clone(begin, stack + STACK_BYTES, 0, start);
    int clone_errno = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pages_unmap(stack, STACK_BYTES);
    errno = clone_errno;
    return child;
}

enum wh_status child_start(void (*run)(void *), void *context, pid_t *ret, struct wh_error *error)
{
    struct start start = {run, context};
    pid_t child = clone_process(&start);
    if (child < 0)
        return wh_error_set(error, WH_ERR_RESOURCE, "no child process could be made: %s", describe_errno(errno));
    *ret = child;
    return WH_OK;
}

void child_made_progress(void)
{
    alarm(CHILD_PATIENCE_SECONDS);
}

enum wh_status child_wait(pid_t child, struct wh_error *error)
{
    int status = 0;
    pid_t waited;
    do
        waited = waitpid(child, &status, __WALL);
    while (waited < 0 && errno == EINTR);
    if (waited < 0)
        return wh_error_set(error, WH_ERR_TARGET, "the child process that wrote the snapshot was waited for by the program itself");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return wh_error_set(error, WH_ERR_TARGET, "the child process that wrote the snapshot stood still for %d seconds",
                            CHILD_PATIENCE_SECONDS);
    if (WIFSIGNALED(status))
        return wh_error_set(error, WH_ERR_TARGET, "the child process that wrote the snapshot was killed by %s (%d)",
                            describe_signal(WTERMSIG(status)), WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return wh_error_set(error, WH_ERR_TARGET, "the child process that wrote the snapshot ended with code %d", WEXITSTATUS(status));
    return WH_OK;
}
