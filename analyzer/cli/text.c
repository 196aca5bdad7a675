/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "text.h"

#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "cli.h"
#include "utf8.h"

/* --- harmless text --- */

struct code_range { uint32_t first, last; };

/* Characters that move the cursor, reorder text, or cannot be seen. */
static const struct code_range hidden_ranges[] = {
    {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x61C, 0x61C},     {0x180E, 0x180E}, {0x200B, 0x200F},
    {0x2028, 0x202E},   {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0xE0000, 0xE0FFF},
};

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof(hidden_ranges) / sizeof(hidden_ranges[0]); i++)
        if (code >= hidden_ranges[i].first && code <= hidden_ranges[i].last)
            return true;
    return false;
}

/* Copies made by visible(), freed together. */
struct kept_text {
    struct kept_text *next;
    char text[];
};
static struct kept_text *kept;

static size_t put_escape(char *at, uint32_t code)
{
    enum { ESCAPE_SIZE = 11 };
    if (code == '\n' || code == '\t' || code == '\r')
        return (size_t)snprintf(at, ESCAPE_SIZE, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    const char *format = code < 0x100 ? "\\x%02" PRIx32 : code < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32;
    return (size_t)snprintf(at, ESCAPE_SIZE, format, code);
}

/* A code point of n bytes grows to at most 4 n bytes (one byte to \x1b, two to \x9b or \u061c); an invalid byte to three. */
static void make_visible(const char *text, char *ret)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    while (*text) {
        uint32_t code;
        size_t length = utf8_decode(text, &code);
        if (!length) {
            ret = stpcpy(ret, replacement);
            text++;
            continue;
        }
        if (is_hidden(code)) {
            ret += put_escape(ret, code);
        } else {
            memcpy(ret, text, length);
            ret += length;
        }
        text += length;
    }
    *ret = '\0';
}

static bool is_visible(const char *text)
{
    uint32_t code;
    for (size_t length; *text; text += length) {
        length = utf8_decode(text, &code);
        if (!length || is_hidden(code))
            return false;
    }
    return true;
}

const char *visible(const char *text)
{
    if (!text || is_visible(text))
        return text ? text : "";
    struct kept_text *copy = allocate(sizeof(*copy) + 4 * strlen(text) + 1);
    make_visible(text, copy->text);
    copy->next = kept;
    kept = copy;
    return copy->text;
}

void text_release(void)
{
    while (kept) {
        struct kept_text *next = kept->next;
        free(kept);
        kept = next;
    }
}

/* Two for what terminals show twice as wide, such as Chinese, none for what is put on the character before; one where the C library does not know. */
static size_t width_of(uint32_t point)
{
    static bool asked;
    static locale_t locale;
    if (!asked)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    asked = true;
    if (!locale)
        return 1;
    locale_t before = uselocale(locale);
    int width = wcwidth((wchar_t)point);
    uselocale(before);
    return width < 0 ? 1 : (size_t)width;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (size_t length; *text; text += length) {
        uint32_t point;
        length = (unsigned char)*text < 0x80 ? 1 : utf8_decode(text, &point);
        width += length > 1 ? width_of(point) : 1;
        length = length ? length : 1;
    }
    return width;
}

/* --- numbers --- */

struct number_text count_text(uint64_t count)
{
    char digits[32];
    struct number_text ret;
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    char *at = ret.text;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return ret;
}

struct number_text size_text(uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    struct number_text ret;
    size_t unit = 0;
    double value = (double)bytes;
    /* 1023.95 would be printed as 1024.0 */
    for (; value >= (unit ? 1023.95 : 1024.0); unit++)
        value /= 1024;
    snprintf(ret.text, sizeof(ret.text), unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return ret;
}

struct number_text change_text(int64_t bytes)
{
    struct number_text ret, size = size_text((uint64_t)(bytes < 0 ? -bytes : bytes));
    snprintf(ret.text, sizeof(ret.text), "%s%.62s", bytes > 0 ? "+" : bytes < 0 ? "-" : "", size.text);
    return ret;
}

struct number_text sparkline_text(const uint64_t *series, size_t count)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    enum { SHOWN = 20, BARS = sizeof(bars) / sizeof(bars[0]) };
    struct number_text ret = {""};
    uint64_t most = 1;
    size_t first = count > SHOWN ? count - SHOWN : 0, used = 0;
    for (size_t i = first; i < count; i++)
        most = series[i] > most ? series[i] : most;
    for (size_t i = first; i < count; i++) {
        size_t bar = (size_t)((double)series[i] / (double)most * (BARS - 1) + 0.5);
        used += (size_t)snprintf(ret.text + used, sizeof(ret.text) - used, "%s", series[i] ? bars[bar] : " ");
    }
    return ret;
}

struct number_text exact_size_text(uint64_t bytes)
{
    struct number_text ret, size = size_text(bytes);
    if (bytes < 1024)
        return size;
    snprintf(ret.text, sizeof(ret.text), "%.16s (%.32s B)", size.text, count_text(bytes).text);
    return ret;
}

struct number_text duration_text(uint64_t nanoseconds)
{
    struct number_text ret;
    if (nanoseconds < 1000000)
        snprintf(ret.text, sizeof(ret.text), "%.0f µs", (double)nanoseconds / 1e3);
    else if (nanoseconds < 1000000000)
        snprintf(ret.text, sizeof(ret.text), "%.1f ms", (double)nanoseconds / 1e6);
    else
        snprintf(ret.text, sizeof(ret.text), "%.2f s", (double)nanoseconds / 1e9);
    return ret;
}

