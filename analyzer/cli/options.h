/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands that ask a snapshot have in common: an option means the same wherever it is offered, and the way from the command line to
 * the answer is one.
 */
#ifndef WHOHOLDS_CLI_OPTIONS_H
#define WHOHOLDS_CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli.h"

/* How often --without, --ignore may be given; how many snapshots are compared at most; how often --where may be given. */
enum { REFERENCES_MAX = 64, SNAPSHOTS_MAX = 64, CONDITIONS_MAX = 16 };

/* Everything that a command line can ask. What a command does not offer keeps its zero. */
struct request {
    const char *snapshot;                  /* the first one */
    const char *snapshots[SNAPSHOTS_MAX];  /* all, as they were given */
    size_t snapshot_count;
    struct wh_query query;
    size_t limit; /* 0: not given */
    size_t depth; /* 0: not given */
    enum wh_top_by by;
    enum wh_alloc_by alloc_by;
    const char *output, *format;
    const char *rule;
    size_t suspect;     /* 0: not given */
    size_t independent; /* 0: not given */
    const char *references[REFERENCES_MAX]; /* of --without, --ignore or a repeated --expr */
    size_t reference_count;
    const char *conditions[CONDITIONS_MAX]; /* of query.where */
    bool json, all, why, exit_code, merged, live, allocated, stacks, no_cache;
    bool weak;
};

/* Keys of the options; rows of a command's own table of options. */
enum {
    KEY_HELP = 'h',
    KEY_OUTPUT = 'o',
    KEY_JSON = 0x100,
    KEY_LIMIT,
    KEY_DEPTH,
    KEY_BY,
    KEY_TO,
    KEY_ALL,
    KEY_WHY,
    KEY_EXIT_CODE,
    KEY_TYPE,
    KEY_EXPR,
    KEY_SUSPECT,
    KEY_WITHOUT,
    KEY_IGNORE,
    KEY_MEMBER,
    KEY_MODULE,
    KEY_PACKAGE,
    KEY_INDEPENDENT,
    KEY_MERGED,
    KEY_LIVE,
    KEY_ALLOCATED,
    KEY_ALLOC_BY,
    KEY_STACKS,
    KEY_NO_CACHE,
    KEY_RULE,
    KEY_WEAK,
    KEY_INSTANCES_OF,
    KEY_WHERE,
};

#define OPTION_JSON {"json", KEY_JSON, NULL, 0, "Print one JSON document and nothing else", 0}
#define OPTION_HELP {"help", KEY_HELP, NULL, 0, "Show this help", -1}

/* How objects are named, wherever that is asked. */
#define OPTION_EXPRESSION \
    {"expr", KEY_EXPR, "EXPR", 0, "What an expression names, 'app.cache[\"k\"][3]', or any other name that whoholds prints; [*], [0:9] and .* stand for many", 0}
#define OPTIONS_OBJECTS_BUT_EXPRESSION \
    {"type", KEY_TYPE, "QUALNAME", 0, "The objects of a type: 'app.models.Order'; built-in types without 'builtins.'; 'app.models.*' is a pattern", 0}, \
    {"instances-of", KEY_INSTANCES_OF, "QUALNAME", 0, "The objects of a class and of all that are derived from it", 0}, \
    {"module", KEY_MODULE, "NAME", 0, "The objects whose class is of this module", 0}, \
    {"package", KEY_PACKAGE, "NAME", 0, "The objects whose class is of this module or of one below it", 0}, \
    {"where", KEY_WHERE, "CONDITION", 0, "Of these, or of all objects, those that fulfil it: 'len > 1000 and .status = \"open\"'; repeatable", 0}
#define OPTIONS_OBJECTS OPTIONS_OBJECTS_BUT_EXPRESSION, OPTION_EXPRESSION
#define ARGUMENTS_OBJECTS "SNAPSHOT ADDRESS\nSNAPSHOT --type QUALNAME\nSNAPSHOT --expr EXPR\nSNAPSHOT --where CONDITION..."
#define HELP_CONDITIONS \
    "A CONDITION is tests joined by 'and', each with or without 'not': size, retained, objects, len or refcount with = != < <= > >= and a number (10K, 4M); type " \
    "with = != ~ !~ (a pattern with * and ?) and a name; value with these and a value; live, garbage, native, immortal; 'under EXPR', what that alone keeps " \
    "alive. An attribute .name stands for its value, or asks whether it is there; len(.name) and so on ask about what is in it.\n\n"

/* The last part of each command's help. */
#define HELP_EXIT_CODES \
    "Exit codes: 0 done; 2 wrong usage; 3 the snapshot is bad or unreadable, or does not hold what was asked for; 5 out of memory or " \
    "disk space.\n\n"

/* How many of ADDRESS, --type, --expr and --suspect a command wants: none, exactly one, one at most where references are given, one at most, or as its own check says. */
enum query_need { QUERY_NONE, QUERY_ONE, QUERY_OR_REFERENCES, QUERY_OPTIONAL, QUERY_OWN };

struct command {
    const char *name;
    const struct argp_option *options; /* --no-cache, which all have, aside */
    const char *arguments;         /* as in the usage line */
    const char *help;              /* before \v: what it does; after: exit codes and examples */
    enum query_need query;

    /* Optional: what else must hold of the request; NULL if it does, else a sentence. */
    const char *(*check)(const struct request *request);

    /* Computes the answer and prints it to `out`, which reaches stdout only if all went well. *exit_code is 0 before. */
    enum wh_status (*answer)(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error,
                             int *exit_code);

    /* Instead of `answer`, for a command that takes several snapshots: one analysis for each, as they were given; `least` of them. */
    size_t least;
    enum wh_status (*answer_several)(struct wh_analysis *const *analyses, size_t count, const struct request *request, FILE *out,
                                     struct wh_error *error, int *exit_code);
};

/* How many of ADDRESS and the options that name objects are given, --where and --suspect aside. */
int options_objects_given(const struct request *request);

/* Parses the command line, opens the snapshot, answers, and tells what went wrong. Returns the exit code. */
int command_run(const struct command *command, int argc, char **argv);

#endif
