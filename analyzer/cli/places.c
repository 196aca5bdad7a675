/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "places.h"

#include "text.h"

void place_print(const struct wh_line *line, FILE *out)
{
    fprintf(out, "%s:%u", visible(short_file(line->file)), line->line);
    if (*line->function)
        fprintf(out, " in %s", visible(line->function));
    if (*line->text)
        fprintf(out, ":  %s", visible(line->text));
}

void place_print_via(const struct wh_line *line, FILE *out)
{
    if (line->via && *line->via)
        fprintf(out, "   via %s", visible(line->via));
    fputc('\n', out);
}

void place_print_evidence(const struct wh_line *line, FILE *out)
{
    place_print(line, out);
    fprintf(out, "      %s[%s: %s]%s", style(STYLE_DIM), visible(line->evidence), visible(line->certainty), style(STYLE_NONE));
    place_print_via(line, out);
}