struct number_text percent_text(double share)
{
    struct number_text ret;
    double percent = share * 100;
    if (percent >= 9.95)
        snprintf(ret.text, sizeof(ret.text), "%.0f %%", percent);
    else if (percent >= 0.05 || percent == 0)
        snprintf(ret.text, sizeof(ret.text), "%.1f %%", percent);
    else
        snprintf(ret.text, sizeof(ret.text), "<0.1 %%");
    return ret;
}

struct number_text address_text(uint64_t address)
{
    struct number_text ret = {""};
    if (address)
        snprintf(ret.text, sizeof(ret.text), "0x%" PRIx64, address);
    return ret;
}

struct number_text time_text(uint64_t unix_ns)
{
    struct number_text ret;
    struct tm parts;
    time_t seconds = (time_t)(unix_ns / 1000000000);
    unsigned milliseconds = (unsigned)(unix_ns / 1000000 % 1000);
    gmtime_r(&seconds, &parts); /* 64 bits of nanoseconds end in the year 2554 */
    size_t used = strftime(ret.text, sizeof(ret.text), "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(ret.text + used, sizeof(ret.text) - used, ".%03uZ", milliseconds);
    return ret;
}

const char *plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

/* `asyncio/tasks.py` of /usr/lib/python3.11/asyncio/tasks.py, and the same of an installed package's files; else NULL. */
static const char *name_in_library(const char *file)
{
    static const char *const folders[] = {"/site-packages/", "/dist-packages/"};
    static const char standard[] = "/lib/python3.";
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const char *found = strstr(file, folders[i]);
        if (found)
            return found + strlen(folders[i]);
    }
    const char *found = strstr(file, standard), *rest = found ? strchr(found + strlen(standard), '/') : NULL;
    return rest && rest[1] ? rest + 1 : NULL;
}

const char *short_file(const char *file)
{
    static char *directory;
    if (!file || !*file)
        return "?";
    const char *in_library = name_in_library(file);
    if (in_library)
        return in_library;
    if (!directory)
        directory = getcwd(NULL, 0); /* kept to the end; without one, names stay long */
    size_t length = directory ? strlen(directory) : 0;
    bool below = length > 1 && strncmp(file, directory, length) == 0 && file[length] == '/' && file[length + 1];
    return below ? file + length + 1 : file;
}

/* --- colours --- */

static bool colours_wanted(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0;
}

const char *style(enum style wanted)
{
    static const char *const sequences[] = {
        [STYLE_NONE] = "\x1b[0m", [STYLE_STRONG] = "\x1b[1m", [STYLE_DIM] = "\x1b[2m", [STYLE_ALARM] = "\x1b[1;31m",
    };
    static int colours = -1;
    if (colours < 0)
        colours = colours_wanted();
    return colours ? sequences[wanted] : "";
}

/* --- tables --- */

void text_table_init(struct text_table *ret, const struct column *columns, size_t column_count)
{
    *ret = (struct text_table){.columns = columns, .column_count = column_count};
}

void text_table_deinit(struct text_table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
}

static void table_grow(struct text_table *table)
{
    size_t capacity = table->cell_capacity ? 2 * table->cell_capacity : 64;
    char **cells = allocate(capacity * sizeof(*cells));
    if (table->cell_count)
        memcpy(cells, table->cells, table->cell_count * sizeof(*cells));
    free(table->cells);
    table->cells = cells;
    table->cell_capacity = capacity;
}

void text_table_add(struct text_table *table, const char *text)
{
    if (table->cell_count == table->cell_capacity)
        table_grow(table);
    size_t size = strlen(text) + 1;
    table->cells[table->cell_count++] = memcpy(allocate(size), text, size);
}

static size_t column_width(const struct text_table *table, size_t column)
{
    size_t widest = text_width(table->columns[column].title);
    for (size_t i = column; i < table->cell_count; i += table->column_count) {
        size_t width = text_width(table->cells[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void print_cell(const char *text, size_t width, bool right, bool last, FILE *out)
{
    size_t used = text_width(text);
    int padding = (int)(width > used ? width - used : 0);
    if (right)
        fprintf(out, "%*s%s%s", padding, "", text, last ? "\n" : "  ");
    else if (last)
        fprintf(out, "%s\n", text);
    else
        fprintf(out, "%s%*s  ", text, padding, "");
}

void text_table_print(const struct text_table *table, FILE *out)
{
    size_t widths[16] = {0};
    size_t count = table->column_count;
    for (size_t column = 0; column < count; column++)
        widths[column] = column_width(table, column);
    fputs(style(STYLE_DIM), out);
    for (size_t column = 0; column < count; column++)
        print_cell(table->columns[column].title, widths[column], table->columns[column].right, column + 1 == count, out);
    fputs(style(STYLE_NONE), out);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % count;
        print_cell(table->cells[i], widths[column], table->columns[column].right, column + 1 == count, out);
    }
}

void text_print_wrapped(const char *text, int indent, FILE *out)
{
    int column = TEXT_COLUMNS;
    bool first = true;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (!first && column + 1 + length <= TEXT_COLUMNS) {
            column += 1 + length;
            fprintf(out, " %.*s", length, text);
        } else {
            column = indent + length;
            fprintf(out, "%s%*s%.*s", first ? "" : "\n", indent, "", length, text);
        }
        first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}
