/* SPDX-License-Identifier: MIT */
/*
 * How `whoholds run` tells the dumper in the program what to do: environment variables, and the words that may stand in them.
 * They are inherited, so programs that the program starts are dumped alike.
 */
#ifndef WHOHOLDS_DUMPER_ENVIRONMENT_H
#define WHOHOLDS_DUMPER_ENVIRONMENT_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where snapshots go: a path with {name}, {pid}, {n}, {time}; {{ stands for {. Relative to the directory that the program starts in. */
#define WHOHOLDS_OUTPUT "WHOHOLDS_OUTPUT"
#define WHOHOLDS_OUTPUT_DEFAULT "./{name}-{pid}-{n}.whs"

enum whoholds_placeholder {
    WHOHOLDS_PLACEHOLDER_NAME,
    WHOHOLDS_PLACEHOLDER_PID,
    WHOHOLDS_PLACEHOLDER_NUMBER,
    WHOHOLDS_PLACEHOLDER_TIME,
    WHOHOLDS_PLACEHOLDER_BRACE,
    WHOHOLDS_PLACEHOLDER_COUNT
};

static const char *const whoholds_placeholders[WHOHOLDS_PLACEHOLDER_COUNT] = {
    [WHOHOLDS_PLACEHOLDER_NAME] = "{name}", [WHOHOLDS_PLACEHOLDER_PID] = "{pid}",  [WHOHOLDS_PLACEHOLDER_NUMBER] = "{n}",
    [WHOHOLDS_PLACEHOLDER_TIME] = "{time}", [WHOHOLDS_PLACEHOLDER_BRACE] = "{{",
};

/* The signal that asks for a snapshot: a word of whoholds_signals. */
#define WHOHOLDS_SIGNAL "WHOHOLDS_SIGNAL"
#define WHOHOLDS_SIGNAL_DEFAULT "SIGUSR2"

/* How much of the contents of strings and numbers is written: a word of whoholds_values. */
#define WHOHOLDS_VALUES "WHOHOLDS_VALUES"
#define WHOHOLDS_VALUES_DEFAULT "short"

/* Who writes, a child or the program itself: a word of whoholds_modes. */
#define WHOHOLDS_MODE "WHOHOLDS_MODE"
#define WHOHOLDS_MODE_DEFAULT "fork"

/* Whether snapshots are compressed: a word of whoholds_switches. */
#define WHOHOLDS_COMPRESS "WHOHOLDS_COMPRESS"
#define WHOHOLDS_COMPRESS_DEFAULT "0"

/* Which allocations are recorded with their lines: a word of whoholds_records. */
#define WHOHOLDS_RECORD "WHOHOLDS_RECORD"
#define WHOHOLDS_RECORD_DEFAULT "holders"

/* Snapshots that nobody asks for at the moment; "" or not set: none. A size, seconds, and two words of whoholds_switches. */
#define WHOHOLDS_ON_RSS "WHOHOLDS_ON_RSS"
#define WHOHOLDS_EVERY "WHOHOLDS_EVERY"
#define WHOHOLDS_AT_EXIT "WHOHOLDS_AT_EXIT"
#define WHOHOLDS_ON_MEMORY_ERROR "WHOHOLDS_ON_MEMORY_ERROR"

/* How many of these there may be in one process. */
#define WHOHOLDS_MAX_SNAPSHOTS "WHOHOLDS_MAX_SNAPSHOTS"
#define WHOHOLDS_MAX_SNAPSHOTS_DEFAULT "10"

/* For how many seconds native code may hold the GIL until its thread is interrupted for a snapshot; 0: for ever. */
#define WHOHOLDS_GIL_TIMEOUT "WHOHOLDS_GIL_TIMEOUT"
#define WHOHOLDS_GIL_TIMEOUT_DEFAULT "10"

struct whoholds_word {
    const char *word;
    int value;
};

/* Signals that mean something to the kernel or to every program (SIGCHLD, SIGTERM, …) are not offered. */
static const struct whoholds_word whoholds_signals[] = {
    {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}, {"SIGHUP", SIGHUP},   {"SIGQUIT", SIGQUIT},
    {"SIGWINCH", SIGWINCH}, {"SIGIO", SIGIO},   {"SIGPWR", SIGPWR},   {NULL, 0},
};

