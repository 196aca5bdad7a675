/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose code a file is: told by its place alone, for a snapshot may be looked at on another machine. */
#ifndef WHOHOLDS_LIB_LIBRARY_FILE_H
#define WHOHOLDS_LIB_LIBRARY_FILE_H

#include <stdbool.h>

#include <whoholds/formats/reader.h>

/* Is the file part of the standard library, of an installed package, or of whoholds itself? */
bool library_file_is(struct span file);

/* Of the standard library alone? */
bool library_file_is_standard(struct span file);

#endif
