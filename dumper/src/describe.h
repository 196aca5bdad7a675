/* SPDX-License-Identifier: MIT */
/* Words for numbers of the kernel, without strerror and strsignal: these translate, and so take locks that a forked child may find held. */
#ifndef WHOHOLDS_DUMPER_DESCRIBE_H
#define WHOHOLDS_DUMPER_DESCRIBE_H

/* "No space left on device". Static storage. */
const char *describe_errno(int number);

/* "SIGSEGV". Static storage. */
const char *describe_signal(int number);

#endif
