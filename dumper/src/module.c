/* SPDX-License-Identifier: MIT */
/*
 * whoholds._dumper: the dumper as Python sees it. The package whoholds wraps it; what is documented there is not repeated here.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whoholds/dumper_environment.h>
#include <whoholds/formats/error.h>

#include "automatic.h"
#include "dump.h"
#include "mailbox.h"
#include "pages.h"
#include "recorder.h"
#include "sink.h"
#include "trigger.h"

static PyObject *raise_error(const struct wh_error *error)
{
    switch (error->code) {
    case WH_OK:
    case WH_ERR_USAGE:
    case WH_ERR_INPUT:
        PyErr_SetString(PyExc_ValueError, error->message);
        break;
    case WH_ERR_TARGET:
        PyErr_SetString(PyExc_RuntimeError, error->message);
        break;
    case WH_ERR_RESOURCE: {
        /* OSError picks its own subclass by errno: FileNotFoundError, PermissionError, … */
        PyObject *arguments = Py_BuildValue("(is)", error->sys_errno, error->message);
        if (arguments)
            PyErr_SetObject(PyExc_OSError, arguments);
        Py_XDECREF(arguments);
        break;
    }
    }
    return NULL;
}

static enum wh_status current_directory(char directory[PATH_MAX], struct wh_error *error)
{
    if (getcwd(directory, PATH_MAX))
        return WH_OK;
    return wh_error_set(error, WH_ERR_RESOURCE, "the current directory cannot be named: %s", strerror(errno));
}

static enum wh_status fill_pattern(struct dump_settings *settings, const char *output, struct wh_error *error)
{
    enum wh_status status = sink_check_pattern(output, error);
    if (status)
        return status;
    errno = ENAMETOOLONG;
    if (strlen(output) >= sizeof(settings->pattern))
        return wh_error_set(error, WH_ERR_RESOURCE, "the output is longer than %d bytes", PATH_MAX);
    strcpy(settings->pattern, output);
    return current_directory(settings->directory, error);
}

/* What is to be installed, as it was written; "" for none where that is possible. */
struct words {
    const char *signal, *output, *values, *mode, *compress, *record;
    const char *on_rss, *every, *at_exit, *on_memory_error, *most, *gil_timeout;
};

struct settings {
    int signal_number, recorder_mode;
    struct dump_settings dump;
    struct automatic_settings automatic;
};

static enum wh_status refuse_word(const char *name, const char *word, const char *expected, struct wh_error *error)
{
    errno = 0;
    return wh_error_set(error, WH_ERR_USAGE, "%s is '%s', not %s", name, word, expected);
}

static enum wh_status parse_dump(const struct words *words, struct dump_settings *ret, struct wh_error *error)
{
    ret->values = whoholds_word_value(whoholds_values, words->values);
    if (ret->values < 0)
        return refuse_word("values", words->values, "one of none, short, full", error);
    int fork = whoholds_word_value(whoholds_modes, words->mode);
    if (fork < 0)
        return refuse_word("mode", words->mode, "one of fork, inline", error);
    ret->fork = fork;
    int compress = whoholds_word_value(whoholds_switches, words->compress);
    if (compress < 0)
        return refuse_word("compress", words->compress, "one of 0, 1", error);
    ret->compress = compress;
    uint64_t patience = whoholds_count(words->gil_timeout);
    if (!patience && strcmp(words->gil_timeout, "0") != 0)
        return refuse_word("gil_timeout", words->gil_timeout, "a whole number of seconds", error);
    ret->gil_patience_ns = patience * 1000000000;
    return fill_pattern(ret, words->output, error);
}

static enum wh_status parse_automatic(const struct words *words, struct automatic_settings *ret, struct wh_error *error)
{
    int at_exit = whoholds_word_value(whoholds_switches, words->at_exit);
    int on_memory_error = whoholds_word_value(whoholds_switches, words->on_memory_error);
    *ret = (struct automatic_settings){.at_exit = at_exit == 1, .on_memory_error = on_memory_error == 1};
    ret->rss_bytes = whoholds_size(words->on_rss);
    if (*words->on_rss && !ret->rss_bytes)
        return refuse_word("on_rss", words->on_rss, "a size such as 500M or 2G", error);
    ret->every_seconds = whoholds_count(words->every);
    if (*words->every && !ret->every_seconds)
        return refuse_word("every", words->every, "a whole number of seconds", error);
    if (at_exit < 0)
        return refuse_word("at_exit", words->at_exit, "one of 0, 1", error);
    if (on_memory_error < 0)
        return refuse_word("on_memory_error", words->on_memory_error, "one of 0, 1", error);
    ret->most = (uint32_t)whoholds_count(words->most);
    return ret->most ? WH_OK : refuse_word("max_snapshots", words->most, "a number of snapshots", error);
}

