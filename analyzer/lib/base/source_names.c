/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/source_names.h"

#include <ctype.h>
#include <string.h>

enum { SCOPES_MAX = 32 };

struct scope { size_t indent; struct span name; bool is_class; };

/* A logical line: `from` its first character that is no space, `to` behind it. */
struct statement { size_t from, to, indent; uint32_t line; };

struct scanner {
    const char *text;
    size_t length, at;
    uint32_t line;
    struct scope scopes[SCOPES_MAX];
    unsigned scope_count;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static char char_at(const struct scanner *scanner, size_t at)
{
    return at < scanner->length ? scanner->text[at] : '\n';
}

/* Behind the string that begins at `at`; counts its lines. An unclosed one-line string ends with its line. */
static size_t skip_string(const struct scanner *scanner, size_t at, uint32_t *lines)
{
    char quote = scanner->text[at];
    bool triple = char_at(scanner, at + 1) == quote && char_at(scanner, at + 2) == quote;
    for (at += triple ? 3 : 1; at < scanner->length; at++) {
        char c = scanner->text[at];
        *lines += c == '\n';
        if (c == '\\') {
            *lines += char_at(scanner, at + 1) == '\n';
            at++;
        } else if (c == '\n' && !triple) {
            (*lines)--;
            return at;
        } else if (c == quote && (!triple || (char_at(scanner, at + 1) == quote && char_at(scanner, at + 2) == quote))) {
            return at + (triple ? 3 : 1);
        }
    }
    return scanner->length;
}

static size_t skip_comment(const struct scanner *scanner, size_t at)
{
    while (at < scanner->length && scanner->text[at] != '\n')
        at++;
    return at;
}

/* The end of the logical line that begins at `at`; `lines` counts the line ends in it. */
static size_t end_of_statement(const struct scanner *scanner, size_t at, uint32_t *lines)
{
    unsigned depth = 0;
    while (at < scanner->length) {
        char c = scanner->text[at];
        if (c == '\n' && !depth)
            return at;
        if (c == '#') {
            at = skip_comment(scanner, at);
            continue;
        }
        if (c == '"' || c == '\'') {
            at = skip_string(scanner, at, lines);
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
        bool joined = c == '\\' && char_at(scanner, at + 1) == '\n';
        *lines += joined || c == '\n';
        at += joined ? 2 : 1;
    }
    return at;
}

static bool next_statement(struct scanner *scanner, struct statement *ret)
{
    while (scanner->at < scanner->length) {
        size_t from = scanner->at, lines_end;
        uint32_t lines = 0;
        while (from < scanner->length && (scanner->text[from] == ' ' || scanner->text[from] == '\t' || scanner->text[from] == '\f'))
            from++;
        lines_end = end_of_statement(scanner, from, &lines);
        *ret = (struct statement){from, lines_end, from - scanner->at, scanner->line};
        scanner->line += lines + 1;
        scanner->at = lines_end + 1;
        if (lines_end > from && scanner->text[from] != '#' && scanner->text[from] != '\r')
            return true;
    }
    return false;
}

static bool starts_with(const struct scanner *scanner, const struct statement *statement, const char *word)
{
    size_t length = strlen(word);
    return statement->to - statement->from > length && !memcmp(scanner->text + statement->from, word, length) &&
           !is_word(scanner->text[statement->from + length]);
}

/* The word behind the first `skip` characters. */
static struct span word_after(const struct scanner *scanner, const struct statement *statement, size_t skip)
{
    size_t from = statement->from + skip, to;
    while (from < statement->to && isspace((unsigned char)scanner->text[from]))
        from++;
    for (to = from; to < statement->to && is_word(scanner->text[to]);)
        to++;
    return (struct span){scanner->text + from, to - from};
}

static bool opens_scope(const struct scanner *scanner, const struct statement *statement, struct scope *ret)
{
    static const struct { const char *word; size_t length; bool is_class; } words[] = {
        {"class", 5, true}, {"def", 3, false}, {"async def", 9, false},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!starts_with(scanner, statement, words[i].word))
            continue;
        *ret = (struct scope){statement->indent, word_after(scanner, statement, words[i].length), words[i].is_class};
        return true;
    }
    return false;
}

/* Are the scopes around the statement the classes of a qualified name, no more and no less? */
static bool is_in_scope(const struct scanner *scanner, struct span scope)
{
    size_t at = 0;
    for (unsigned i = 0; i < scanner->scope_count; i++) {
        const struct scope *open = &scanner->scopes[i];
        if (!open->is_class || open->name.length > scope.length - at || memcmp(scope.bytes + at, open->name.bytes, open->name.length))
            return false;
        at += open->name.length;
        if (at < scope.length && scope.bytes[at] != '.')
            return false;
        at += at < scope.length;
    }
    return at == scope.length;
}

/* --- one statement --- */

static bool word_is(const struct scanner *scanner, const struct statement *statement, size_t at, struct span name)
{
    if (at + name.length > statement->to || memcmp(scanner->text + at, name.bytes, name.length))
        return false;
    bool begins = at == statement->from || !is_word(scanner->text[at - 1]);
    return begins && (at + name.length == statement->to || !is_word(scanner->text[at + name.length]));
}

static size_t skip_spaces(const struct scanner *scanner, const struct statement *statement, size_t at)
{
    while (at < statement->to && (scanner->text[at] == ' ' || scanner->text[at] == '\t'))
        at++;
    return at;
}

/* The first `=` of an assignment outside of brackets and strings, `to` if there is none; augmented ones (`+=`) count. */
static size_t find_assignment(const struct scanner *scanner, const struct statement *statement, size_t at)
{
    unsigned depth = 0;
    uint32_t lines = 0;
    while (at < statement->to) {
        char c = scanner->text[at], next = char_at(scanner, at + 1), last = at > statement->from ? scanner->text[at - 1] : ' ';
        if (c == '#')
            return statement->to;
        if (c == '"' || c == '\'') {
            at = skip_string(scanner, at, &lines);
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
        if (c == '=' && next == '=') {
            at += 2;
            continue;
        }
        if (c == '=' && !depth && last != '!' && last != '<' && last != '>' && last != ':')
            return at;
        at++;
    }
    return statement->to;
}

static bool is_filling_method(const struct scanner *scanner, const struct statement *statement, size_t at)
{
    static const char *const names[] = {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "extendleft", "put", "write"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct span name = {names[i], strlen(names[i])};
        if (word_is(scanner, statement, at, name) && char_at(scanner, at + name.length) == '(')
            return true;
    }
    return false;
}

/* The name, then a subscript and an assignment, an augmented assignment, or a method that takes something in. */
static bool fills(const struct scanner *scanner, const struct statement *statement, size_t behind)
{
    size_t at = skip_spaces(scanner, statement, behind), assignment = find_assignment(scanner, statement, behind);
    if (at >= statement->to)
        return false;
    if (scanner->text[at] == '.')
        return is_filling_method(scanner, statement, at + 1);
    if (scanner->text[at] == '[')
        return assignment < statement->to;
    bool augmented = scanner->text[at] == '+' || scanner->text[at] == '|';
    return augmented && at + 1 < statement->to && scanner->text[at + 1] == '=';
}

static bool is_import(const struct scanner *scanner, const struct statement *statement)
{
    return starts_with(scanner, statement, "import") || starts_with(scanner, statement, "from");
}

/* Targets stand before the last assignment: `name = …`, `name: T = …`, `a = name = …`, `a, name = …`. */
static size_t end_of_targets(const struct scanner *scanner, const struct statement *statement)
{
    size_t last = statement->from;
    for (size_t found = find_assignment(scanner, statement, statement->from); found < statement->to;
         found = find_assignment(scanner, statement, found + 1))
        last = found;
    return is_import(scanner, statement) ? statement->to : last;
}

/* Is what stands at `at` the name, as a target and not as a part of another expression? */
static bool is_target(const struct scanner *scanner, const struct statement *statement, size_t at, struct span name)
{
    if (!word_is(scanner, statement, at, name) || (at > statement->from && scanner->text[at - 1] == '.'))
        return false;
    size_t next = skip_spaces(scanner, statement, at + name.length);
    char c = next < statement->to ? scanner->text[next] : '\n';
    return is_import(scanner, statement) || c == '=' || c == ':' || c == ',' || c == ')';
}

static bool look_at(const struct scanner *scanner, const struct statement *statement, struct span name, struct source_name *ret)
{
    struct scope scope;
    *ret = (struct source_name){statement->line, false};
    if (opens_scope(scanner, statement, &scope))
        return scope.name.length == name.length && !memcmp(scope.name.bytes, name.bytes, name.length);
    if (word_is(scanner, statement, statement->from, name) && fills(scanner, statement, statement->from + name.length)) {
        ret->fills = true;
        return true;
    }
    size_t end = end_of_targets(scanner, statement);
    for (size_t at = statement->from; at < end; at++) {
        if (is_target(scanner, statement, at, name))
            return true;
    }
    return false;
}

static void leave_scopes(struct scanner *scanner, size_t indent)
{
    while (scanner->scope_count && scanner->scopes[scanner->scope_count - 1].indent >= indent)
        scanner->scope_count--;
}

unsigned source_names_find(const char *text, size_t length, struct span scope, struct span name, unsigned limit, struct source_name *ret)
{
    struct scanner scanner = {.text = text, .length = length, .line = 1};
    struct statement statement;
    unsigned count = 0;
    while (count < limit && name.length && next_statement(&scanner, &statement)) {
        struct scope opened;
        leave_scopes(&scanner, statement.indent);
        if (is_in_scope(&scanner, scope) && look_at(&scanner, &statement, name, &ret[count]))
            count++;
        if (opens_scope(&scanner, &statement, &opened) && scanner.scope_count < SCOPES_MAX)
            scanner.scopes[scanner.scope_count++] = opened;
    }
    return count;
}
