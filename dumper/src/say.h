/* SPDX-License-Identifier: MIT */
#ifndef WHOHOLDS_DUMPER_SAY_H
#define WHOHOLDS_DUMPER_SAY_H

/* Prints "whoholds: <sentence>" on the program's standard error: one line, one write, so that what the program prints does not tear it. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
