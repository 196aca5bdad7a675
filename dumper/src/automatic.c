/* SPDX-License-Identifier: MIT */
#include "automatic.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "say.h"

/* Reading the size takes some 20 microseconds: five times a second is nothing, and soon enough for memory to be still there. */
enum { RSS_POLL_NS = 200 * 1000 * 1000, RSS_STEPS = 4 };

static const uint64_t NANOSECONDS = 1000000000;

static struct {
    struct automatic_settings settings;
    uint64_t rss_next;          /* the next size that asks for a snapshot */
    uint64_t interval_next_ns;  /* on dump_clock() */
    atomic_uint made;
} automatic;

void automatic_configure(const struct automatic_settings *settings)
{
    static const struct automatic_settings none = {0};
    automatic.settings = settings ? *settings : none;
    automatic.rss_next = automatic.settings.rss_bytes;
    automatic.interval_next_ns = dump_clock() + automatic.settings.every_seconds * NANOSECONDS;
    automatic.made = 0;
}

void automatic_after_fork_in_child(void)
{
    automatic.interval_next_ns = dump_clock() + automatic.settings.every_seconds * NANOSECONDS;
    automatic.made = 0;
}

/* 0 if it is not known: no /proc, no descriptor. */
static uint64_t resident_bytes(void)
{
    char text[128];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The next size is the first one of the ladder that memory has not reached. */
static bool rss_is_due(void)
{
    uint64_t limit = automatic.settings.rss_bytes, now = limit ? resident_bytes() : 0;
    if (limit == 0 || now < automatic.rss_next)
        return false;
    uint64_t step = limit / RSS_STEPS ? limit / RSS_STEPS : 1;
    automatic.rss_next = limit + ((now - limit) / step + 1) * step;
    return true;
}

/* A program that was suspended for an hour is not owed a snapshot for each minute of it. */
static bool interval_is_due(void)
{
    uint64_t now = dump_clock(), interval = automatic.settings.every_seconds * NANOSECONDS;
    if (interval == 0 || now < automatic.interval_next_ns)
        return false;
    automatic.interval_next_ns += (now - automatic.interval_next_ns) / interval * interval + interval;
    return true;
}

static bool has_enough(void)
{
    return automatic.made >= automatic.settings.most;
}

const char *automatic_due(void)
{
    if (has_enough())
        return NULL;
    bool rss = rss_is_due(), interval = interval_is_due();
    return rss ? "rss" : interval ? "interval" : NULL;
}

uint64_t automatic_wait(void)
{
    if (has_enough())
        return 0;
    uint64_t wait = automatic.settings.rss_bytes ? RSS_POLL_NS : 0, now = dump_clock();
    if (automatic.settings.every_seconds == 0)
        return wait;
    uint64_t until = automatic.interval_next_ns > now ? automatic.interval_next_ns - now : 1;
    return wait && wait < until ? wait : until;
}

bool automatic_wants(const char *trigger)
{
    if (strcmp(trigger, "exit") == 0)
        return automatic.settings.at_exit;
    return strcmp(trigger, "memory-error") == 0 && automatic.settings.on_memory_error;
}

void automatic_snapshot(const char *trigger, int signal_number)
{
    /* Two threads may be here at once: each goes by its own number, so that the last one alone says so. */
    unsigned number = atomic_fetch_add(&automatic.made, 1) + 1;
    if (number > automatic.settings.most)
        return;
    struct dump_request request = {.trigger = trigger, .asked_ns = dump_clock(), .signal_number = signal_number};
    struct dump_result result;
    struct wh_error error;
    if (dump_run(&request, &result, &error))
        say("no snapshot was written (%s): %s", trigger, error.message);
    if (number == automatic.settings.most)
        say("%u snapshots were made without being asked for, as many as may be: there will be no more", automatic.settings.most);
}
