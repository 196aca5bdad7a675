/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct verb {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"run", "Start a Python program with the dumper inside", cmd_run},
    {"dump", "Take a snapshot of a running Python process", cmd_dump},
    {"suspects", "Say who holds the memory, and at which line", cmd_suspects},
    {"diff", "Say what grew from snapshot to snapshot", cmd_diff},
    {"triage", "Say what often goes wrong and does here: rules, worst first", cmd_triage},
    {"report", "Write the self-contained HTML report", cmd_report},
    {"info", "Say what a snapshot is and what memory it accounts for", cmd_info},
    {"top", "List types, modules or holders by the memory that they retain", cmd_top},
    {"tree", "Show the dominator tree: what would be freed with what", cmd_tree},
    {"find", "List objects by type, class, module, name and conditions", cmd_find},
    {"path", "Show what keeps an object alive: the path from a root", cmd_path},
    {"cut", "Say which references to remove so that objects are freed", cmd_cut},
    {"retained", "Say what a set of objects retains together", cmd_retained},
    {"show", "Show one object: its references, referrers, and what it retains", cmd_show},
    {"waste", "Show memory that the program could do without: duplicates, spare room", cmd_waste},
    {"strings", "Show the largest strings, and those that are there most often", cmd_strings},
    {"garbage", "Show what no root reaches, what native code holds, and the collector", cmd_garbage},
    {"threads", "Show threads, their frames, and what the locals retain", cmd_threads},
    {"alloc", "List which code allocated: what is left of it, or all", cmd_alloc},
    {"export", "Write the heap for another tool, such as Chrome DevTools", cmd_export},
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]), NAME_MAX_LENGTH = 32, TYPING_ERRORS_MAX = 3 };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance; `known` is a command's name. */
static size_t edit_distance(const char *typed, const char *known)
{
    size_t row[NAME_MAX_LENGTH], length = strlen(known);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; typed[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (typed[i - 1] != known[j - 1]));
            diagonal = above;
        }
    }
    return row[length];
}

/* NULL if nothing is near. */
static const char *nearest_verb(const char *typed)
{
    const char *nearest = NULL;
    size_t least = TYPING_ERRORS_MAX + 1;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        size_t distance = edit_distance(typed, verbs[i].name);
        if (distance < least && distance < strlen(verbs[i].name)) {
            least = distance;
            nearest = verbs[i].name;
        }
    }
    return nearest;
}

static void print_help(void)
{
    printf("Usage: whoholds COMMAND [ARGUMENT...]\n"
           "Who holds this memory? Takes heap snapshots of CPython programs and names the holder and its line.\n\n");
    for (size_t i = 0; i < VERB_COUNT; i++)
        printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
    printf("\n"
           "  whoholds COMMAND --help    What a command takes, prints and returns\n"
           "  whoholds --version\n\n"
           "Exit codes: 0 done; 1 a leak was found (suspects --exit-code); 2 wrong usage;\n"
           "3 bad or unreadable input; 4 the target could not be dumped; 5 out of memory or\n"
           "disk space.\n\n"
           "Example: whoholds run -- python app.py;  kill -USR2 PID;  whoholds suspects *.whs\n");
}

static int refuse_word(const char *word)
{
    const char *nearest = word[0] == '-' ? NULL : nearest_verb(word);
    if (nearest)
        return fail(WH_ERR_USAGE, "there is no command '%s'; the nearest is '%s'", word, nearest);
    return fail(WH_ERR_USAGE, "there is no %s '%s' (see 'whoholds --help')", word[0] == '-' ? "option" : "command", word);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return fail(WH_ERR_USAGE, "no command is given (see 'whoholds --help')");
    const struct verb *verb = find_verb(argv[1]);
    if (verb)
        return verb->run(argc - 1, argv + 1);
    bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    if (help)
        print_help();
    else if (strcmp(argv[1], "--version") == 0)
        puts("whoholds " WHOHOLDS_VERSION);
    else
        return refuse_word(argv[1]);
    return 0;
}

int main(int argc, char **argv)
{
    return finish_output(dispatch(argc, argv));
}
