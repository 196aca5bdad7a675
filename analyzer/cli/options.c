/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "progress.h"
#include "text.h"

/* What argp carries through the parse. */
struct parse {
    const struct command *command;
    struct request *request;
    bool helped;
};

/* One line, with the way to the help. The value makes argp stop. */
static error_t refuse(const struct parse *parse, const char *sentence)
{
    fail(WH_ERR_USAGE, "%s (see 'whoholds %s --help')", sentence, parse->command->name);
    return EINVAL;
}

static error_t refuse_word(const struct parse *parse, const char *word, const char *fault)
{
    fail(WH_ERR_USAGE, "'%s' %s (see 'whoholds %s --help')", word, fault, parse->command->name);
    return EINVAL;
}

static bool is_number(const char *text, int base, uint64_t *ret)
{
    char *end;
    errno = 0;
    *ret = strtoull(text, &end, base);
    return !errno && *end == '\0' && strspn(text, base == 16 ? "0123456789abcdefABCDEFxX" : "0123456789") == strlen(text) && *text;
}

static error_t parse_size(const struct parse *parse, const char *option, const char *text, size_t *ret)
{
    uint64_t number;
    if (!is_number(text, 10, &number) || number == 0 || number > UINT32_MAX)
        return refuse_word(parse, option, "takes a number from 1 to 4294967295");
    *ret = (size_t)number;
    return 0;
}

/* Hexadecimal with 0x as whoholds prints it, or decimal as id() does. */
static error_t parse_address(const struct parse *parse, const char *text)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (!is_number(text, hexadecimal ? 16 : 10, &parse->request->query.address) || !parse->request->query.address)
        return refuse_word(parse, text, "is not an address: 0x… or a decimal number is expected");
    return 0;
}

static error_t parse_by(const struct parse *parse, const char *text)
{
    static const char *const names[] = {[WH_TOP_TYPE] = "type", [WH_TOP_MODULE] = "module", [WH_TOP_HOLDER] = "holder", [WH_TOP_LINE] = "line"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            parse->request->by = (enum wh_top_by)i;
            return 0;
        }
    }
    return refuse_word(parse, "--by", "takes type, holder, module or line");
}

static error_t parse_alloc_by(const struct parse *parse, const char *text)
{
    static const char *const names[] = {[WH_ALLOC_LINE] = "line", [WH_ALLOC_FUNCTION] = "function", [WH_ALLOC_FILE] = "file"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            parse->request->alloc_by = (enum wh_alloc_by)i;
            return 0;
        }
    }
    return refuse_word(parse, "--by", "takes line, function or file");
}

static error_t add_reference(const struct parse *parse, const char *option, const char *expression)
{
    if (parse->request->reference_count == REFERENCES_MAX)
        return refuse_word(parse, option, "can be given 64 times at most");
    parse->request->references[parse->request->reference_count++] = expression;
    return 0;
}

static error_t add_condition(const struct parse *parse, const char *condition)
{
    struct request *request = parse->request;
    if (request->query.where_count == CONDITIONS_MAX)
        return refuse_word(parse, "--where", "can be given 16 times at most");
    request->conditions[request->query.where_count++] = condition;
    request->query.where = request->conditions;
    return 0;
}

static error_t add_snapshot(const struct parse *parse, const char *text)
{
    struct request *request = parse->request;
    if (request->snapshot_count == SNAPSHOTS_MAX)
        return refuse_word(parse, text, "is one snapshot too many: 64 can be given at most");
    request->snapshots[request->snapshot_count++] = text;
    request->snapshot = request->snapshots[0];
    return 0;
}

static error_t parse_argument(const struct parse *parse, const char *text, unsigned number)
{
    if (number == 0 || parse->command->answer_several)
        return add_snapshot(parse, text);
    if (number == 1 && parse->command->query != QUERY_NONE)
        return parse_address(parse, text);
    return refuse_word(parse, text, "is one argument too many");
}

