/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "unseen.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <whoholds/dumper_environment.h>

#include "cli.h"

enum { POLL_NS = 10 * 1000 * 1000 };

static const uint64_t NANOSECONDS = 1000000000;

/* A variable of the environment that the process was started with, to be freed; NULL if it has none, or may not be asked. */
static char *read_variable(const struct process *process, const char *name)
{
    char path[64], *entry = NULL, *value = NULL;
    size_t capacity = 0, length = strlen(name);
    snprintf(path, sizeof(path), "/proc/%d/environ", (int)process->pid);
    FILE *file = fopen(path, "re");
    while (file && !value && getdelim(&entry, &capacity, '\0', file) > 0)
        if (strncmp(entry, name, length) == 0 && entry[length] == '=')
            value = strdup(entry + length + 1);
    free(entry);
    if (file)
        fclose(file);
    return value;
}

static void put_placeholder(FILE *stream, enum whoholds_placeholder which, const struct process *process)
{
    if (which == WHOHOLDS_PLACEHOLDER_PID)
        fprintf(stream, "%d", (int)process->inner_pid);
    else
        fputs(which == WHOHOLDS_PLACEHOLDER_BRACE ? "{" : "*", stream);
}

/* NULL unless the output has the process in its name, and something that is new each time. */
static char *make_names(const char *output, const struct process *process)
{
    char *names = NULL;
    size_t length;
    if (output[0] != '/' || whoholds_output_fault(output) || !strstr(output, "{pid}") || (!strstr(output, "{n}") && !strstr(output, "{time}")))
        return NULL;
    FILE *stream = open_memstream(&names, &length);
    if (!stream)
        return NULL;
    while (*output) {
        enum whoholds_placeholder which = whoholds_placeholder_at(output);
        if (which != WHOHOLDS_PLACEHOLDER_COUNT) {
            put_placeholder(stream, which, process);
            output += strlen(whoholds_placeholders[which]);
        } else {
            fprintf(stream, "%s%c", strchr("*?[]\\", *output) ? "\\" : "", *output);
            output++;
        }
    }
    fclose(stream);
    return names;
}

bool unseen_init(struct unseen *unseen, const struct process *process)
{
    char *word = read_variable(process, WHOHOLDS_SIGNAL), *output = read_variable(process, WHOHOLDS_OUTPUT);
    unseen->signal_number = word ? whoholds_signal_number(word) : -1;
    unseen->names = output ? make_names(output, process) : NULL;
    free(word);
    free(output);
    if (unseen->names && unseen->signal_number > 0 && process->caught >> (unseen->signal_number - 1) & 1)
        return true;
    unseen_deinit(unseen);
    return false;
}

void unseen_deinit(struct unseen *unseen)
{
    free(unseen->names);
    unseen->names = NULL;
}

static bool is_among(const char *path, const glob_t *files)
{
    for (size_t i = 0; i < files->gl_pathc; i++)
        if (strcmp(path, files->gl_pathv[i]) == 0)
            return true;
    return false;
}

/* A file that was not there before, NULL if there is none. Snapshots have their names only when they are complete. */
static char *find_new(const struct unseen *unseen, const glob_t *before)
{
    glob_t now = {0};
    char *found = NULL;
    if (glob(unseen->names, 0, NULL, &now) == 0)
        for (size_t i = 0; i < now.gl_pathc && !found; i++)
            if (!is_among(now.gl_pathv[i], before))
                found = strdup(now.gl_pathv[i]);
    globfree(&now);
    return found;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

enum wh_status unseen_dump(const struct unseen *unseen, const struct process *process, uint64_t deadline_ns, const volatile bool *interrupted,
                           char **ret, struct wh_error *error)
{
    glob_t before = {0};
    glob(unseen->names, 0, NULL, &before);
    enum wh_status status = WH_OK;
    *ret = NULL;
    if (kill(process->pid, unseen->signal_number) < 0)
        status = process_refusal(process, error);
    while (!status && !(*ret = find_new(unseen, &before))) {
        if (kill(process->pid, 0) < 0)
            status = process_refusal(process, error);
        else if (*interrupted || now_ns() > deadline_ns)
            status = wh_error_set(error, WH_ERR_TARGET, "process %d was sent its signal, but no snapshot %s has come yet; if it could not be "
                                  "written, the standard error of the process says why", (int)process->pid, unseen->names);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    globfree(&before);
    return status;
}
