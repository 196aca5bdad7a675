/* SPDX-License-Identifier: MIT */
#include "collector.h"

#include <string.h>

static void write_row(struct walk *walk, const char *name, uint64_t value)
{
    struct cell cells[] = {[COLLECTOR_NAME] = {strlen(name), name}, [COLLECTOR_VALUE] = {value, NULL}};
    snapshot_writer_row(walk->writer, TABLE_COLLECTOR, cells);
}

/* `name` ends with the place of the generation's digit. */
static void write_generation(struct walk *walk, const char *name, int generation, int64_t value)
{
    char numbered[24];
    size_t length = strlen(name);
    memcpy(numbered, name, length);
    numbered[length] = (char)('0' + generation);
    numbered[length + 1] = '\0';
    write_row(walk, numbered, value > 0 ? (uint64_t)value : 0);
}

void collector_write(struct walk *walk)
{
    struct _gc_runtime_state *gc = compat_gc(walk->interp);
    write_row(walk, "enabled", gc->enabled != 0);
    for (int i = 0; i < COMPAT_GENERATIONS; i++) {
        const struct gc_generation *generation = compat_gc_generation(gc, i);
        write_generation(walk, "threshold:", i, generation->threshold);
        write_generation(walk, "count:", i, generation->count);
        write_generation(walk, "collections:", i, (int64_t)gc->generation_stats[i].collections);
    }
#if PY_VERSION_HEX < 0x030E0000
    write_row(walk, "long_lived_total", gc->long_lived_total > 0 ? (uint64_t)gc->long_lived_total : 0);
    write_row(walk, "long_lived_pending", gc->long_lived_pending > 0 ? (uint64_t)gc->long_lived_pending : 0);
#endif
}
