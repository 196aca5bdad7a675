/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whoholds dump: a snapshot of a process that runs already.
 *
 * If the process has the dumper and its signal, it is asked by its mailbox and the signal. Else the agent is loaded into it and brings
 * the dumper along. Either way it is the process that writes the file, as its user, in its view of the file system.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <whoholds/dumper_environment.h>
#include <whoholds/dumper_mailbox.h>

#include "cli.h"
#include "injection.h"
#include "process.h"
#include "python_directory.h"
#include "unseen.h"

enum {
    TIMEOUT_DEFAULT_SECONDS = 60,
    SIGNAL_PATIENCE_SECONDS = 2,  /* for the signal to be answered, which takes no longer than a busy processor does */
    ENTER_PATIENCE_SECONDS = 10,
    POLL_NS = 2 * 1000 * 1000,
};

static const uint64_t NANOSECONDS = 1000000000;

struct dump {
    pid_t pid;
    const char *output;           /* NULL: the process' own, or the default of `whoholds run` */
    bool compress;                /* else as the process was told to */
    unsigned timeout_seconds;
    uint64_t deadline_ns;
    struct process process;
    uint64_t mailbox;             /* the address, in the process */
};

static volatile bool interrupted;

static const char dump_arguments[] = "PID";
static const char dump_description[] =
    "Take a snapshot of a running Python process and print its path. A process that was started by 'whoholds run', or has called "
    "whoholds.install(), is asked by its signal. Into any other, the dumper is loaded by ptrace(2): the process stands still for some "
    "milliseconds, and the library stays mapped in it; nothing else is left behind.\v"
    "The snapshot is written by the process: as its user, and to a path as it sees it. Without --output it goes where 'whoholds run' said, "
    "else to " WHOHOLDS_OUTPUT_DEFAULT " here. Nothing is ever overwritten.\n\n"
    "Exit codes: 0 done; 2 wrong usage; 4 the process could not be dumped; 5 the file could not be written.\n\n"
    "Example: whoholds dump 4711 -o now.whs && whoholds suspects now.whs";

enum { KEY_TIMEOUT = 0x200, KEY_COMPRESS };

static const struct argp_option dump_options[] = {
    {"output", 'o', "FILE", 0, "Where the snapshot goes", 0},
    {"compress", KEY_COMPRESS, NULL, 0, "Write a file of about half the size, with zstd; else as the process was told to", 0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "Give up after so long; default 60", 0},
    {0},
};

static bool parse_number(const char *text, long most, long *ret)
{
    char *end;
    errno = 0;
    *ret = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && errno == 0 && *ret > 0 && *ret <= most;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct dump *dump = state->input;
    long number;
    switch (key) {
    case 'o':
        if (!*argument || argument[strlen(argument) - 1] == '/')
            argp_error(state, "the output '%s' names no file", argument);
        if (strlen(argument) >= PATH_MAX)
            argp_error(state, "the output is longer than %d bytes", PATH_MAX);
        dump->output = argument;
        return 0;
    case KEY_COMPRESS:
        dump->compress = true;
        return 0;
    case KEY_TIMEOUT:
        if (!parse_number(argument, 1000000, &number))
            argp_error(state, "--timeout takes a number of seconds, not '%s'", argument);
        dump->timeout_seconds = (unsigned)number;
        return 0;
    case ARGP_KEY_ARG:
        if (dump->pid)
            argp_error(state, "one process at a time: '%s' is too many", argument);
        if (!parse_number(argument, INT_MAX, &number))
            argp_error(state, "'%s' is no number of a process", argument);
        dump->pid = (pid_t)number;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "there is no PID");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void note_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = true;
}

static void notice_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = note_interrupt}, before;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup */
            sigaction(signals[i], &action, NULL);
}

/* --- the mailbox --- */

static enum wh_status read_word(struct dump *dump, size_t offset, uint32_t *ret, struct wh_error *error)
{
    return process_read(&dump->process, dump->mailbox + offset, ret, sizeof(*ret), error);
}

