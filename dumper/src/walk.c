/* SPDX-License-Identifier: MIT */
#include <Python.h>

#include <sys/mman.h>

#include "walk.h"

struct walk {
    struct walk_options options;
};

enum wh_status walk_begin(const struct walk_options *options, struct walk **ret, struct wh_error *error)
{
    *ret = NULL;
    struct walk *walk = mmap(NULL, sizeof *walk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (walk == MAP_FAILED)
        return wh_error_set(error, WH_ERR_RESOURCE, "no memory for the walk");
    walk->options = *options;
    *ret = walk;
    return WH_OK;
}

void walk_fill_header(const struct walk *walk, struct snapshot_header *header)
{
    (void)walk;
    header->python = PY_VERSION;
    header->hexversion = PY_VERSION_HEX;
    header->collecting = false;
}

enum wh_status walk_run(struct walk *walk, struct snapshot_writer *writer, struct wh_error *error)
{
    (void)walk;
    (void)writer;
    (void)error;
    return WH_OK;
}

void walk_end(struct walk *walk)
{
    if (walk)
        munmap(walk, sizeof *walk);
}
