/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source lines as text. */
#ifndef WHOHOLDS_CLI_PLACES_H
#define WHOHOLDS_CLI_PLACES_H

#include <stdio.h>

#include "cli.h"

/* `app.py:14 in load:  cache.append(x)`, without an end of the line. */
void place_print(const struct wh_line *line, FILE *out);

/* `   via app.py:20 in main`, or nothing; and the end of the line. */
void place_print_via(const struct wh_line *line, FILE *out);

/* The place, `[growth: exact]`, via. */
void place_print_evidence(const struct wh_line *line, FILE *out);

#endif
