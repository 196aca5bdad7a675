/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From address to granule id (FORMAT.md 2.1): regions stand in the order in which the dumper met them, so finding one takes a sorted table. */
#ifndef WHOHOLDS_LIB_REGION_INDEX_H
#define WHOHOLDS_LIB_REGION_INDEX_H

#include <stdint.h>

#include <whoholds/formats/error.h>

struct region_base { uint64_t base, region; };   /* address >> REGION_BITS; the region's number, from 1 on */

struct region_index { struct region_base *rows; uint64_t count; };

/* base_of_region[i] is that of region i + 1. */
enum wh_status region_index_init(const uint64_t *base_of_region, uint64_t count, struct wh_error *error, struct region_index *ret) WH_MUST_USE;
void region_index_deinit(struct region_index *index);

/* The id of the granule that has the address, 0 if it lies in no region. */
uint64_t region_index_find(const struct region_index *index, uint64_t address);

#endif
