/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few big arrays of the analysis: allocated with an error that says how much was wanted, freed with free(). */
#ifndef WHOHOLDS_ANALYZER_ARRAY_H
#define WHOHOLDS_ANALYZER_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

/*
 * An array of `count` uninitialised elements of `element_size` bytes; never NULL on success, even for a count of zero.
 * `purpose` completes the sentence "out of memory: 40000000 bytes for …".
 */
WH_MUST_USE enum wh_status array_alloc(size_t count, size_t element_size, const char *purpose, struct wh_error *error, void *ret);

/* The same, all bytes zero. */
WH_MUST_USE enum wh_status array_alloc_zeroed(size_t count, size_t element_size, const char *purpose, struct wh_error *error,
                                              void *ret);

/* Gives the unused end of an array back. Never fails: if the allocator cannot shrink, the array stays as it is. */
void array_shrink(size_t count, size_t element_size, void *array_pointer);

#endif
