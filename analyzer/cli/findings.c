/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "findings.h"

#include <string.h>

#include "text.h"

enum { INDENT = 12 };

static void print_offender(const struct wh_offender *offender, FILE *out)
{
    fprintf(out, "%*s  %s", INDENT, size_text(offender->bytes).text, visible(offender->name));
    if (*offender->detail)
        fprintf(out, "  %s(%s)%s", style(STYLE_DIM), visible(offender->detail), style(STYLE_NONE));
    fputc('\n', out);
}

/* As a shell takes it for one word. */
static void print_word(const char *word, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:=@%";
    if (*word && !word[strspn(word, plain)]) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (const char *at = word; *at; at++)
        fputs(*at == '\'' ? "'\\''" : (char[]){*at, '\0'}, out);
    fputc('\'', out);
}

/* The arguments with the file's name for SNAPSHOT. */
static void print_query(const char *query, const char *snapshot, FILE *out)
{
    static const char place[] = "SNAPSHOT";
    const char *at = strstr(query, place);
    fprintf(out, "%*s  %swhoholds %.*s", INDENT, "more:", style(STYLE_DIM), (int)(at ? at - query : (ptrdiff_t)strlen(query)), query);
    if (at)
        print_word(visible(snapshot), out);
    fprintf(out, "%s%s\n", at ? at + sizeof(place) - 1 : "", style(STYLE_NONE));
}

void findings_print(const struct wh_finding *finding, const char *snapshot, FILE *out)
{
    fprintf(out, "%s%*s  %s%s\n", style(STYLE_STRONG), INDENT, finding->known ? size_text(finding->bytes).text : "?", finding->title,
            style(STYLE_NONE));
    if (!finding->known) {
        fprintf(out, "%*s  the snapshot does not tell\n", INDENT, "");
        return;
    }
    text_print_wrapped(finding->sentence, INDENT + 2, out);
    for (size_t i = 0; i < finding->offender_count; i++)
        print_offender(&finding->offenders[i], out);
    if (finding->omitted)
        fprintf(out, "%*s  … and %s more\n", INDENT, "", count_text(finding->omitted).text);
    if (finding->count)
        print_query(finding->query, snapshot, out);
}