static enum wh_status parse_settings(const struct words *words, struct settings *ret, struct wh_error *error)
{
    ret->recorder_mode = whoholds_word_value(whoholds_records, words->record);
    if (ret->recorder_mode < 0)
        return refuse_word("record", words->record, "one of off, sample, holders, exact", error);
    ret->signal_number = whoholds_signal_number(words->signal);
    errno = 0;
    if (ret->signal_number < 0)
        return wh_error_set(error, WH_ERR_USAGE, "the signal '%s' is none of SIGUSR1, SIGUSR2, SIGHUP, SIGQUIT, SIGWINCH, SIGIO, SIGPWR",
                            words->signal);
    enum wh_status status = parse_automatic(words, &ret->automatic, error);
    return status ? status : parse_dump(words, &ret->dump, error);
}

/* at_start: see recorder_start. Returns whether memory_error is to be called. */
static PyObject *install(const struct words *words, bool at_start)
{
    struct wh_error error;
    struct settings settings;
    if (parse_settings(words, &settings, &error))
        return raise_error(&error);
    Py_BEGIN_ALLOW_THREADS
    dump_configure(&settings.dump);
    Py_END_ALLOW_THREADS
    if (trigger_install(settings.signal_number, &settings.automatic, &error) || recorder_start(settings.recorder_mode, at_start, &error))
        return raise_error(&error);
    return PyBool_FromLong(settings.automatic.on_memory_error);
}

static PyObject *module_install(PyObject *module, PyObject *arguments)
{
    (void)module;
    struct words words;
    PyObject *output = NULL;
    if (!PyArg_ParseTuple(arguments, "sO&ssssssssss:install", &words.signal, PyUnicode_FSConverter, &output, &words.values, &words.mode,
                          &words.compress, &words.record, &words.on_rss, &words.every, &words.at_exit, &words.on_memory_error, &words.most,
                          &words.gil_timeout))
        return NULL;
    words.output = PyBytes_AS_STRING(output);
    PyObject *result = install(&words, false);
    Py_DECREF(output);
    return result;
}

static const char *variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static PyObject *module_install_from_environment(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    struct words words = {
        .signal = variable(WHOHOLDS_SIGNAL, WHOHOLDS_SIGNAL_DEFAULT),
        .output = variable(WHOHOLDS_OUTPUT, WHOHOLDS_OUTPUT_DEFAULT),
        .values = variable(WHOHOLDS_VALUES, WHOHOLDS_VALUES_DEFAULT),
        .mode = variable(WHOHOLDS_MODE, WHOHOLDS_MODE_DEFAULT),
        .compress = variable(WHOHOLDS_COMPRESS, WHOHOLDS_COMPRESS_DEFAULT),
        .record = variable(WHOHOLDS_RECORD, WHOHOLDS_RECORD_DEFAULT),
        .on_rss = variable(WHOHOLDS_ON_RSS, ""),
        .every = variable(WHOHOLDS_EVERY, ""),
        .at_exit = variable(WHOHOLDS_AT_EXIT, "0"),
        .on_memory_error = variable(WHOHOLDS_ON_MEMORY_ERROR, "0"),
        .most = variable(WHOHOLDS_MAX_SNAPSHOTS, WHOHOLDS_MAX_SNAPSHOTS_DEFAULT),
        .gil_timeout = variable(WHOHOLDS_GIL_TIMEOUT, WHOHOLDS_GIL_TIMEOUT_DEFAULT),
    };
    return install(&words, true);
}

static PyObject *module_uninstall(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    trigger_uninstall();
    recorder_stop();
    Py_RETURN_NONE;
}

/* Mapped, as the thread that calls may have a small stack. */
struct call {
    char directory[PATH_MAX];
    struct dump_result result;
    struct wh_error error;
};

