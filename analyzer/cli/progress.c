/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

static const uint64_t DELAY_NS = 1000000000, INTERVAL_NS = 100000000;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_init(struct progress *ret)
{
    *ret = (struct progress){.started_ns = now_ns(), .terminal = isatty(STDERR_FILENO)};
}

/* A phase of few steps has no rate that says anything. */
enum { RATED_STEPS_MIN = 100000 };

static void show_rate(const struct progress *progress, uint64_t now, uint64_t done)
{
    double seconds = (double)(now - progress->phase_ns) / 1e9, rate = (double)(done - progress->phase_done) / seconds;
    if (done - progress->phase_done < RATED_STEPS_MIN || seconds <= 0)
        return;
    if (rate >= 1e6)
        fprintf(stderr, ", %.1f million a second", rate / 1e6);
    else
        fprintf(stderr, ", %.0f thousand a second", rate / 1e3);
}

static void show(struct progress *progress, const char *phase, uint64_t done, uint64_t total)
{
    uint64_t now = now_ns();
    if (progress->phase != phase) {
        progress->phase = phase;
        progress->phase_ns = now;
        progress->phase_done = done;
    }
    if (now - progress->started_ns < DELAY_NS || now - progress->shown_ns < INTERVAL_NS)
        return;
    progress->shown_ns = now;
    progress->shown = true;
    fprintf(stderr, "\r\x1b[K%s: %d %%", visible(phase), total ? (int)((double)done * 100 / (double)total) : 0);
    show_rate(progress, now, done);
    fflush(stderr);
}

bool progress_step(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    if (progress->terminal)
        show(progress, phase, done, total);
    return !interrupted();
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\x1b[K", stderr);
    progress->shown = false;
}

static volatile sig_atomic_t caught_signal;

/* Only sets a flag. */
static void on_signal(int number)
{
    caught_signal = number;
}

void interrupt_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}, before;
        /* What the caller ignores (nohup) stays ignored. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

bool interrupted(void)
{
    return caught_signal != 0;
}

void interrupt_obey(void)
{
    if (!caught_signal)
        return;
    signal(caught_signal, SIG_DFL);
    raise(caught_signal);
}
