/* SPDX-License-Identifier: MIT */
#include "texts.h"

#include <string.h>

#include "pages.h"
#include "types.h"
#include "walk.h"

enum { INT_DIGITS_MAX = 9, /* of 30 bits: 270 bits */ DECIMALS_MAX = 96 };

void texts_deinit(struct texts *texts)
{
    pages_unmap(texts->scratch, texts->scratch_bytes);
}

/* ---- Strings ---- */

/* Up to 3.11 a str may still be in its legacy form (wchar_t only); such strings have no contents for us. */
static bool is_readable(PyObject *string)
{
#if PY_VERSION_HEX < 0x030C0000
    return PyUnicode_IS_READY(string);
#else
    (void)string;
    return true;
#endif
}

bool texts_equals(PyObject *string, const char *text)
{
    size_t length = strlen(text);
    return PyUnicode_Check(string) && is_readable(string) && PyUnicode_IS_ASCII(string) &&
           (size_t)PyUnicode_GET_LENGTH(string) == length && memcmp(PyUnicode_DATA(string), text, length) == 0;
}

static char *put_code_point(char *at, Py_UCS4 point)
{
    if (point < 0x80) {
        *at++ = (char)point;
    } else if (point < 0x800) {
        *at++ = (char)(0xC0 | point >> 6);
        *at++ = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *at++ = (char)(0xE0 | point >> 12);
        *at++ = (char)(0x80 | (point >> 6 & 0x3F));
        *at++ = (char)(0x80 | (point & 0x3F));
    } else {
        *at++ = (char)(0xF0 | point >> 18);
        *at++ = (char)(0x80 | (point >> 12 & 0x3F));
        *at++ = (char)(0x80 | (point >> 6 & 0x3F));
        *at++ = (char)(0x80 | (point & 0x3F));
    }
    return at;
}

static struct text encode(PyObject *string, size_t limit, char *buffer)
{
    size_t length = (size_t)PyUnicode_GET_LENGTH(string);
    size_t count = length < limit ? length : limit;
    if (PyUnicode_IS_ASCII(string))
        return (struct text){PyUnicode_DATA(string), count};
    int kind = PyUnicode_KIND(string);
    const void *data = PyUnicode_DATA(string);
    char *at = buffer;
    for (size_t i = 0; i < count; i++)
        at = put_code_point(at, PyUnicode_READ(kind, data, i));
    return (struct text){buffer, (size_t)(at - buffer)};
}

struct text texts_utf8(PyObject *string, size_t limit, char *buffer)
{
    return is_readable(string) ? encode(string, limit, buffer) : (struct text){"", 0};
}

static char *reserve_scratch(struct texts *texts, size_t bytes)
{
    if (bytes <= texts->scratch_bytes)
        return texts->scratch;
    bytes = (bytes + 65535) & ~(size_t)65535;
    char *grown = pages_grow(texts->scratch, texts->scratch_bytes, bytes);
    if (!grown)
        return NULL;
    texts->scratch = grown;
    texts->scratch_bytes = bytes;
    return grown;
}

/* ---- Numbers ---- */

/* Decimal digits of an int of at most INT_DIGITS_MAX digits, by repeated division; empty if it is larger. */
static struct text decimal(PyObject *number, char *buffer)
{
    const digit *digits;
    bool negative;
    size_t count = compat_long_digits(number, &digits, &negative);
    uint32_t rest[INT_DIGITS_MAX];
    if (count > INT_DIGITS_MAX)
        return (struct text){"", 0};
    for (size_t i = 0; i < count; i++)
        rest[i] = digits[i];
    char *end = buffer + DECIMALS_MAX, *at = end;
    do {
        uint64_t remainder = 0;
        for (size_t i = count; i-- > 0;) {
            uint64_t value = remainder << PyLong_SHIFT | rest[i];
            rest[i] = (uint32_t)(value / 10);
            remainder = value % 10;
        }
        *--at = (char)('0' + remainder);
        while (count && !rest[count - 1])
            count--;
    } while (count);
    if (negative)
        *--at = '-';
    return (struct text){at, (size_t)(end - at)};
}

