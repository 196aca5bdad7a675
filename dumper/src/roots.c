/* SPDX-License-Identifier: MIT */
#include "roots.h"

#include <stdio.h>
#include <string.h>

#include "frames.h"

enum { NAME_BYTES_MAX = 200 };

/* What the main interpreter holds has its plain name. Returns its length. */
static size_t name_root(const struct walk *walk, const char *name, char buffer[NAME_BYTES_MAX])
{
    int length = walk->interp_number ? snprintf(buffer, NAME_BYTES_MAX, "%s of subinterpreter %lld", name, (long long)walk->interp->id)
                                     : snprintf(buffer, NAME_BYTES_MAX, "%s", name);
    return length < NAME_BYTES_MAX ? (size_t)length : NAME_BYTES_MAX - 1;
}

static void write_root(struct walk *walk, enum root_kind kind, const char *name, PyObject *object, uint64_t thread)
{
    char buffer[NAME_BYTES_MAX];
    if (!object)
        return;
    walk_reach(walk, object);
    size_t length = name_root(walk, name, buffer);
    struct cell cells[] = {
        [ROOTS_KIND] = {kind, NULL},
        [ROOTS_NAME] = {length, buffer},
        [ROOTS_OBJECT] = {walk_id(walk, object), NULL},
        [ROOTS_THREAD] = {thread, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_ROOTS, cells);
}

static void write_modules(struct walk *walk)
{
    PyInterpreterState *interp = walk->interp;
    write_root(walk, ROOT_MODULES, "sys.modules", compat_import_modules(interp), 0);
    write_root(walk, ROOT_BUILTINS, "builtins", interp->builtins, 0);
}

static void write_interpreter(struct walk *walk)
{
    PyInterpreterState *interp = walk->interp;
#if PY_VERSION_HEX >= 0x030C0000
    write_root(walk, ROOT_INTERPRETER, "modules by index", interp->imports.modules_by_index, 0);
    write_root(walk, ROOT_INTERPRETER, "__import__", interp->imports.import_func, 0);
    write_root(walk, ROOT_INTERPRETER, "object.__reduce__", interp->cached_objects.objreduce, 0);
    write_root(walk, ROOT_INTERPRETER, "sys dict copy", interp->sysdict_copy, 0);
#else
    write_root(walk, ROOT_INTERPRETER, "modules by index", interp->modules_by_index, 0);
    write_root(walk, ROOT_INTERPRETER, "__import__", interp->import_func, 0);
#endif
    write_root(walk, ROOT_INTERPRETER, "interned strings", compat_interned_strings(interp), 0);
    write_root(walk, ROOT_INTERPRETER, "importlib", compat_importlib(interp), 0);
    write_root(walk, ROOT_INTERPRETER, "sys", interp->sysdict, 0);
    write_root(walk, ROOT_INTERPRETER, "builtins copy", interp->builtins_copy, 0);
    write_root(walk, ROOT_INTERPRETER, "interpreter dict", interp->dict, 0);
    write_root(walk, ROOT_INTERPRETER, "audit hooks", interp->audit_hooks, 0);
    write_root(walk, ROOT_INTERPRETER, "os.register_at_fork before", interp->before_forkers, 0);
    write_root(walk, ROOT_INTERPRETER, "os.register_at_fork after_in_parent", interp->after_forkers_parent, 0);
    write_root(walk, ROOT_INTERPRETER, "os.register_at_fork after_in_child", interp->after_forkers_child, 0);
    write_root(walk, ROOT_INTERPRETER, "warnings.filters", interp->warnings.filters, 0);
    write_root(walk, ROOT_INTERPRETER, "warnings.onceregistry", interp->warnings.once_registry, 0);
    write_root(walk, ROOT_INTERPRETER, "warnings default action", interp->warnings.default_action, 0);
}

static void write_codecs(struct walk *walk)
{
    PyInterpreterState *interp = walk->interp;
#if PY_VERSION_HEX >= 0x030D0000
    write_root(walk, ROOT_CODECS, "codec search path", interp->codecs.search_path, 0);
    write_root(walk, ROOT_CODECS, "codec search cache", interp->codecs.search_cache, 0);
    write_root(walk, ROOT_CODECS, "codec error registry", interp->codecs.error_registry, 0);
#else
    write_root(walk, ROOT_CODECS, "codec search path", interp->codec_search_path, 0);
    write_root(walk, ROOT_CODECS, "codec search cache", interp->codec_search_cache, 0);
    write_root(walk, ROOT_CODECS, "codec error registry", interp->codec_error_registry, 0);
#endif
}

static void write_collector(struct walk *walk)
{
    struct _gc_runtime_state *gc = compat_gc(walk->interp);
    write_root(walk, ROOT_GC, "gc.garbage", gc->garbage, 0);
    write_root(walk, ROOT_GC, "gc.callbacks", gc->callbacks, 0);
}

#if PY_VERSION_HEX >= 0x030A0000
static void write_atexit_callback(struct walk *walk, PyObject *function, PyObject *arguments, PyObject *keywords)
{
    write_root(walk, ROOT_ATEXIT, "atexit.register", function, 0);
    write_root(walk, ROOT_ATEXIT, "atexit.register arguments", arguments, 0);
    write_root(walk, ROOT_ATEXIT, "atexit.register keyword arguments", keywords == Py_None ? NULL : keywords, 0);
}
#endif

/* Callbacks of atexit.register. Up to 3.9 they lie in the module's private state (Modules/atexitmodule.c), which its traverse shows. */
static void write_atexit(struct walk *walk)
{
#if PY_VERSION_HEX >= 0x030E0000
    /* a list of tuples: function, arguments, keyword arguments */
    PyObject *list = walk->interp->atexit.callbacks;
    for (Py_ssize_t i = 0; list && i < PyList_GET_SIZE(list); i++) {
        PyObject *entry = PyList_GET_ITEM(list, i);
        if (entry && PyTuple_CheckExact(entry) && PyTuple_GET_SIZE(entry) == 3)
            write_atexit_callback(walk, PyTuple_GET_ITEM(entry, 0), PyTuple_GET_ITEM(entry, 1), PyTuple_GET_ITEM(entry, 2));
    }
    write_root(walk, ROOT_ATEXIT, "atexit callbacks", list, 0);
#elif PY_VERSION_HEX >= 0x030A0000
    struct atexit_state *state = &walk->interp->atexit;
    for (int i = 0; i < state->ncallbacks; i++) {
        if (state->callbacks[i])
            write_atexit_callback(walk, state->callbacks[i]->func, state->callbacks[i]->args, state->callbacks[i]->kwargs);
    }
#else
    (void)walk;
#endif
}

/* From 3.12 on each interpreter has namespaces of its own for built-in types. */
static void write_part_of_type(struct walk *walk, PyTypeObject *type)
{
    const char *name = type->tp_name ? type->tp_name : "?";
    PyInterpreterState *first = walk->interpreters.written[0];
    PyObject *dict = compat_type_dict(walk->interp, type), *subclasses = compat_type_subclasses(walk->interp, type);
    if (dict != compat_type_dict(first, type))
        write_root(walk, ROOT_TYPE, name, dict, 0);
    if (subclasses != compat_type_subclasses(first, type))
        write_root(walk, ROOT_TYPE, name, subclasses, 0);
}

/* All static types that were met hang below these: built-in types have no referrer that could be freed. */
static void write_static_types(struct walk *walk)
{
    for (uint32_t i = 0; i < walk->types.slot_count; i++) {
        struct type_info *info = walk->types.slots[i];
        if (info && !info->heap && walk->interp_number == 0)
            write_root(walk, ROOT_TYPE, info->type->tp_name ? info->type->tp_name : "?", (PyObject *)info->type, 0);
        else if (info && !info->heap)
            write_part_of_type(walk, info->type);
    }
}

static void write_exceptions(struct walk *walk, PyThreadState *tstate, uint64_t thread)
{
#if PY_VERSION_HEX >= 0x030C0000
    write_root(walk, ROOT_THREAD, "exception being raised", tstate->current_exception, thread);
#else
    write_root(walk, ROOT_THREAD, "type of exception being raised", tstate->curexc_type, thread);
    write_root(walk, ROOT_THREAD, "exception being raised", tstate->curexc_value, thread);
    write_root(walk, ROOT_THREAD, "traceback of exception being raised", tstate->curexc_traceback, thread);
#endif
#if PY_VERSION_HEX < 0x030B0000
    write_root(walk, ROOT_THREAD, "type of exception being handled", tstate->exc_state.exc_type, thread);
    write_root(walk, ROOT_THREAD, "traceback of exception being handled", tstate->exc_state.exc_traceback, thread);
#endif
    write_root(walk, ROOT_THREAD, "exception being handled", tstate->exc_state.exc_value, thread);
    write_root(walk, ROOT_THREAD, "asynchronous exception", tstate->async_exc, thread);
}

static void write_thread(struct walk *walk, PyThreadState *tstate, uint64_t thread)
{
    write_root(walk, ROOT_THREAD, "thread state dict", tstate->dict, thread);
    write_root(walk, ROOT_THREAD, "context", tstate->context, thread);
    write_exceptions(walk, tstate, thread);
    write_root(walk, ROOT_THREAD, "sys.setprofile", tstate->c_profileobj, thread);
    write_root(walk, ROOT_THREAD, "sys.settrace", tstate->c_traceobj, thread);
    write_root(walk, ROOT_THREAD, "async generator firstiter hook", tstate->async_gen_firstiter, thread);
    write_root(walk, ROOT_THREAD, "async generator finalizer hook", tstate->async_gen_finalizer, thread);
#if PY_VERSION_HEX >= 0x030D0000
    write_root(walk, ROOT_THREAD, "threading.local key", tstate->threading_local_key, thread);
    write_root(walk, ROOT_THREAD, "threading.local sentinel", tstate->threading_local_sentinel, thread);
    write_root(walk, ROOT_THREAD, "asyncio running loop", ((_PyThreadStateImpl *)tstate)->asyncio_running_loop, thread);
#endif
#if PY_VERSION_HEX >= 0x030E0000
    write_root(walk, ROOT_THREAD, "asyncio running task", ((_PyThreadStateImpl *)tstate)->asyncio_running_task, thread);
#endif
}

static void write_threads(struct walk *walk)
{
    for (PyThreadState *tstate = compat_first_thread(walk->interp); tstate; tstate = tstate->next) {
        uint64_t thread = frames_thread_row(walk, tstate);
        if (thread)
            write_thread(walk, tstate, thread);
    }
}

void roots_write(struct walk *walk)
{
    write_modules(walk);
    write_interpreter(walk);
    write_codecs(walk);
    write_collector(walk);
    write_atexit(walk);
    write_threads(walk);
    write_static_types(walk);
}
