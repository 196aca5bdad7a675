/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: one file a command, and what they share.
 *
 * Exit codes are the values of enum wh_status, and 1 for "done, and a leak was found" where it was asked for. stdout is the result;
 * progress and errors go to stderr, an error as one line.
 */
#ifndef WHOHOLDS_CLI_H
#define WHOHOLDS_CLI_H

#include <stddef.h>

#include <whoholds/analyzer.h>

enum { EXIT_LEAK_FOUND = 1 };

/* Commands. argv[0] is the command's own name. Each returns an exit code. */
int cmd_alloc(int argc, char **argv);
int cmd_cut(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_find(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_garbage(int argc, char **argv);
int cmd_path(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_retained(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_strings(int argc, char **argv);
int cmd_suspects(int argc, char **argv);
int cmd_threads(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_tree(int argc, char **argv);
int cmd_triage(int argc, char **argv);
int cmd_waste(int argc, char **argv);

/* Prints "whoholds: <sentence>" as one line on stderr and returns `code`. */
int fail(enum wh_status code, const char *format, ...) WH_PRINTF(2, 3);

/*
 * Flushes stdout, and returns `exit_code`, or tells that something was lost and returns 5. A reader that has gone away (`| head`) is
 * no failure; a full disk is. Called right after a large write, it knows the reason.
 */
int finish_output(int exit_code);

/* malloc that ends the program with a sentence and exit code 5: the command line's own texts and documents are small. */
void *allocate(size_t size) __attribute__((malloc, returns_nonnull));

#endif