/* ---- Rows ---- */

/* A crash must come before a row is begun, not in its midst: reads every page of what the row will copy. */
static void touch(const void *bytes, size_t length)
{
    enum { PAGE = 4096 };
    const volatile char *at = bytes;
    for (size_t i = 0; i < length; i += PAGE)
        (void)at[i];
    if (length)
        (void)at[length - 1];
}

static void write_text(struct texts *texts, uint64_t id, unsigned kind, uint64_t length, struct text text)
{
    struct cell cells[] = {
        [TEXTS_ID] = {id, NULL},
        [TEXTS_KIND] = {kind, NULL},
        [TEXTS_LENGTH] = {length, NULL},
        [TEXTS_DATA] = {text.length, text.bytes},
    };
    touch(text.bytes, text.length);
    snapshot_writer_row(texts->writer, TABLE_TEXTS, cells);
}

static void write_string(struct texts *texts, PyObject *string, uint64_t id, size_t limit)
{
    if (!is_readable(string))
        return;
    char preview[4 * TEXT_PREVIEW];
    size_t length = (size_t)PyUnicode_GET_LENGTH(string);
    char *buffer = preview;
    if (limit > TEXT_PREVIEW && length > TEXT_PREVIEW && !PyUnicode_IS_ASCII(string))
        buffer = reserve_scratch(texts, 4 * length);
    if (!buffer) {
        buffer = preview;
        limit = TEXT_PREVIEW;
    }
    write_text(texts, id, TEXT_STR, length, encode(string, limit, buffer));
}

static void write_bytes(struct texts *texts, PyObject *bytes, uint64_t id, size_t limit)
{
    size_t length = (size_t)PyBytes_GET_SIZE(bytes);
    write_text(texts, id, TEXT_BYTES, length, (struct text){PyBytes_AS_STRING(bytes), length < limit ? length : limit});
}

static void write_int(struct texts *texts, PyObject *number, uint64_t id)
{
    char buffer[DECIMALS_MAX];
    struct text text = decimal(number, buffer);
    if (text.length)
        write_text(texts, id, TEXT_INT, 0, text);
}

static uintptr_t *written_slot(struct texts *texts, const PyObject *object)
{
    return &texts->written[(uintptr_t)object >> 4 & (TEXT_CACHE_SIZE - 1)];
}

static void write_value(struct texts *texts, PyObject *object, enum family family, uint64_t id, size_t limit)
{
    *written_slot(texts, object) = (uintptr_t)object | (limit == SIZE_MAX ? TEXT_WRITTEN_WHOLE : 0);
    if (family == FAMILY_STR)
        write_string(texts, object, id, limit);
    else if (family == FAMILY_BYTES)
        write_bytes(texts, object, id, limit);
    else if (family == FAMILY_INT)
        write_int(texts, object, id);
    else if (family == FAMILY_FLOAT)
        write_text(texts, id, TEXT_FLOAT, 0, (struct text){(const char *)&((PyFloatObject *)object)->ob_fval, sizeof(double)});
}

/* ---- Policy ---- */

static bool is_identifier(PyObject *string)
{
    return PyUnicode_CHECK_INTERNED(string) && PyUnicode_GET_LENGTH(string) <= TEXT_PREVIEW;
}

/* sys.intern and setattr intern anything: without values, what the program has put into names must not be written either. */
bool texts_is_written_as_identifier(PyObject *string)
{
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(string); i++) {
        Py_UCS4 point = PyUnicode_READ_CHAR(string, i);
        bool digit = point < 0x80 && Py_ISDIGIT(point);
        bool letter = point == '_' || (point < 0x80 ? Py_ISALPHA(point) != 0 : Py_UNICODE_ISALNUM(point) != 0);
        if (!letter && !(digit && i > 0))
            return false;
    }
    return true;
}

