/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody may have meant: of names that there are, the one that is most like one that there is not. */
#ifndef WHOHOLDS_LIB_NEAR_MISS_H
#define WHOHOLDS_LIB_NEAR_MISS_H

#include "base/text.h"

enum { NEAR_MISS_BYTES_MAX = 64 };

struct near_miss {
    struct span wanted;
    struct text best;           /* empty: nothing is near */
    unsigned distance;          /* of the best */
};

void near_miss_init(struct near_miss *ret, struct span wanted);
void near_miss_deinit(struct near_miss *near);

/* Looks at a name that there is; of names equally near the first counts. With `shown` what is to be shown of it, else itself. */
void near_miss_offer(struct near_miss *near, struct span name, struct span shown);

/* `; did you mean 'app'?`, or "". */
const char *near_miss_question(struct near_miss *near);

#endif
