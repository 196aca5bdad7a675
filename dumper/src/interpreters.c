/* SPDX-License-Identifier: MIT */
#include "interpreters.h"

static void add(struct interpreters *list, PyInterpreterState *interp)
{
    if (interp == compat_main_interpreter())
        return; /* is there already */
    if (!compat_shares_gil(interp)) {
        if (list->left_out_count < INTERPRETERS_MAX)
            list->left_out[list->left_out_count++] = interp->id;
    } else if (list->count < INTERPRETERS_MAX) {
        list->written[list->count++] = interp;
    }
}

void interpreters_list(struct interpreters *ret)
{
    *ret = (struct interpreters){.count = 1, .written = {compat_main_interpreter()}};
    if (compat_first_interpreter() == compat_main_interpreter() || !compat_lock_interpreters())
        return;
    for (PyInterpreterState *interp = compat_first_interpreter(); interp; interp = interp->next)
        add(ret, interp);
    compat_unlock_interpreters();
}

static void write_row(struct snapshot_writer *writer, int64_t id, uint64_t flags)
{
    struct cell cells[] = {[INTERPRETERS_ID] = {(uint64_t)id, NULL}, [INTERPRETERS_FLAGS] = {flags, NULL}};
    snapshot_writer_row(writer, TABLE_INTERPRETERS, cells);
}

void interpreters_write(const struct interpreters *interpreters, struct snapshot_writer *writer)
{
    for (uint32_t i = 0; i < interpreters->count; i++)
        write_row(writer, interpreters->written[i]->id, 0);
    for (uint32_t i = 0; i < interpreters->left_out_count; i++)
        write_row(writer, interpreters->left_out[i], INTERPRETER_LEFT_OUT);
}
