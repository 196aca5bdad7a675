/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "places.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

void place_print(const struct wh_line *line, FILE *out)
{
    fprintf(out, "%s:%u", visible(short_file(line->file)), line->line);
    if (*line->function)
        fprintf(out, " in %s", visible(line->function));
    if (*line->text)
        fprintf(out, ":  %s", visible(line->text));
}

/* What follows the file of the line in `via`, if it is the same file; else NULL. */
static const char *via_in_file(const struct wh_line *line)
{
    size_t length = line->file ? strlen(line->file) : 0;
    bool same = length && !strncmp(line->via, line->file, length) && line->via[length] == ':';
    return same ? line->via + length + 1 : NULL;
}

/* The file is said in the same form as the line's own, and not again if it is that one. */
void place_print_via(const struct wh_line *line, FILE *out)
{
    const char *in_file = line->via && *line->via ? via_in_file(line) : NULL;
    if (in_file)
        fprintf(out, "   via line %s", visible(in_file));
    else if (line->via && *line->via)
        fprintf(out, "   via %s", visible(short_file(line->via)));
    fputc('\n', out);
}

void place_print_evidence(const struct wh_line *line, FILE *out)
{
    place_print(line, out);
    fprintf(out, "      %s[%s: %s]%s", style(STYLE_DIM), visible(line->evidence), visible(line->certainty), style(STYLE_NONE));
    place_print_via(line, out);
}