static bool is_name(const struct texts *texts, PyObject *string)
{
    return is_identifier(string) && (texts->values != VALUES_NONE || texts_is_written_as_identifier(string));
}

static bool spend(uint32_t *budget)
{
    if (!*budget)
        return false;
    --*budget;
    return true;
}

static bool within_budget(const struct texts *texts, const struct type_info *info, enum text_role role, struct type_info *holder)
{
    if (texts->values == VALUES_NONE || role == TEXT_ITEM || (info->family == FAMILY_FLOAT && role != TEXT_KEY))
        return false;
    if (!holder)
        return true;
    return spend(role == TEXT_KEY ? &holder->key_previews_left : &holder->value_previews_left);
}

void texts_note(struct texts *texts, PyObject *object, const struct type_info *info, uint64_t id, enum text_role role,
                struct type_info *holder)
{
    if (texts->values == VALUES_FULL || role == TEXT_ALL)
        write_value(texts, object, info->family, id, SIZE_MAX);
    else if ((info->family == FAMILY_STR && is_name(texts, object)) || within_budget(texts, info, role, holder))
        write_value(texts, object, info->family, id, TEXT_PREVIEW);
}

bool texts_is_worth_noting_again(struct texts *texts, PyObject *object, const struct type_info *info, enum text_role role)
{
    uintptr_t written = *written_slot(texts, object);
    if (texts->values == VALUES_FULL || written == ((uintptr_t)object | TEXT_WRITTEN_WHOLE))
        return false;
    if (role != TEXT_ALL && written == (uintptr_t)object)
        return false;
    return info->family != FAMILY_STR || !is_name(texts, object);
}

void texts_note_constant(struct texts *texts, PyObject *number, uint64_t id)
{
    const digit *digits;
    bool negative;
    bool small = compat_long_digits(number, &digits, &negative) == 0 || (compat_long_digits(number, &digits, &negative) == 1 && digits[0] < TEXT_CONSTANT_MIN);
    if (texts->values == VALUES_NONE || small || *written_slot(texts, number) == (uintptr_t)number)
        return;
    write_value(texts, number, FAMILY_INT, id, TEXT_PREVIEW);
}

/* ---- Code objects ---- */

static struct cell bytes_cell(PyObject *bytes)
{
    bool readable = bytes && PyBytes_Check(bytes);
    return (struct cell){readable ? (uint64_t)PyBytes_GET_SIZE(bytes) : 0, readable ? PyBytes_AS_STRING(bytes) : NULL};
}

void texts_write_code(struct texts *texts, PyCodeObject *code, uint64_t id)
{
    size_t bytecode_length;
    const void *bytecode = compat_bytecode(code, &bytecode_length);
    struct cell cells[] = {
        [CODE_ID] = {id, NULL},
        [CODE_FIRSTLINENO] = {(uint64_t)(code->co_firstlineno > 0 ? code->co_firstlineno : 0), NULL},
        [CODE_ARGCOUNT] = {(uint64_t)code->co_argcount, NULL},
        [CODE_KWONLY] = {(uint64_t)code->co_kwonlyargcount, NULL},
        [CODE_FLAGS] = {(uint64_t)(unsigned)code->co_flags, NULL},
        [CODE_WARMUP] = {compat_warmup(code), NULL},
        [CODE_BYTECODE] = {bytecode_length, bytecode},
        [CODE_LINES] = bytes_cell(compat_line_table(code)),
#if PY_VERSION_HEX >= 0x030B0000
        [CODE_KINDS] = bytes_cell(code->co_localspluskinds),
        [CODE_EXCEPTIONS] = bytes_cell(code->co_exceptiontable),
#else
        [CODE_KINDS] = {0, NULL},
        [CODE_EXCEPTIONS] = {0, NULL},
#endif
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (cells[i].bytes)
            touch(cells[i].bytes, cells[i].number);
    snapshot_writer_row(texts->writer, TABLE_CODE, cells);
}