/* The values are those of walk_options.values, dump_settings.fork and of recorder_start. */
static const struct whoholds_word whoholds_values[] = {{"none", 0}, {"short", 1}, {"full", 2}, {NULL, 0}};
static const struct whoholds_word whoholds_modes[] = {{"fork", 1}, {"inline", 0}, {NULL, 0}};
static const struct whoholds_word whoholds_records[] = {{"off", 0}, {"sample", 1}, {"holders", 2}, {"exact", 3}, {NULL, 0}};

static const struct whoholds_word whoholds_switches[] = {{"0", 0}, {"1", 1}, {NULL, 0}};

/* A number without a sign, up to `most`; 0 if it is none. *end is where it ends. */
static inline uint64_t whoholds_number(const char *word, uint64_t most, const char **end)
{
    uint64_t number = 0;
    for (*end = word; **end >= '0' && **end <= '9'; (*end)++) {
        unsigned digit = (unsigned)(**end - '0');
        if (number > (most - digit) / 10)
            return 0;
        number = number * 10 + digit;
    }
    return number;
}

/* "1500000", "512K", "512M", "2G", "1T", with or without "iB", in bytes; 0 if it is no such size. */
static inline uint64_t whoholds_size(const char *word)
{
    static const char units[] = "KMGT";
    const char *end;
    uint64_t number = whoholds_number(word, UINT64_MAX / 16, &end);
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (unit) {
        int shift = 10 * (int)(unit - units + 1);
        number = number > UINT64_MAX / 16 >> shift ? 0 : number << shift;
        end++;
        end += strcmp(end, "iB") == 0 ? 2 : 0;
    }
    return *end ? 0 : number;
}

/* A whole number from 1 to a thousand million; 0 if it is none. */
static inline uint64_t whoholds_count(const char *word)
{
    const char *end;
    uint64_t number = whoholds_number(word, 1000000000, &end);
    return *end ? 0 : number;
}

/* The value of a word, -1 if there is no such word. */
static inline int whoholds_word_value(const struct whoholds_word *words, const char *word)
{
    for (; words->word; words++)
        if (strcmp(words->word, word) == 0)
            return words->value;
    return -1;
}

/* The word of a value that has one. */
static inline const char *whoholds_value_word(const struct whoholds_word *words, int value)
{
    while (words->word && words->value != value)
        words++;
    return words->word;
}

/* The placeholder that starts at `at`, WHOHOLDS_PLACEHOLDER_COUNT if there is none. */
static inline enum whoholds_placeholder whoholds_placeholder_at(const char *at)
{
    for (int i = 0; i < WHOHOLDS_PLACEHOLDER_COUNT; i++)
        if (strncmp(at, whoholds_placeholders[i], strlen(whoholds_placeholders[i])) == 0)
            return (enum whoholds_placeholder)i;
    return WHOHOLDS_PLACEHOLDER_COUNT;
}

/* NULL, or what is wrong with an output, as the end of a sentence that starts with the output. */
static inline const char *whoholds_output_fault(const char *output)
{
    size_t length = strlen(output);
    if (length == 0 || output[length - 1] == '/')
        return "names no file";
    for (const char *at = strchr(output, '{'); at; at = strchr(at, '{')) {
        enum whoholds_placeholder which = whoholds_placeholder_at(at);
        if (which == WHOHOLDS_PLACEHOLDER_COUNT)
            return "has a '{' that starts none of {name}, {pid}, {n}, {time} ({{ stands for a brace)";
        at += strlen(whoholds_placeholders[which]);
    }
    return NULL;
}

/* "SIGUSR2" or "USR2"; -1 if it is not offered. */
static inline int whoholds_signal_number(const char *word)
{
    for (const struct whoholds_word *signals = whoholds_signals; signals->word; signals++)
        if (strcmp(signals->word, word) == 0 || strcmp(signals->word + strlen("SIG"), word) == 0)
            return signals->value;
    return -1;
}

#endif