int options_objects_given(const struct request *request)
{
    const struct wh_query *query = &request->query;
    return (query->address != 0) + (query->type != NULL) + (query->instances_of != NULL) + (query->module != NULL) + (query->package != NULL) +
           (query->expression != NULL);
}

static error_t check_query(const struct parse *parse)
{
    const struct request *request = parse->request;
    int given = options_objects_given(request) + (request->suspect != 0);
    if (request->suspect && request->query.where_count)
        return refuse(parse, "--suspect takes no conditions");
    bool instead = parse->command->query == QUERY_OPTIONAL || (parse->command->query == QUERY_OR_REFERENCES && request->reference_count) || request->query.where_count;
    if (parse->command->query == QUERY_NONE || parse->command->query == QUERY_OWN || given == 1 || (!given && instead))
        return 0;
    return refuse(parse, given ? "only one object, type or other set can be asked for at a time" : "no object is asked for");
}

static error_t check_request(const struct parse *parse)
{
    if (!parse->request->snapshot)
        return refuse(parse, "no snapshot is given");
    if (parse->request->snapshot_count < parse->command->least)
        return refuse(parse, "two snapshots are needed, or more");
    const char *fault = parse->command->check ? parse->command->check(parse->request) : NULL;
    return fault ? refuse(parse, fault) : check_query(parse);
}

/* Without argp's remark on short and long options. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

static error_t show_help(struct parse *parse, struct argp_state *state)
{
    char name[64];
    snprintf(name, sizeof(name), "whoholds %s", parse->command->name);
    state->name = name;
    argp_state_help(state, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
    state->name = NULL;
    parse->helped = true;
    return ECANCELED;
}

/* An option that has been recognised, so its command offers it. */
static error_t parse_option(struct parse *parse, int key, char *argument)
{
    struct request *request = parse->request;
    switch (key) {
    case KEY_JSON: request->json = true; return 0;
    case KEY_ALL: request->all = true; return 0;
    case KEY_WHY: request->why = true; return 0;
    case KEY_EXIT_CODE: request->exit_code = true; return 0;
    case KEY_OUTPUT: request->output = argument; return 0;
    case KEY_TO: request->format = argument; return 0;
    case KEY_TYPE: request->query.type = argument; return 0;
    case KEY_EXPR: request->query.expression = argument; return 0;
    case KEY_BY: return parse_by(parse, argument);
    case KEY_ALLOC_BY: return parse_alloc_by(parse, argument);
    case KEY_LIVE: request->live = true; return 0;
    case KEY_ALLOCATED: request->allocated = true; return 0;
    case KEY_STACKS: request->stacks = true; return 0;
    case KEY_DEPTH: return parse_size(parse, "--depth", argument, &request->depth);
    case KEY_WEAK: request->weak = true; return 0;
    case KEY_MERGED: request->merged = true; return 0;
    case KEY_SUSPECT: return parse_size(parse, "--suspect", argument, &request->suspect);
    case KEY_INDEPENDENT: return parse_size(parse, "--independent", argument, &request->independent);
    case KEY_MODULE: request->query.module = argument; return 0;
    case KEY_INSTANCES_OF: request->query.instances_of = argument; return 0;
    case KEY_WHERE: return add_condition(parse, argument);
    case KEY_RULE: request->rule = argument; return 0;
    case KEY_PACKAGE: request->query.package = argument; return 0;
    case KEY_MEMBER: return add_reference(parse, "--expr", argument);
    case KEY_WITHOUT: return add_reference(parse, "--without", argument);
    case KEY_IGNORE: return add_reference(parse, "--ignore", argument);
    case KEY_NO_CACHE: request->no_cache = true; return 0;
    case KEY_LIMIT: return parse_size(parse, "--limit", argument, &request->limit);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_key(int key, char *argument, struct argp_state *state)
{
    struct parse *parse = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; /* argp would add a second line to what getopt and refuse() say */
        return 0;
    case KEY_HELP:
        return show_help(parse, state);
    case ARGP_KEY_ARG:
        return parse_argument(parse, argument, state->arg_num);
    case ARGP_KEY_END:
        return check_request(parse);
    default:
        return parse_option(parse, key, argument);
    }
}

enum { OPTIONS_MAX = 32 };

/* A command's own options and the one that all have. */
static void list_options(const struct command *command, struct argp_option ret[OPTIONS_MAX])
{
    size_t count = 0;
    for (; command->options[count].name && count < OPTIONS_MAX - 2; count++)
        ret[count] = command->options[count];
    ret[count++] = (struct argp_option){"no-cache", KEY_NO_CACHE, NULL, 0, "Neither use nor make the file SNAPSHOT" WH_KEPT_SUFFIX ", in which the results "
                                        "for a large snapshot are kept", 0};
    ret[count] = (struct argp_option){0};
}

/* Returns whether there is something to answer; else *exit_code is set. */
static bool parse_command_line(const struct command *command, int argc, char **argv, struct request *ret, int *exit_code)
{
    static char program[] = "whoholds"; /* with which getopt begins its sentences */
    struct argp_option options[OPTIONS_MAX];
    struct argp argp = {options, parse_key, command->arguments, command->help, NULL, filter_help, NULL};
    struct parse parse = {.command = command, .request = ret};
    list_options(command, options);
    argv[0] = program;
    *ret = (struct request){0};
    error_t failed = argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &parse);
    ret->query.limit = ret->limit;
    *exit_code = parse.helped ? 0 : WH_ERR_USAGE;
    return !failed;
}

