/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "documents.h"
#include "text.h"

json_t *snapshot_json(const struct wh_info *info)
{
    return json_make("{so so so so ss so so}", "file", json_text(info->file), "python", json_text(info->python), "program",
                     json_text(info->program), "pid", json_count(info->pid), "created", time_text(info->created_ns).text, "mode",
                     json_text(info->mode), "trigger", json_text(info->trigger));
}

static json_t *mass_json(const struct wh_mass *mass)
{
    return json_make("{so so}", "objects", json_count(mass->objects), "bytes", json_count(mass->bytes));
}

/* The parts of resident memory as the kernel counts them: disjoint, and together all of it. */
static bool is_part_of_rss(const char *name)
{
    return strcmp(name, "anonymous") == 0 || strcmp(name, "file") == 0 || strcmp(name, "shmem") == 0;
}

static json_t *account_line_json(const void *item)
{
    const struct wh_named_bytes *line = item;
    json_t *value = json_make("{so so}", "name", json_text(line->name), "bytes", json_count(line->bytes));
    if (is_part_of_rss(line->name))
        json_object_set_new(value, "of", json_text("rss"));
    return value;
}

uint64_t accounted_bytes(const struct wh_info *info)
{
    static const char *const explained[] = {"file", "shmem", "stack_of_main_thread"};
    uint64_t sum = info->bytes;
    for (size_t i = 0; i < info->account_count; i++)
        for (size_t j = 0; j < sizeof(explained) / sizeof(explained[0]); j++)
            if (strcmp(info->account[i].name, explained[j]) == 0 && __builtin_add_overflow(sum, info->account[i].bytes, &sum))
                sum = UINT64_MAX;
    return sum < info->rss ? sum : info->rss; /* more than rss: some of the heap is swapped out */
}

static json_t *heap_counts_json(const struct wh_info *info)
{
    return json_make("{so sb so so so so so so so so so}", "values", json_text(info->values), "collecting", info->collecting, "objects",
                     json_count(info->objects), "references", json_count(info->references), "bytes", json_count(info->bytes), "types",
                     json_count(info->types), "threads", json_count(info->threads), "frames", json_count(info->frames), "code_objects",
                     json_count(info->code_objects), "dangling", json_count(info->dangling), "file_bytes", json_count(info->file_bytes));
}

static json_t *process_memory_json(const struct wh_info *info)
{
    json_t *value = json_make("{so so}", "account",
                              json_list(info->account, info->account_count, sizeof(*info->account), account_line_json), "accounted",
                              json_count(accounted_bytes(info)));
    if (info->rss)
        json_object_set_new(value, "rss", json_count(info->rss));
    return value;
}

json_t *info_document(const struct wh_info *info)
{
    json_t *document = json_make("{ss}", "schema", "whoholds.info/1");
    json_extend(document, snapshot_json(info));
    json_object_set_new(document, "recorder", json_text(info->recorder));
    json_extend(document, heap_counts_json(info));
    json_extend(document, json_make("{so so so}", "live", mass_json(&info->live), "garbage", mass_json(&info->garbage), "native",
                                    mass_json(&info->native)));
    json_extend(document, process_memory_json(info));
    return json_extend(document, json_make("{so so}", "pause_ns", json_count(info->pause_ns), "dump_ns", json_count(info->dump_ns)));
}
