/* SPDX-License-Identifier: MIT */
/*
 * How `whoholds dump` talks with the dumper in a running process: a struct in the data of the loaded library, which the command finds
 * by its magic and reads and writes from outside. It costs the process no descriptor, no file and no socket, and whoever may not
 * trace the process cannot use it.
 *
 *     command: fills output, directory, …; state = ASKED; signal, or a call of `entry`
 *     process: ASKED -> TAKEN; dumps; fills status, path, message; state = DONE
 *
 * One command at a time: it holds a lock on the process' file /proc/PID/status.
 */
#ifndef WHOHOLDS_DUMPER_MAILBOX_H
#define WHOHOLDS_DUMPER_MAILBOX_H

#include <limits.h>
#include <stdint.h>

/* 16 bytes without the end. The version is that of the struct. */
#define WHOHOLDS_MAILBOX_MAGIC "whoholds-mail-02"
enum { WHOHOLDS_MAILBOX_MAGIC_LENGTH = 16, WHOHOLDS_MAILBOX_ALIGNMENT = 64, WHOHOLDS_MAILBOX_MESSAGE_MAX = 768 };

enum whoholds_mailbox_state { WHOHOLDS_MAIL_IDLE, WHOHOLDS_MAIL_ASKED, WHOHOLDS_MAIL_TAKEN, WHOHOLDS_MAIL_DONE };

struct whoholds_mailbox {
    char magic[WHOHOLDS_MAILBOX_MAGIC_LENGTH];
    int32_t pid;           /* of the process that answers, as it sees itself; a forked copy of the mailbox has another's. 0: nobody */
    int32_t signal_number; /* that is to be sent; 0: `entry` is to be called */
    uint64_t entry;        /* the address of int entry(void), or 0 */
    uint32_t state;        /* enum whoholds_mailbox_state; changed atomically */

    /* What is asked. */
    uint32_t cancelled;            /* nobody wants the snapshot any more: it is removed */
    uint32_t has_output;           /* else by the output that the process was installed with */
    uint32_t is_pattern;           /* output may hold {pid} and the like */
    uint32_t compress;             /* else as the process was installed with */
    char output[PATH_MAX];
    char directory[PATH_MAX];      /* what a relative output starts at */
    char dumpers[PATH_MAX];        /* for `entry`: the directory of the dumpers, one folder for each version of Python */

    /* What came of it. */
    uint32_t status;               /* enum wh_status */
    char path[PATH_MAX];
    char message[WHOHOLDS_MAILBOX_MESSAGE_MAX];
} __attribute__((aligned(WHOHOLDS_MAILBOX_ALIGNMENT)));

#endif
