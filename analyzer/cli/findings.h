/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules find, as text. */
#ifndef WHOHOLDS_CLI_FINDINGS_H
#define WHOHOLDS_CLI_FINDINGS_H

#include <stdio.h>

#include "cli.h"

/* One block: bytes and title, the sentence, the offenders, and the command that shows the rest of `snapshot`. */
void findings_print(const struct wh_finding *finding, const char *snapshot, FILE *out);

#endif
