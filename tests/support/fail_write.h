/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Full disks, and file systems that lack something, in tests of what writes files. The library's calls of write() and open() alone. */
#ifndef WHOHOLDS_TESTS_FAIL_WRITE_H
#define WHOHOLDS_TESTS_FAIL_WRITE_H

#include <stdbool.h>
#include <stdint.h>

struct write_faults {
    uint64_t failing;     /* the number of the call, from 1 on, that finds the disk full, as all after it do; 0: none */
    bool shorten;         /* each call writes half of what it is given, or one byte */
    bool no_nameless;     /* files without a name (O_TMPFILE) are not supported */
};

void fail_write_arm(struct write_faults faults);

/* Everything works again. Returns how many calls of write() there were. */
uint64_t fail_write_disarm(void);

#endif
