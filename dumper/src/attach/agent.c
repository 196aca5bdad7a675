/* SPDX-License-Identifier: MIT */
/*
 * What `whoholds dump` loads into a process that was started without the dumper, of whatever version of Python.
 *
 * Loading it does nothing. `enter`, called through the mailbox, starts a thread that takes the GIL as any native thread does, loads
 * the dumper for exactly this interpreter and lets it answer the mailbox. The module is not put into sys.modules, nothing is imported,
 * and the program's own Python code is not run. The names of Python's functions are looked up, as there is no one Python to link to.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <whoholds/dumper_mailbox.h>
#include <whoholds/formats/error.h>

enum { STACK_SIZE = 2 * 1024 * 1024 }; /* as Python code runs on it */
enum { PY_FILE_INPUT = 257 };

static int enter(void);

static struct whoholds_mailbox mailbox = {.magic = WHOHOLDS_MAILBOX_MAGIC};

/* An address is no constant that a 64-bit integer could start with. */
__attribute__((constructor)) static void open_mailbox(void)
{
    mailbox.entry = (uintptr_t)enter;
}

/* Loads the module: `modules` is sys.modules, `dumpers` a directory. Leaves `module`, or a sentence in `refusal`. */
static const char loader_source[] =
    "module = refusal = None\n"
    "def load():\n"
    "    sys = modules['sys']\n"
    "    tag = '%s-%08x%s' % (sys.implementation.name, sys.hexversion, sys.abiflags)\n"
    "    path = '%s/%s/_dumper.so' % (dumpers, tag)\n"
    "    try:\n"
    "        modules['posix'].stat(path)\n"
    "    except OSError:\n"
    "        return None, 'there is no dumper for %s %s%s in %s' % (\n"
    "            sys.implementation.name, '.'.join(map(str, sys.version_info[:3])), sys.abiflags, dumpers)\n"
    "    loader = modules['_frozen_importlib_external'].ExtensionFileLoader('whoholds._dumper', path)\n"
    "    spec = modules['_frozen_importlib'].ModuleSpec('whoholds._dumper', loader, origin=path)\n"
    "    module = loader.create_module(spec)\n"
    "    loader.exec_module(module)\n"
    "    return module, None\n"
    "try:\n"
    "    module, refusal = load()\n"
    "except BaseException as error:\n"
    "    refusal = '%s: %s' % (type(error).__name__, error)\n";

/* What is used of Python, the same in all versions that there are dumpers for. */
static struct {
    int (*is_initialized)(void);
    int (*gil_ensure)(void);
    void (*gil_release)(int);
    void *(*dict_new)(void);
    int (*dict_set)(void *, const char *, void *);
    void *(*dict_get)(void *, const char *);
    void *(*get_sys_object)(const char *);
    void *(*get_builtins)(void);
    void *(*decode_path)(const char *);
    const char *(*text_utf8)(void *);
    void *(*run)(const char *, int, void *, void *);
    void *(*address)(void *);
    void *(*call_method)(void *, const char *, const char *, ...);
    void (*dec_ref)(void *);
    void (*clear_error)(void);
} python;

static const struct {
    const char *name;
    void *function; /* where its address goes */
} functions[] = {
    {"Py_IsInitialized", &python.is_initialized},
    {"PyGILState_Ensure", &python.gil_ensure},
    {"PyGILState_Release", &python.gil_release},
    {"PyDict_New", &python.dict_new},
    {"PyDict_SetItemString", &python.dict_set},
    {"PyDict_GetItemString", &python.dict_get},
    {"PySys_GetObject", &python.get_sys_object},
    {"PyEval_GetBuiltins", &python.get_builtins},
    {"PyUnicode_DecodeFSDefault", &python.decode_path},
    {"PyUnicode_AsUTF8", &python.text_utf8},
    {"PyRun_String", &python.run},
    {"PyLong_FromVoidPtr", &python.address},
    {"PyObject_CallMethod", &python.call_method},
    {"Py_DecRef", &python.dec_ref},
    {"PyErr_Clear", &python.clear_error},
};

/* Returns the name of what is missing, or NULL. */
static const char *find_functions(void)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *found = dlsym(RTLD_DEFAULT, functions[i].name);
        if (!found)
            return functions[i].name;
        memcpy(functions[i].function, &found, sizeof(found));
    }
    return NULL;
}

static bool move_state(uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(&mailbox.state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

__attribute__((format(printf, 1, 2))) static void refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mailbox.message, sizeof(mailbox.message), format, arguments);
    va_end(arguments);
    mailbox.status = WH_ERR_TARGET;
    __atomic_store_n(&mailbox.state, WHOHOLDS_MAIL_DONE, __ATOMIC_SEQ_CST);
}

static void set_and_release(void *dict, const char *key, void *value)
{
    if (value)
        python.dict_set(dict, key, value);
    python.dec_ref(value);
}

/* `globals` is then what loader_source leaves. */
static bool load_dumper(void *globals)
{
    python.dict_set(globals, "__builtins__", python.get_builtins());
    python.dict_set(globals, "modules", python.get_sys_object("modules"));
    set_and_release(globals, "dumpers", python.decode_path(mailbox.dumpers));
    void *none = python.run(loader_source, PY_FILE_INPUT, globals, globals);
    python.dec_ref(none);
    return none != NULL;
}

static void answer_by(void *globals)
{
    void *refusal = python.dict_get(globals, "refusal"), *module = python.dict_get(globals, "module");
    const char *sentence = refusal ? python.text_utf8(refusal) : NULL; /* an error if it is None */
    if (sentence) {
        refuse("%s", sentence);
        return;
    }
    python.clear_error();
    void *address = python.address(&mailbox);
    void *none = module && address ? python.call_method(module, "answer", "O", address) : NULL;
    if (!none)
        refuse("the dumper could not be called");
    python.dec_ref(none);
    python.dec_ref(address);
}

static void answer(void)
{
    void *globals = python.dict_new();
    if (globals && load_dumper(globals))
        answer_by(globals);
    else
        refuse("the dumper could not be loaded");
    python.clear_error();
    python.dec_ref(globals);
}

static void *run(void *unused)
{
    prctl(PR_SET_NAME, "whoholds");
    const char *missing = find_functions();
    if (missing) {
        refuse("it has no function %s, as CPython 3.8 and newer have", missing);
    } else if (!python.is_initialized()) {
        refuse("its interpreter has not started yet, or has ended");
    } else {
        int gil = python.gil_ensure();
        if (move_state(WHOHOLDS_MAIL_ASKED, WHOHOLDS_MAIL_TAKEN)) /* else the command has given up meanwhile */
            answer();
        python.gil_release(gil);
    }
    return unused;
}

/* Called on a thread of the process that was stopped anywhere: returns at once. 0, or an error number. */
static int enter(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* a new thread starts with its maker's mask */
    int failure = pthread_create(&thread, &attributes, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failure;
}
