/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/type_sums.h"

#include <stdlib.h>

#include "answers/top_count.h"
#include "base/array.h"

_Static_assert(sizeof(struct type_sum) == 24, "rows of the file have no padding");

static void take_sums(const struct top_counter *counter, struct type_sum *ret)
{
    for (uint32_t type = 0; type < counter->model->heap->type_count; type++)
        ret[type] = (struct type_sum){counter->buckets[type].count, counter->buckets[type].shallow, counter->buckets[type].retained};
}

enum wh_status type_sums_make(const struct model *model, struct wh_error *error, struct type_sum **ret)
{
    uint32_t types = model->heap->type_count;
    struct top_counter counter = {.model = model};
    enum wh_status status = array_alloc_zeroed(types, sizeof(**ret), "sums of types", error, ret);
    if (!status)
        status = top_counter_init(&counter, types, error);
    if (!status)
        status = array_alloc(types, sizeof(uint32_t), "rows of types", error, &counter.bucket_of_type);
    if (!status) {
        for (uint32_t type = 0; type < types; type++)
            counter.bucket_of_type[type] = type;
        top_counter_run(&counter);
        take_sums(&counter, *ret);
    }
    free(counter.bucket_of_type);
    top_counter_deinit(&counter);
    return status;
}
