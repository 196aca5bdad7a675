/* SPDX-License-Identifier: MIT */
#include "mailbox.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "sink.h"

/* In .data, not in .bss: it is looked for in what is mapped of the file. */
static struct whoholds_mailbox own_mailbox = {.magic = WHOHOLDS_MAILBOX_MAGIC};

void mailbox_announce(pid_t process, int signal_number)
{
    own_mailbox.signal_number = signal_number;
    if (process) /* what another process had taken, this one will not answer */
        __atomic_store_n(&own_mailbox.state, WHOHOLDS_MAIL_IDLE, __ATOMIC_SEQ_CST);
    __atomic_store_n(&own_mailbox.pid, (int32_t)process, __ATOMIC_SEQ_CST);
}

struct whoholds_mailbox *mailbox_take(void)
{
    uint32_t asked = WHOHOLDS_MAIL_ASKED;
    bool taken = __atomic_compare_exchange_n(&own_mailbox.state, &asked, WHOHOLDS_MAIL_TAKEN, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return taken ? &own_mailbox : NULL;
}

static enum wh_status make_snapshot(const struct whoholds_mailbox *mailbox, int signal_number, struct dump_result *result, struct wh_error *error)
{
    struct dump_request request = {.trigger = "command", .asked_ns = dump_clock(), .signal_number = signal_number};
    if (mailbox->has_output) {
        request.path = mailbox->output;
        request.is_pattern = mailbox->is_pattern;
        request.directory = mailbox->directory;
    }
    if (mailbox->compress)
        request.compress = COMPRESS_YES;
    if (request.is_pattern && sink_check_pattern(request.path, error))
        return error->code;
    return dump_run(&request, result, error);
}

void mailbox_answer(struct whoholds_mailbox *mailbox, int signal_number)
{
    struct wh_error error;
    struct dump_result result = {.path = ""};
    enum wh_status status = make_snapshot(mailbox, signal_number, &result, &error);
    mailbox->status = status;
    mailbox->message[0] = '\0';
    if (status)
        snprintf(mailbox->message, sizeof(mailbox->message), "%s", error.message);
    else if (result.inlined)
        snprintf(mailbox->message, sizeof(mailbox->message), "%s", result.refusal.message);
    strcpy(mailbox->path, result.path);
    if (__atomic_load_n(&mailbox->cancelled, __ATOMIC_SEQ_CST) && !status)
        unlink(result.path);
    __atomic_store_n(&mailbox->state, WHOHOLDS_MAIL_DONE, __ATOMIC_SEQ_CST);
}
