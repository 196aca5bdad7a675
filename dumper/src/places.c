/* SPDX-License-Identifier: MIT */
#include "places.h"

static bool find_in_frame(PyObject *object, struct compat_frame *ret)
{
    return compat_owned_frame(object, ret);
}

/* Up to 3.10 a generator's frame is an object of its own. */
static bool find_in_generator(PyObject *object, struct compat_frame *ret)
{
#if PY_VERSION_HEX >= 0x030B0000
    return compat_generator_frame(object, ret);
#else
    (void)object, (void)ret;
    return false;
#endif
}

bool places_find(const struct type_info *info, PyObject *object, uint64_t *instruction)
{
    struct compat_frame frame;
    bool found = false;
    if (info->family == FAMILY_FRAME)
        found = find_in_frame(object, &frame);
    else if (info->family == FAMILY_GENERATOR)
        found = find_in_generator(object, &frame);
    else if (info->type != &PyTraceBack_Type)
        return false;
    int at = found ? frame.instruction : info->type == &PyTraceBack_Type ? ((PyTracebackObject *)object)->tb_lasti : -1;
    *instruction = at > 0 ? (uint64_t)at : 0;
    return found || info->type == &PyTraceBack_Type;
}