static PyObject *dump_for(struct call *call, const char *path, enum dump_compression compress)
{
    struct dump_request request = {.path = path, .directory = path ? call->directory : NULL, .trigger = "api", .asked_ns = dump_clock(),
                                   .compress = compress};
    if (path && current_directory(call->directory, &call->error))
        return raise_error(&call->error);
    enum wh_status status;
    Py_BEGIN_ALLOW_THREADS
    status = dump_run(&request, &call->result, &call->error);
    Py_END_ALLOW_THREADS
    return status ? raise_error(&call->error) : PyUnicode_DecodeFSDefault(call->result.path);
}

/* path: NULL for the installed pattern. */
static PyObject *dump(const char *path, enum dump_compression compress)
{
    struct call *call = pages_map(sizeof(*call));
    if (!call)
        return PyErr_SetFromErrno(PyExc_OSError);
    PyObject *result = dump_for(call, path, compress);
    pages_unmap(call, sizeof(*call));
    return result;
}

/* Without a tuple of its arguments: one that is made anew for it would be kept in the interpreter's list of free ones. */
static PyObject *module_dump(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "dump takes a path and whether to compress");
    PyObject *path = arguments[0], *compressed = arguments[1], *bytes = NULL;
    int truth = PyObject_IsTrue(compressed);
    if (truth < 0)
        return NULL;
    enum dump_compression compress = compressed == Py_None ? COMPRESS_AS_SET : truth ? COMPRESS_YES : COMPRESS_NO;
    if (path == Py_None)
        return dump(NULL, compress);
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    PyObject *result = dump(PyBytes_AS_STRING(bytes), compress);
    Py_DECREF(bytes);
    return result;
}

static PyObject *module_answer(PyObject *module, PyObject *address)
{
    (void)module;
    struct whoholds_mailbox *mailbox = PyLong_AsVoidPtr(address);
    if (!mailbox && PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    mailbox_answer(mailbox, 0);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *last_snapshot(const struct dump_statistics *statistics)
{
    if (statistics->written == 0)
        Py_RETURN_NONE;
    const struct dump_result *last = &statistics->last;
    PyObject *path = PyUnicode_DecodeFSDefault(last->path);
    PyObject *inlined = last->inlined ? PyUnicode_FromString(last->refusal.message) : Py_BuildValue("");
    return Py_BuildValue("{s:N,s:K,s:N,s:K,s:K,s:N}", "path", path, "bytes", (unsigned long long)last->bytes,
                         "interrupted", PyBool_FromLong(last->interrupted), "pause_ns", (unsigned long long)last->pause_ns, "dump_ns", (unsigned long long)last->dump_ns,
                         "inline_because", inlined);
}

static PyObject *recorder_status(void)
{
    const struct recording *recording = recorder_recording();
    if (!recording)
        Py_RETURN_NONE;
    /* Numbers first: making the dict changes them. */
    unsigned long long blocks = recording->blocks->count, stacks = recording->stacks->count - STACK_FIRST_REAL;
    unsigned long long lost = recording->lost_blocks + recording->stacks->lost_stacks + recording->stacks->lost_code;
    return Py_BuildValue("{s:s,s:K,s:K,s:K,s:K}", "mode", whoholds_value_word(whoholds_records, recording->mode), "blocks", blocks, "stacks",
                         stacks, "lost", lost, "strangers", (unsigned long long)recording->strangers);
}

static PyObject *module_status(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    bool handled;
    int signal_number = trigger_signal(&handled);
    struct dump_statistics statistics;
    dump_statistics(&statistics);
    PyObject *last_error = statistics.failed ? PyUnicode_FromString(statistics.last_error.message) : Py_BuildValue("");
    return Py_BuildValue("{s:i,s:N,s:N,s:K,s:K,s:N,s:N,s:N}", "signal", signal_number, "handled", PyBool_FromLong(handled),
                         "running", PyBool_FromLong(statistics.running), "written", (unsigned long long)statistics.written,
                         "failed", (unsigned long long)statistics.failed, "last", last_snapshot(&statistics), "last_error", last_error,
                         "recorder", recorder_status());
}

/* What the interpreter is asked to call: os.register_at_fork and atexit. */

static PyObject *module_before_fork(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    trigger_before_fork();
    Py_RETURN_NONE;
}

static PyObject *module_after_fork_in_parent(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    trigger_after_fork_in_parent();
    Py_RETURN_NONE;
}

static PyObject *module_after_fork_in_child(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    trigger_after_fork_in_child();
    Py_RETURN_NONE;
}

static void make_automatic_snapshot(const char *trigger)
{
    if (!automatic_wants(trigger))
        return;
    Py_BEGIN_ALLOW_THREADS
    automatic_snapshot(trigger, 0);
    Py_END_ALLOW_THREADS
}

static PyObject *module_memory_error(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    make_automatic_snapshot("memory-error");
    Py_RETURN_NONE;
}

static PyObject *module_at_exit(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    make_automatic_snapshot("exit");
    trigger_at_exit();
    recorder_at_exit();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"install", module_install, METH_VARARGS, "install(signal, output, values, mode, compress, record, on_rss, every, at_exit, on_memory_error, max_snapshots, gil_timeout)"},
    {"install_from_environment", module_install_from_environment, METH_NOARGS, "install, as whoholds run has said"},
    {"uninstall", module_uninstall, METH_NOARGS, "uninstall()"},
    {"dump", (PyCFunction)(void (*)(void))module_dump, METH_FASTCALL, "dump(path or None, compress: None, as installed, or bool) -> path"},
    {"answer", module_answer, METH_O, "answer(address of a mailbox that was taken), for the thread that `whoholds dump` starts"},
    {"status", module_status, METH_NOARGS, "status() -> dict"},
    {"before_fork", module_before_fork, METH_NOARGS, "for os.register_at_fork"},
    {"after_fork_in_parent", module_after_fork_in_parent, METH_NOARGS, "for os.register_at_fork"},
    {"after_fork_in_child", module_after_fork_in_child, METH_NOARGS, "for os.register_at_fork"},
    {"memory_error", module_memory_error, METH_NOARGS, "for the hooks of exceptions that nobody handles"},
    {"at_exit", module_at_exit, METH_NOARGS, "for atexit.register"},
    {NULL, NULL, 0, NULL},
};

static int refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyErr_FormatV(PyExc_ImportError, format, arguments);
    va_end(arguments);
    return -1;
}

