/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "little_stack.h"

#include <pthread.h>

enum { STACK_BYTES = 64 * 1024 };

struct run { bool (*check)(void); bool all_right; };

static void *run(void *context)
{
    struct run *run = context;
    run->all_right = run->check();
    return NULL;
}

bool with_little_stack(bool (*check)(void))
{
    struct run job = {check, false};
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return false;
    bool started = !pthread_attr_setstacksize(&attributes, STACK_BYTES) && !pthread_create(&thread, &attributes, run, &job);
    bool ended = started && !pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return ended && job.all_right;
}