static enum wh_keep what_to_keep(const struct request *request)
{
    const char *wish = getenv("WHOHOLDS_CACHE");
    if (request->no_cache || (wish && !strcmp(wish, "off")))
        return WH_KEEP_NEVER;
    return wish && !strcmp(wish, "always") ? WH_KEEP_ALWAYS : WH_KEEP_IF_LARGE;
}

static enum wh_status answer(const struct command *command, const struct request *request, struct wh_analysis *const *analyses, char **text,
                             size_t *length, struct wh_error *error, int *exit_code)
{
    FILE *out = open_memstream(text, length);
    if (!out)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the output");
    enum wh_status status = command->answer_several
                                ? command->answer_several(analyses, request->snapshot_count, request, out, error, exit_code)
                                : command->answer(analyses[0], request, out, error, exit_code);
    bool lost = ferror(out);
    lost |= fclose(out) != 0;
    return !status && lost ? wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the output") : status;
}

static enum wh_status open_and_answer(const struct command *command, const struct request *request, struct wh_error *error, int *exit_code)
{
    struct progress progress;
    struct wh_analysis *analyses[SNAPSHOTS_MAX];
    size_t count = 0;
    enum wh_status status = WH_OK;
    char *text = NULL;
    size_t length = 0;
    progress_init(&progress);
    for (; !status && count < request->snapshot_count; count += !status)
        status = wh_analysis_open_kept(request->snapshots[count], what_to_keep(request), progress_step, &progress, error, &analyses[count]);
    if (!status)
        status = answer(command, request, analyses, &text, &length, error, exit_code);
    while (count)
        wh_analysis_close(analyses[--count]);
    progress_clear(&progress);
    if (!status) {
        fwrite(text, 1, length, stdout);
        *exit_code = finish_output(*exit_code);
    }
    free(text);
    return status;
}

int command_run(const struct command *command, int argc, char **argv)
{
    struct request request;
    struct wh_error error = {0};
    int exit_code;
    if (!parse_command_line(command, argc, argv, &request, &exit_code))
        return exit_code;
    json_setup();
    interrupt_catch();
    exit_code = 0;
    enum wh_status status = open_and_answer(command, &request, &error, &exit_code);
    if (status) {
        interrupt_obey();
        exit_code = fail(status, "%s", error.message);
    }
    text_release();
    return exit_code;
}
