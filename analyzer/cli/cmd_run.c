/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whoholds run: puts the dumper into the environment and becomes the program. Nothing of whoholds is left but what Python imports.
 *
 * Ends with 2 on wrong usage, 4 if the program cannot be started or cannot be dumped.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <whoholds/dumper_environment.h>

#include "cli.h"
#include "python_directory.h"

enum { PROBE_TIMEOUT_MS = 20000, PROBE_NOT_STARTED = 127 };

struct run {
    const char *output, *signal, *values, *mode, *record;
    const char *on_rss, *every, *at_exit, *on_memory_error, *most, *gil_timeout, *compress; /* NULL: as the environment says */
    char **program; /* its argv */
};

enum { KEY_ON_RSS = 0x100, KEY_EVERY, KEY_AT_EXIT, KEY_ON_MEMORY_ERROR, KEY_MOST, KEY_GIL_TIMEOUT, KEY_COMPRESS };

static const char run_arguments[] = "[--] PROGRAM [ARGUMENT...]";
static const char run_description[] =
    "Start a Python program with the dumper inside. A signal then makes a snapshot; the program and whatever Python programs it "
    "starts need no change.\v"
    "An OUTPUT may hold {name} (the program), {pid}, {n} (the first free number), {time} (UTC) and {{ (a brace). Nothing is ever "
    "overwritten. The exit code is the program's own; 2 is wrong usage, 4 a program that cannot be started or dumped.";

