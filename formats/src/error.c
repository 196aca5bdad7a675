/* SPDX-License-Identifier: MIT */
#include <whoholds/formats/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct wh_error *error, enum wh_status code, const char *format, va_list arguments)
{
    error->code = code;
    error->sys_errno = errno;
    error->offset = 0;
    vsnprintf(error->message, sizeof(error->message), format, arguments);
}

enum wh_status wh_error_set(struct wh_error *error, enum wh_status code, const char *format, ...)
{
    if (!error)
        return code;
    va_list arguments;
    va_start(arguments, format);
    fill(error, code, format, arguments);
    va_end(arguments);
    return code;
}

enum wh_status wh_error_set_at(struct wh_error *error, uint64_t offset, const char *format, ...)
{
    if (!error)
        return WH_ERR_INPUT;
    va_list arguments;
    va_start(arguments, format);
    fill(error, WH_ERR_INPUT, format, arguments);
    va_end(arguments);
    error->offset = offset;
    size_t used = strlen(error->message);
    snprintf(error->message + used, sizeof(error->message) - used, " at byte %" PRIu64, offset);
    return WH_ERR_INPUT;
}