static enum wh_status write_word(struct dump *dump, size_t offset, uint32_t value, struct wh_error *error)
{
    return process_write(&dump->process, dump->mailbox + offset, &value, sizeof(value), error);
}

static uint64_t find_magic(const char *bytes, size_t length)
{
    for (size_t at = 0; at + sizeof(struct whoholds_mailbox) <= length; at += WHOHOLDS_MAILBOX_ALIGNMENT)
        if (memcmp(bytes + at, WHOHOLDS_MAILBOX_MAGIC, WHOHOLDS_MAILBOX_MAGIC_LENGTH) == 0)
            return at;
    return UINT64_MAX;
}

/* The address of the mailbox in a library's data, 0 if there is none. *ret is a copy. */
static uint64_t find_mailbox(struct dump *dump, const struct mapping *mapping, struct whoholds_mailbox *ret)
{
    size_t length = mapping->end - mapping->start;
    char *bytes = allocate(length);
    uint64_t address = 0;
    if (process_read(&dump->process, mapping->start, bytes, length, NULL) == WH_OK) {
        uint64_t at = find_magic(bytes, length);
        if (at != UINT64_MAX) {
            memcpy(ret, bytes + at, sizeof(*ret));
            address = mapping->start + at;
        }
    }
    free(bytes);
    return address;
}

/* The library's, "/_dumper.so" or "/agent.so", that has a mailbox; the dumper's only if it answers. */
static bool open_mailbox(struct dump *dump, const char *file, bool answering, struct whoholds_mailbox *ret)
{
    for (size_t i = 0; i < dump->process.mapping_count; i++) {
        const struct mapping *mapping = &dump->process.mappings[i];
        if (!mapping->writable || !strstr(mapping->path, file) || !strstr(mapping->path, "/whoholds/"))
            continue;
        dump->mailbox = find_mailbox(dump, mapping, ret);
        if (dump->mailbox && (!answering || ret->pid == dump->process.inner_pid))
            return true;
    }
    return false;
}

static enum wh_status current_directory(char directory[PATH_MAX], struct wh_error *error)
{
    if (getcwd(directory, PATH_MAX))
        return WH_OK;
    return wh_error_set(error, WH_ERR_RESOURCE, "the current directory cannot be named: %s", strerror(errno));
}

/* Everything between has_output and status, and then the state. */
static enum wh_status ask(struct dump *dump, struct whoholds_mailbox *mailbox, struct wh_error *error)
{
    size_t first = offsetof(struct whoholds_mailbox, cancelled);
    enum wh_status status = current_directory(mailbox->directory, error);
    if (status)
        return status;
    mailbox->cancelled = 0;
    mailbox->compress = dump->compress;
    status = process_write(&dump->process, dump->mailbox + first, (char *)mailbox + first, sizeof(*mailbox) - first, error);
    return status ? status : write_word(dump, offsetof(struct whoholds_mailbox, state), WHOHOLDS_MAIL_ASKED, error);
}

/* The snapshot is removed if it comes nevertheless. */
static void cancel(struct dump *dump)
{
    struct wh_error ignored;
    uint32_t state = WHOHOLDS_MAIL_DONE;
    if (write_word(dump, offsetof(struct whoholds_mailbox, cancelled), 1, &ignored) ||
        read_word(dump, offsetof(struct whoholds_mailbox, state), &state, &ignored) || state != WHOHOLDS_MAIL_ASKED)
        return;
    if (write_word(dump, offsetof(struct whoholds_mailbox, state), WHOHOLDS_MAIL_IDLE, &ignored))
        return;
}

