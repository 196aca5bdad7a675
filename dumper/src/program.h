/* SPDX-License-Identifier: MIT */
/* What the program calls itself. */
#ifndef WHOHOLDS_DUMPER_PROGRAM_H
#define WHOHOLDS_DUMPER_PROGRAM_H

#include <limits.h>

struct program {
    char path[PATH_MAX];    /* sys.argv[0], else sys.executable; UTF-8, lone surrogates as three bytes each; cut if longer */
    char name[NAME_MAX];    /* the last component without ".py", safe as part of a file name; "python" if there is none */
};

/* Under the GIL. Creates no object, allocates nothing, and runs no code of the program. */
void program_read(struct program *ret);

#endif