static const struct argp_option run_options[] = {
    {"output", 'o', "OUTPUT", 0, "Where snapshots go; default " WHOHOLDS_OUTPUT_DEFAULT, 0},
    {"signal", 's', "NAME", 0, "The signal that makes one; default " WHOHOLDS_SIGNAL_DEFAULT, 0},
    {"values", 'v', "none|short|full", 0, "How much of strings and numbers is written; default " WHOHOLDS_VALUES_DEFAULT, 0},
    {"mode", 'm', "fork|inline", 0, "Whether a child writes, or the program stands still; default " WHOHOLDS_MODE_DEFAULT, 0},
    {"compress", KEY_COMPRESS, NULL, 0, "Write files of about half the size, with zstd", 0},
    {"record", 'r', "off|sample|holders|exact", 0,
     "Which allocations are noted with their lines: none, one in 512 KiB, these and what makes containers grow, or all; default: what "
     WHOHOLDS_RECORD " in the environment says, else " WHOHOLDS_RECORD_DEFAULT, 0},
    {"gil-timeout", KEY_GIL_TIMEOUT, "SECONDS", 0, "For how long native code may hold the GIL until its thread is interrupted for a snapshot; 0: for "
     "ever; default " WHOHOLDS_GIL_TIMEOUT_DEFAULT, 0},
    {NULL, 0, NULL, 0, "Snapshots that nobody has to ask for:", 1},
    {"on-rss", KEY_ON_RSS, "SIZE", 0, "When so much memory is resident (500M, 2G), and after each further quarter of it", 1},
    {"every", KEY_EVERY, "SECONDS", 0, "Every so often", 1},
    {"at-exit", KEY_AT_EXIT, NULL, 0, "When the interpreter ends", 1},
    {"on-memory-error", KEY_ON_MEMORY_ERROR, NULL, 0, "When a MemoryError ends the program or a thread", 1},
    {"max-snapshots", KEY_MOST, "N", 0, "How many of these there may be in each process; default " WHOHOLDS_MAX_SNAPSHOTS_DEFAULT, 1},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct run *run = state->input;
    const char *fault;
    switch (key) {
    case 'o':
        fault = whoholds_output_fault(argument);
        if (fault)
            argp_error(state, "the output '%s' %s", argument, fault);
        run->output = argument;
        return 0;
    case 's':
        if (whoholds_signal_number(argument) < 0)
            argp_error(state, "the signal '%s' is not one that can ask for a snapshot; take SIGUSR1, SIGUSR2 or SIGHUP", argument);
        run->signal = argument;
        return 0;
    case 'v':
        if (whoholds_word_value(whoholds_values, argument) < 0)
            argp_error(state, "--values takes none, short or full, not '%s'", argument);
        run->values = argument;
        return 0;
    case 'm':
        if (whoholds_word_value(whoholds_modes, argument) < 0)
            argp_error(state, "--mode takes fork or inline, not '%s'", argument);
        run->mode = argument;
        return 0;
    case 'r':
        if (whoholds_word_value(whoholds_records, argument) < 0)
            argp_error(state, "--record takes off, sample, holders or exact, not '%s'", argument);
        run->record = argument;
        return 0;
    case KEY_ON_RSS:
        if (!whoholds_size(argument))
            argp_error(state, "--on-rss takes a size such as 500M or 2G, not '%s'", argument);
        run->on_rss = argument;
        return 0;
    case KEY_EVERY:
        if (!whoholds_count(argument))
            argp_error(state, "--every takes a whole number of seconds, not '%s'", argument);
        run->every = argument;
        return 0;
    case KEY_AT_EXIT:
        run->at_exit = "1";
        return 0;
    case KEY_ON_MEMORY_ERROR:
        run->on_memory_error = "1";
        return 0;
    case KEY_COMPRESS:
        run->compress = "1";
        return 0;
    case KEY_GIL_TIMEOUT:
        if (!whoholds_count(argument) && strcmp(argument, "0") != 0)
            argp_error(state, "--gil-timeout takes a whole number of seconds, not '%s'", argument);
        run->gil_timeout = argument;
        return 0;
    case KEY_MOST:
        if (!whoholds_count(argument))
            argp_error(state, "--max-snapshots takes a number, not '%s'", argument);
        run->most = argument;
        return 0;
    case ARGP_KEY_ARG: /* the program: everything after it is its own */
        run->program = state->argv + state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "there is no program to run");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* python, python3, python3.11, python3.13d */
static bool is_python(const char *program)
{
    static const char python[] = "python";
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    if (strncmp(name, python, strlen(python)) != 0)
        return false;
    name += strlen(python);
    name += strspn(name, "0123456789.");
    name += strspn(name, "dmt");
    return *name == '\0';
}

/*
 * With -I, -E or -S Python does not look at PYTHONPATH or imports no sitecustomize, so the dumper would silently not be there.
 * Returns the letter, or 0.
 */
static char find_isolating_option(char **arguments)
{
    for (; *arguments && (*arguments)[0] == '-' && (*arguments)[1]; arguments++) {
        if ((*arguments)[1] == '-') {
            if (strcmp(*arguments, "--check-hash-based-pycs") == 0 && arguments[1])
                arguments++;
            continue;
        }
        for (const char *letter = *arguments + 1; *letter; letter++) {
            if (strchr("IES", *letter))
                return *letter;
            if (strchr("cm", *letter)) /* the rest belongs to the program */
                return 0;
            if (strchr("WX", *letter)) { /* takes an argument: this one's rest, or the next one */
                if (!letter[1] && arguments[1])
                    arguments++;
                break;
            }
        }
    }
    return 0;
}

static void become_probe(const char *python, int output)
{
    static const char question[] = "import sys\n"
                                   "i = getattr(sys, 'implementation', None)\n"
                                   "flags = getattr(sys, 'abiflags', '')\n"
                                   "sys.stdout.write('%s-%08x%s' % (i.name if i else 'python', sys.hexversion, flags))";
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDERR_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp(python, python, "-E", "-S", "-c", question, (char *)NULL);
    _exit(errno == ENOENT || errno == EACCES ? PROBE_NOT_STARTED : 126);
}

/* Reads until the end, a full buffer or the time is over. */
static void read_answer(int input, char *answer, size_t capacity)
{
    size_t length = 0;
    struct pollfd waiting = {.fd = input, .events = POLLIN};
    while (length < capacity - 1 && poll(&waiting, 1, PROBE_TIMEOUT_MS) > 0) {
        ssize_t got = read(input, answer + length, capacity - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    answer[length] = '\0';
}

/* What the interpreter is, "cpython-030b07f0". Returns its exit code, -1 if it did not end by itself. */
static int probe(const char *python, char *answer, size_t capacity)
{
    int ends[2];
    answer[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        become_probe(python, ends[1]);
    close(ends[1]);
    if (child > 0)
        read_answer(ends[0], answer, capacity);
    close(ends[0]);
    if (child < 0)
        return -1;
    if (!answer[0])
        kill(child, SIGKILL); /* it said nothing in time; if it is ending anyway, this does no harm */
    int status;
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool is_built(const char *python_directory, const char *tag)
{
    char *path = NULL;
    if (asprintf(&path, "%s/whoholds/_dumper/%s/_dumper.so", python_directory, tag) < 0)
        return false;
    bool built = access(path, R_OK) == 0;
    free(path);
    return built;
}

/* "cpython-030b07f0" to "3.11.7" */
static char *version_text(const char *tag)
{
    const char *dash = strrchr(tag, '-');
    unsigned long number = dash ? strtoul(dash + 1, NULL, 16) : 0;
    char *text = NULL;
    const char *flags = dash && strlen(dash) > 9 ? dash + 9 : "";
    if (asprintf(&text, "%lu.%lu.%lu%s", number >> 24, number >> 16 & 255, number >> 8 & 255, flags) < 0)
        return NULL;
    return text;
}

static int is_tag(const struct dirent *entry)
{
    return strncmp(entry->d_name, "cpython-", strlen("cpython-")) == 0;
}

static char *built_versions(const char *python_directory)
{
    char *text = NULL, *path = NULL;
    size_t length;
    struct dirent **entries = NULL;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        return NULL;
    int count = asprintf(&path, "%s/whoholds/_dumper", python_directory) < 0 ? 0 : scandir(path, &entries, is_tag, alphasort);
    for (int i = 0; i < count; i++) {
        char *version = is_built(python_directory, entries[i]->d_name) ? version_text(entries[i]->d_name) : NULL;
        if (version)
            fprintf(stream, "%s%s", ftell(stream) ? ", " : "", version);
        free(version);
        free(entries[i]);
    }
    free(entries);
    free(path);
    fclose(stream);
    return text;
}

static int refuse_version(const char *python, const char *tag, const char *python_directory)
{
    char *built = built_versions(python_directory);
    char *running = version_text(tag);
    fail(WH_ERR_TARGET, "there is no dumper for %s, which is %.*s %s; there are dumpers for CPython %s", python,
         (int)(strrchr(tag, '-') - tag), tag, running ? running : "", built && *built ? built : "(none)");
    free(running);
    free(built);
    return WH_ERR_TARGET;
}

/* 0 if the interpreter can be dumped, or is not there at all: then the attempt to start it says so. */
static int check_python(char **program, const char *python_directory)
{
    char isolating = find_isolating_option(program + 1);
    if (isolating)
        return fail(WH_ERR_TARGET, "with -%c Python does not import what whoholds puts into its environment: leave the option out",
                    isolating);
    char tag[64];
    int code = probe(program[0], tag, sizeof(tag));
    if (code == PROBE_NOT_STARTED)
        return 0;
    if (code != 0 || !strrchr(tag, '-'))
        return fail(WH_ERR_TARGET, "%s does not tell its version", program[0]);
    return is_built(python_directory, tag) ? 0 : refuse_version(program[0], tag, python_directory);
}

/* The program may change its directory, and its children start elsewhere: one place for all. Braces of a directory are doubled. */
static char *absolute_output(const char *output)
{
    if (output[0] == '/')
        return strdup(output);
    char *directory = getcwd(NULL, 0);
    char *text = NULL;
    size_t length;
    FILE *stream = directory ? open_memstream(&text, &length) : NULL;
    if (stream) {
        for (const char *at = directory; *at; at++)
            fputs(*at == '{' ? "{{" : (char[]){*at, '\0'}, stream);
        fprintf(stream, "/%s", strncmp(output, "./", 2) == 0 ? output + 2 : output);
        fclose(stream);
    }
    free(directory);
    return text;
}

/* First in PYTHONPATH, once. */
static int prepend_python_path(const char *python_directory)
{
    const char *before = getenv("PYTHONPATH");
    char *inject = NULL, *path = NULL;
    int status = -1;
    if (asprintf(&inject, "%s/inject", python_directory) < 0)
        return -1;
    size_t length = strlen(inject);
    if (before && strncmp(before, inject, length) == 0 && (before[length] == ':' || before[length] == '\0'))
        status = 0;
    else if (!before || !*before)
        status = setenv("PYTHONPATH", inject, 1);
    else if (asprintf(&path, "%s:%s", inject, before) >= 0)
        status = setenv("PYTHONPATH", path, 1);
    free(inject);
    free(path);
    return status;
}

/* What no option was given for stays as the environment has it. */
static int set_optional(const struct run *run)
{
    const struct { const char *name, *value; } variables[] = {
        {WHOHOLDS_ON_RSS, run->on_rss},
        {WHOHOLDS_EVERY, run->every},
        {WHOHOLDS_AT_EXIT, run->at_exit},
        {WHOHOLDS_ON_MEMORY_ERROR, run->on_memory_error},
        {WHOHOLDS_MAX_SNAPSHOTS, run->most},
        {WHOHOLDS_GIL_TIMEOUT, run->gil_timeout},
        {WHOHOLDS_COMPRESS, run->compress},
    };
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (variables[i].value && setenv(variables[i].name, variables[i].value, 1) < 0)
            return -1;
    return 0;
}

static int set_environment(const struct run *run, const char *python_directory)
{
    char *output = absolute_output(run->output);
    int failed = !output || setenv(WHOHOLDS_OUTPUT, output, 1) < 0 || setenv(WHOHOLDS_SIGNAL, run->signal, 1) < 0 ||
                 setenv(WHOHOLDS_VALUES, run->values, 1) < 0 || setenv(WHOHOLDS_MODE, run->mode, 1) < 0 ||
                 setenv(WHOHOLDS_RECORD, run->record, 1) < 0 || set_optional(run) < 0 || prepend_python_path(python_directory) < 0;
    free(output);
    return failed ? fail(WH_ERR_TARGET, "the environment cannot be set: %s", strerror(errno)) : 0;
}

static int become_program(const struct run *run, const char *python_directory)
{
    if (strchr(python_directory, ':'))
        return fail(WH_ERR_TARGET, "whoholds is installed in %s, and a directory with a colon cannot stand in PYTHONPATH",
                    python_directory);
    int code = is_python(run->program[0]) ? check_python(run->program, python_directory) : 0;
    if (code == 0)
        code = set_environment(run, python_directory);
    if (code)
        return code;
    execvp(run->program[0], run->program);
    return fail(WH_ERR_TARGET, "%s cannot be started: %s", run->program[0], strerror(errno));
}

/* The recorder's mode where the command line says nothing; NULL, after a sentence, if the environment has no word for one. */
static const char *record_of_environment(void)
{
    const char *word = getenv(WHOHOLDS_RECORD);
    if (!word || !*word)
        return WHOHOLDS_RECORD_DEFAULT;
    if (whoholds_word_value(whoholds_records, word) >= 0)
        return word;
    fail(WH_ERR_USAGE, WHOHOLDS_RECORD " in the environment is off, sample, holders or exact, not '%s'", word);
    return NULL;
}

int cmd_run(int argc, char **argv)
{
    static const struct argp argp = {run_options, parse_option, run_arguments, run_description, NULL, NULL, NULL};
    struct run run = {
        .output = WHOHOLDS_OUTPUT_DEFAULT,
        .signal = WHOHOLDS_SIGNAL_DEFAULT,
        .values = WHOHOLDS_VALUES_DEFAULT,
        .mode = WHOHOLDS_MODE_DEFAULT,
    };
    argp_err_exit_status = WH_ERR_USAGE;
    argv[0] = (char[]){"whoholds run"};
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &run) != 0)
        return WH_ERR_USAGE;
    if (!run.record)
        run.record = record_of_environment();
    if (!run.record)
        return WH_ERR_USAGE;
    char *python_directory = find_python_directory();
    if (!python_directory)
        return fail(WH_ERR_TARGET, "the dumper is not where whoholds is installed: there is no lib/whoholds/python beside bin");
    int code = become_program(&run, python_directory);
    free(python_directory);
    return code;
}