/* Until the state is another one than `state`, or the time is over. */
static enum wh_status await_change(struct dump *dump, uint32_t state, uint64_t deadline_ns, uint32_t *ret, struct wh_error *error)
{
    for (;;) {
        enum wh_status status = read_word(dump, offsetof(struct whoholds_mailbox, state), ret, error);
        if (status || *ret != state || interrupted || now_ns() > deadline_ns)
            return status;
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
}

/* An earlier command may have been interrupted while the process was writing. */
static enum wh_status await_idle(struct dump *dump, struct wh_error *error)
{
    uint32_t state = WHOHOLDS_MAIL_IDLE;
    enum wh_status status = await_change(dump, WHOHOLDS_MAIL_TAKEN, dump->deadline_ns, &state, error);
    if (status || state != WHOHOLDS_MAIL_TAKEN)
        return status;
    return wh_error_set(error, WH_ERR_TARGET, "process %d is still busy with the snapshot of an earlier 'whoholds dump'", (int)dump->pid);
}

static enum wh_status give_up(struct dump *dump, struct wh_error *error)
{
    cancel(dump);
    if (interrupted)
        return wh_error_set(error, WH_ERR_TARGET, "interrupted: process %d goes on without a snapshot", (int)dump->pid);
    return wh_error_set(error, WH_ERR_TARGET, "process %d had no snapshot ready after %u s (--timeout): perhaps native code does not give "
                        "Python's lock away", (int)dump->pid, dump->timeout_seconds);
}

/* Prints what has come of it. */
static enum wh_status tell_answer(struct dump *dump, struct wh_error *error)
{
    struct whoholds_mailbox answer;
    enum wh_status status = process_read(&dump->process, dump->mailbox, &answer, sizeof(answer), error);
    if (status)
        return status;
    answer.path[sizeof(answer.path) - 1] = answer.message[sizeof(answer.message) - 1] = '\0';
    if (answer.status) {
        bool of_resource = answer.status == WH_ERR_RESOURCE;
        return wh_error_set(error, of_resource ? WH_ERR_RESOURCE : WH_ERR_TARGET, "process %d wrote no snapshot: %s", (int)dump->pid,
                            answer.message);
    }
    if (answer.message[0])
        fail(WH_OK, "process %d stood still while the snapshot was written, as %s", (int)dump->pid, answer.message);
    puts(answer.path);
    return WH_OK;
}

static enum wh_status await_answer(struct dump *dump, struct wh_error *error)
{
    uint32_t state = WHOHOLDS_MAIL_ASKED;
    enum wh_status status = await_change(dump, WHOHOLDS_MAIL_ASKED, dump->deadline_ns, &state, error);
    if (!status && state == WHOHOLDS_MAIL_TAKEN)
        status = await_change(dump, WHOHOLDS_MAIL_TAKEN, dump->deadline_ns, &state, error);
    if (status)
        return status;
    return state == WHOHOLDS_MAIL_DONE ? tell_answer(dump, error) : give_up(dump, error);
}

/* --- by the signal --- */

static bool answers_signal(const struct dump *dump, const struct whoholds_mailbox *mailbox)
{
    int number = mailbox->signal_number;
    return number > 0 && number <= 64 && dump->process.caught >> (number - 1) & 1;
}

/* *answered is false if the signal was not: the program has put its own handler in the place of the dumper's. */
static enum wh_status dump_by_signal(struct dump *dump, struct whoholds_mailbox *mailbox, bool *answered, struct wh_error *error)
{
    uint32_t state = WHOHOLDS_MAIL_ASKED;
    mailbox->has_output = dump->output != NULL;
    mailbox->is_pattern = 0;
    strcpy(mailbox->output, dump->output ? dump->output : "");
    enum wh_status status = await_idle(dump, error);
    if (!status)
        status = ask(dump, mailbox, error);
    if (status)
        return status;
    if (kill(dump->pid, mailbox->signal_number) < 0) {
        status = process_refusal(&dump->process, error);
        cancel(dump);
        return status;
    }
    uint64_t patience_ns = earlier(dump->deadline_ns, now_ns() + SIGNAL_PATIENCE_SECONDS * NANOSECONDS);
    status = await_change(dump, WHOHOLDS_MAIL_ASKED, patience_ns, &state, error);
    if (status)
        return status;
    *answered = state != WHOHOLDS_MAIL_ASKED || interrupted;
    if (*answered)
        return await_answer(dump, error);
    cancel(dump);
    return WH_OK;
}

/* --- by the agent --- */

/* In a container the process may see another file at that path, or none. */
static enum wh_status check_agent(const struct dump *dump, const char *agent, struct wh_error *error)
{
    struct stat here, there;
    char *path = NULL;
    if (stat(agent, &here) < 0)
        return wh_error_set(error, WH_ERR_TARGET, "there is no %s: whoholds is not installed whole", agent);
    if (asprintf(&path, "/proc/%d/root%s", (int)dump->pid, agent) < 0)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory");
    int missing = stat(path, &there);
    if (missing < 0 && errno == EACCES && geteuid() != 0)
        missing = 0, there = here; /* perhaps; loading it will tell */
    free(path);
    if (missing == 0 && here.st_size == there.st_size)
        return WH_OK;
    return wh_error_set(error, WH_ERR_TARGET, "process %d does not see %s, as its file system is another one: install whoholds there, at the "
                        "same path, or run it in the same container", (int)dump->pid, agent);
}

static enum wh_status find_python(struct dump *dump, const char **python, struct wh_error *error)
{
    if (process_find_function(&dump->process, NULL, "PyGILState_Ensure", python))
        return WH_OK;
    return wh_error_set(error, WH_ERR_TARGET, "process %d is no Python process: there is no CPython in it", (int)dump->pid);
}

static enum wh_status find_dlopen(struct dump *dump, uint64_t *ret, struct wh_error *error)
{
    static const char *const files[] = {"libc.so", "libc-", "libdl.so", "libdl-", "ld-musl"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        *ret = process_find_function(&dump->process, files[i], "dlopen", NULL);
        if (*ret)
            return WH_OK;
    }
    return wh_error_set(error, WH_ERR_TARGET, "process %d is linked statically and cannot load the dumper: start it with 'whoholds run'",
                        (int)dump->pid);
}

/* Loads the agent if it is not there from an earlier snapshot. */
static enum wh_status load_agent(struct dump *dump, struct injection *injection, const char *agent, struct whoholds_mailbox *mailbox,
                                 struct wh_error *error)
{
    enum { LOAD_NOW = 2 }; /* RTLD_NOW */
    uint64_t open_function = 0, handle = 0;
    if (open_mailbox(dump, "/agent.so", false, mailbox))
        return WH_OK;
    enum wh_status status = find_dlopen(dump, &open_function, error);
    uint64_t path = status ? 0 : injection_put(injection, agent);
    if (!status)
        status = injection_call(injection, open_function, path, LOAD_NOW, &handle, error);
    if (!status)
        status = process_read_mappings(&dump->process, error);
    if (status)
        return status;
    if (handle && open_mailbox(dump, "/agent.so", false, mailbox))
        return WH_OK;
    return wh_error_set(error, WH_ERR_TARGET, "process %d could not load %s: it must be able to read it, and have a C library as new as the "
                        "one that whoholds was built with", (int)dump->pid, agent);
}

static enum wh_status start_agent(struct dump *dump, struct injection *injection, const char *directory, const char *agent,
                                  struct wh_error *error)
{
    struct whoholds_mailbox mailbox;
    uint64_t failure = 0;
    enum wh_status status = load_agent(dump, injection, agent, &mailbox, error);
    if (status)
        return status;
    mailbox.has_output = 1;
    mailbox.is_pattern = dump->output == NULL;
    strcpy(mailbox.output, dump->output ? dump->output : WHOHOLDS_OUTPUT_DEFAULT);
    snprintf(mailbox.dumpers, sizeof(mailbox.dumpers), "%s/whoholds/_dumper", directory);
    status = ask(dump, &mailbox, error);
    if (!status)
        status = injection_call(injection, mailbox.entry, 0, 0, &failure, error);
    if (!status && (int)failure)
        status = wh_error_set(error, WH_ERR_TARGET, "process %d could start no thread: %s", (int)dump->pid, strerror((int)failure));
    return status;
}

static enum wh_status enter_process(struct dump *dump, const char *directory, const char *agent, struct wh_error *error)
{
    uint64_t now = now_ns(), deadline_ns = earlier(dump->deadline_ns, now + ENTER_PATIENCE_SECONDS * NANOSECONDS);
    struct injection injection = {
        .process = &dump->process,
        .deadline_ns = deadline_ns,
        .second_choice_ns = now + (deadline_ns - now) / 4,
        .interrupted = &interrupted,
    };
    struct whoholds_mailbox mailbox;
    enum wh_status status = WH_OK;
    if (open_mailbox(dump, "/agent.so", false, &mailbox))
        status = await_idle(dump, error);
    if (!status)
        status = find_python(dump, &injection.python, error);
    if (!status)
        status = check_agent(dump, agent, error);
    if (!status)
        status = injection_begin(&injection, error);
    if (status)
        return status;
    status = start_agent(dump, &injection, directory, agent, error);
    injection_end(&injection);
    return status;
}

static enum wh_status dump_by_agent(struct dump *dump, struct wh_error *error)
{
    char *directory = find_python_directory(), *agent = NULL;
    if (!directory)
        return wh_error_set(error, WH_ERR_TARGET, "the dumper is not where whoholds is installed: there is no lib/whoholds/python beside bin");
    enum wh_status status = WH_OK;
    if (strlen(directory) > PATH_MAX / 2 || asprintf(&agent, "%s/whoholds/_dumper/agent.so", directory) < 0)
        status = wh_error_set(error, WH_ERR_RESOURCE, "the directory %s has too long a name", directory);
    if (!status)
        status = enter_process(dump, directory, agent, error);
    free(agent);
    free(directory);
    return status ? status : await_answer(dump, error);
}

static enum wh_status dump_seen(struct dump *dump, struct wh_error *error)
{
    struct whoholds_mailbox mailbox;
    bool answered = false;
    enum wh_status status = WH_OK;
    if (open_mailbox(dump, "/_dumper.so", true, &mailbox) && answers_signal(dump, &mailbox))
        status = dump_by_signal(dump, &mailbox, &answered, error);
    return status || answered ? status : dump_by_agent(dump, error);
}

/* The error is why the process may not be looked into; it stands if there is no other way. */
static enum wh_status dump_unseen(struct dump *dump, struct wh_error *error)
{
    struct unseen unseen;
    char *path = NULL;
    if (dump->output || dump->compress || !dump->process.hidden || !unseen_init(&unseen, &dump->process))
        return error->code;
    enum wh_status status = unseen_dump(&unseen, &dump->process, dump->deadline_ns, &interrupted, &path, error);
    unseen_deinit(&unseen);
    if (!status)
        puts(path);
    free(path);
    return status;
}

static enum wh_status dump_process(struct dump *dump, struct wh_error *error)
{
    enum wh_status status = process_init(&dump->process, dump->pid, error);
    if (status)
        status = dump_unseen(dump, error);
    else
        status = dump_seen(dump, error);
    process_deinit(&dump->process);
    return status;
}

int cmd_dump(int argc, char **argv)
{
    static const struct argp argp = {dump_options, parse_option, dump_arguments, dump_description, NULL, NULL, NULL};
    struct dump dump = {.timeout_seconds = TIMEOUT_DEFAULT_SECONDS};
    struct wh_error error;
    argp_err_exit_status = WH_ERR_USAGE;
    argv[0] = (char[]){"whoholds dump"};
    if (argp_parse(&argp, argc, argv, 0, NULL, &dump) != 0)
        return WH_ERR_USAGE;
    notice_interrupts();
    dump.deadline_ns = now_ns() + dump.timeout_seconds * NANOSECONDS;
    if (dump_process(&dump, &error))
        return fail(error.code, "%s", error.message);
    return 0;
}
