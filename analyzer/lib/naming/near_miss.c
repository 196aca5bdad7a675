/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/near_miss.h"

#include <ctype.h>
#include <string.h>

#include "heap/heap.h"

enum { BYTES_PER_SLIP = 3, FAR = NEAR_MISS_BYTES_MAX + 1 };

void near_miss_init(struct near_miss *ret, struct span wanted)
{
    *ret = (struct near_miss){.wanted = wanted, .distance = FAR};
}

void near_miss_deinit(struct near_miss *near)
{
    text_deinit(&near->best);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours; upper and lower case are alike. Both of NEAR_MISS_BYTES_MAX at most. */
static unsigned distance(struct span a, struct span b)
{
    unsigned rows[3][NEAR_MISS_BYTES_MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.length; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a.length; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.length; j++) {
            int x = tolower((unsigned char)a.bytes[i - 1]), y = tolower((unsigned char)b.bytes[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x != y && x == tolower((unsigned char)b.bytes[j - 2]) && y == tolower((unsigned char)a.bytes[i - 2]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.length];
}

/* Behind the last dot. */
static struct span last_part(struct span name)
{
    size_t at = name.length;
    while (at && name.bytes[at - 1] != '.')
        at--;
    return (struct span){name.bytes + at, name.length - at};
}

/* One slip in three characters at most, else anything is near something. */
static unsigned distance_if_near(struct span wanted, struct span name)
{
    if (!wanted.length || !name.length || wanted.length > NEAR_MISS_BYTES_MAX || name.length > NEAR_MISS_BYTES_MAX)
        return FAR;
    unsigned found = distance(wanted, name), allowed = (unsigned)wanted.length / BYTES_PER_SLIP;
    return found <= (allowed ? allowed : 1) && found < name.length ? found : FAR;
}

void near_miss_offer(struct near_miss *near, struct span name, struct span shown)
{
    struct span a = last_part(near->wanted), b = last_part(name);
    unsigned found = distance_if_near(near->wanted, name);
    /* The same at the end, elsewhere: `Leaf.Nested` is `app.Nested`. */
    if (a.length < near->wanted.length || b.length < name.length) {
        unsigned parts = distance_if_near(a, b);
        found = least(found, parts < FAR ? parts + 1 : FAR);
    }
    if (found >= near->distance)
        return;
    near->distance = found;
    text_clear(&near->best);
    text_add_name(&near->best, shown);
}

const char *near_miss_question(struct near_miss *near)
{
    struct text question = {0};
    if (!near->best.length || near->best.failed)
        return "";
    text_add(&question, "; did you mean '");
    text_add(&question, text_string(&near->best));
    text_add(&question, "'?");
    text_deinit(&near->best);
    near->best = question;
    return question.failed ? "" : text_string(&near->best);
}