/* Layouts that the walk reads have changed between 3.13.0 and 3.13.5: nothing less than the whole version will do. */
static int check_version(void)
{
    PyObject *hexversion = PySys_GetObject("hexversion"); /* borrowed */
    unsigned long running = hexversion ? PyLong_AsUnsignedLong(hexversion) : 0;
    if (PyErr_Occurred())
        return -1;
    if (running != PY_VERSION_HEX)
        return refuse("this whoholds dumper was built for Python %s and cannot read the memory of Python %.40s: build it for this one",
                      PY_VERSION, Py_GetVersion());
    return 0;
}

/* By its path python/inject knows the error: nothing is wrong with a program that makes subinterpreters. */
static int refuse_subinterpreter(void)
{
    PyObject *path = PyUnicode_FromString("<subinterpreter>");
    PyObject *sentence = PyUnicode_FromString("whoholds works from the main interpreter, which sees the subinterpreters that share its GIL, "
                                              "too: import it there");
    if (path && sentence)
        PyErr_SetImportError(sentence, NULL, path);
    Py_XDECREF(path);
    Py_XDECREF(sentence);
    return -1;
}

static int check_interpreter(void)
{
#ifdef Py_GIL_DISABLED
    return refuse("whoholds cannot dump a free-threaded Python yet: use a build with the GIL");
#endif
#if PY_VERSION_HEX >= 0x03090000
    PyInterpreterState *running = PyInterpreterState_Get();
#else
    PyInterpreterState *running = _PyInterpreterState_Get();
#endif
    return running == PyInterpreterState_Main() ? 0 : refuse_subinterpreter();
}

static int module_exec(PyObject *module)
{
    (void)module;
    return check_version() < 0 || check_interpreter() < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    /* Not so: but thus it is module_exec that refuses, and says what to do. */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "whoholds._dumper",
    .m_doc = "The dumper of the package whoholds, built for one version of the interpreter.",
    .m_methods = methods,
    .m_slots = slots,
};

/* Everything else is hidden. Before 3.9 PyMODINIT_FUNC does not say so. */
__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__dumper(void);

PyMODINIT_FUNC PyInit__dumper(void)
{
    return PyModuleDef_Init(&definition);
}
