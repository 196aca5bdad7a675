/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <string.h>

#include "layouts.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FIELD(name, structure, field) {name, {MEMBER_FIELD, offsetof(structure, field), {NULL}}}
#define CHECKED(name, offset) {name, {MEMBER_CHECKED, offset, {NULL}}}
#define GET(name, function) {name, {MEMBER_GET, 0, {function}}}

/* ---- Functions, methods, descriptors ---- */

static const struct known_member function_members[] = {
    FIELD("__code__", PyFunctionObject, func_code),
    FIELD("__globals__", PyFunctionObject, func_globals),
    FIELD("__defaults__", PyFunctionObject, func_defaults),
    FIELD("__kwdefaults__", PyFunctionObject, func_kwdefaults),
    FIELD("__closure__", PyFunctionObject, func_closure),
    FIELD("__dict__", PyFunctionObject, func_dict),
    FIELD("__annotations__", PyFunctionObject, func_annotations),
    FIELD("__name__", PyFunctionObject, func_name),
    FIELD("__qualname__", PyFunctionObject, func_qualname),
    FIELD("__module__", PyFunctionObject, func_module),
    FIELD("__doc__", PyFunctionObject, func_doc),
#if PY_VERSION_HEX >= 0x030A0000
    FIELD("__builtins__", PyFunctionObject, func_builtins),
#endif
#if PY_VERSION_HEX >= 0x030C0000
    FIELD("__type_params__", PyFunctionObject, func_typeparams),
#endif
#if PY_VERSION_HEX >= 0x030E0000
    FIELD("__annotate__", PyFunctionObject, func_annotate),
#endif
};

static const struct known_member weakref_members[] = {FIELD("__callback__", PyWeakReference, wr_callback)};
static const struct known_member cell_members[] = {FIELD("cell_contents", PyCellObject, ob_ref)};

static const struct known_member builtin_members[] = {
    FIELD("__self__", PyCFunctionObject, m_self),
    FIELD("__module__", PyCFunctionObject, m_module),
};

static const struct known_member descriptor_members[] = {
    FIELD("__objclass__", PyDescrObject, d_type),
    FIELD("__name__", PyDescrObject, d_name),
    FIELD("__qualname__", PyDescrObject, d_qualname),
};

/* Objects/descrobject.c */
static const struct known_member wrapper_members[] = {CHECKED("__objclass__", 16), CHECKED("__self__", 24)};
static const struct known_member mappingproxy_members[] = {CHECKED("mapping", 16)};

/* ---- Iterators: Objects/{listobject,tupleobject,iterobject,dictobject,setobject,enumobject}.c, Python/bltinmodule.c ---- */

static const struct known_member sequence_iterator_members[] = {CHECKED("it_seq", 24)};
static const struct known_member callable_iterator_members[] = {CHECKED("it_callable", 16), CHECKED("it_sentinel", 24)};
static const struct known_member dict_iterator_members[] = {CHECKED("di_dict", 16)};
static const struct known_member dict_view_members[] = {CHECKED("mapping", 16)};
static const struct known_member set_iterator_members[] = {CHECKED("si_set", 16)};
static const struct known_member enumerate_members[] = {CHECKED("en_sit", 24)};
static const struct known_member reversed_members[] = {CHECKED("seq", 24)};
static const struct known_member zip_members[] = {CHECKED("ittuple", 24)};
static const struct known_member map_members[] = {CHECKED("iters", 16), CHECKED("func", 24)};
static const struct known_member filter_members[] = {CHECKED("func", 16), CHECKED("it", 24)};

/* Modules/itertoolsmodule.c */
static const struct known_member chain_members[] = {CHECKED("source", 16), CHECKED("active", 24)};
static const struct known_member source_members[] = {CHECKED("it", 16)};
static const struct known_member cycle_members[] = {CHECKED("it", 16), CHECKED("saved", 24)};
static const struct known_member repeat_members[] = {CHECKED("element", 16)};
static const struct known_member predicate_members[] = {CHECKED("func", 16), CHECKED("it", 24)};
static const struct known_member groupby_members[] = {CHECKED("it", 16), CHECKED("keyfunc", 24)};
static const struct known_member product_members[] = {CHECKED("pools", 16)};
static const struct known_member combinations_members[] = {CHECKED("pool", 16)};
static const struct known_member accumulate_members[] = {CHECKED("total", 16), CHECKED("it", 24), CHECKED("binop", 32)};
static const struct known_member tee_members[] = {CHECKED("dataobj", 16)};
static const struct known_member zip_longest_members[] = {CHECKED("ittuple", 32), CHECKED("fillvalue", 48)};

/* ---- Modules, exceptions, tracebacks ---- */

static PyObject *module_name(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    /* moduleobject.h / pycore_moduleobject.h: md_dict, md_def, md_state, md_weaklist, md_name */
    return ((PyObject **)((char *)object + sizeof(PyObject)))[4];
}
static const struct known_member module_members[] = {GET("__name__", module_name)};

static const struct known_member exception_members[] = {
    FIELD("args", PyBaseExceptionObject, args),
    FIELD("__traceback__", PyBaseExceptionObject, traceback),
    FIELD("__context__", PyBaseExceptionObject, context),
    FIELD("__cause__", PyBaseExceptionObject, cause),
#if PY_VERSION_HEX >= 0x030B0000
    FIELD("__notes__", PyBaseExceptionObject, notes),
#endif
};

static const struct known_member traceback_members[] = {
    FIELD("tb_next", PyTracebackObject, tb_next),
    FIELD("tb_frame", PyTracebackObject, tb_frame),
};

/* ---- Code ---- */

#if PY_VERSION_HEX >= 0x030C0000
#define CACHED_GETTER(function, field) \
    static PyObject *function(PyInterpreterState *interp, PyObject *object) \
    { \
        (void)interp; \
        _PyCoCached *cached = ((PyCodeObject *)object)->_co_cached; \
        return cached ? cached->field : NULL; \
    }
CACHED_GETTER(cached_code, _co_code)
CACHED_GETTER(cached_varnames, _co_varnames)
CACHED_GETTER(cached_cellvars, _co_cellvars)
CACHED_GETTER(cached_freevars, _co_freevars)
#endif

static const struct known_member code_members[] = {
    FIELD("co_filename", PyCodeObject, co_filename),
    FIELD("co_name", PyCodeObject, co_name),
    FIELD("co_names", PyCodeObject, co_names),
    FIELD("co_consts", PyCodeObject, co_consts),
#if PY_VERSION_HEX >= 0x030B0000
    FIELD("co_qualname", PyCodeObject, co_qualname),
    FIELD("co_localsplusnames", PyCodeObject, co_localsplusnames),
    FIELD("co_localspluskinds", PyCodeObject, co_localspluskinds),
    FIELD("co_linetable", PyCodeObject, co_linetable),
    FIELD("co_exceptiontable", PyCodeObject, co_exceptiontable),
#else
    FIELD("co_code", PyCodeObject, co_code),
    FIELD("co_varnames", PyCodeObject, co_varnames),
    FIELD("co_cellvars", PyCodeObject, co_cellvars),
    FIELD("co_freevars", PyCodeObject, co_freevars),
#if PY_VERSION_HEX >= 0x030A0000
    FIELD("co_linetable", PyCodeObject, co_linetable),
#else
    FIELD("co_lnotab", PyCodeObject, co_lnotab),
#endif
#endif
#if PY_VERSION_HEX >= 0x030C0000
    GET("co_code", cached_code),
    GET("co_varnames", cached_varnames),
    GET("co_cellvars", cached_cellvars),
    GET("co_freevars", cached_freevars),
#elif PY_VERSION_HEX >= 0x030B0000
    FIELD("co_code", PyCodeObject, _co_code),
#endif
};

/* ---- Types ---- */

static PyObject *type_dict(PyInterpreterState *interp, PyObject *object)
{
    return compat_type_dict(interp, (PyTypeObject *)object);
}

static PyObject *type_subclasses(PyInterpreterState *interp, PyObject *object)
{
    return compat_type_subclasses(interp, (PyTypeObject *)object);
}

static bool is_heap_type(PyObject *object)
{
    return PyType_HasFeature((PyTypeObject *)object, Py_TPFLAGS_HEAPTYPE);
}

static PyObject *type_name(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return is_heap_type(object) ? ((PyHeapTypeObject *)object)->ht_name : NULL;
}

static PyObject *type_qualname(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return is_heap_type(object) ? ((PyHeapTypeObject *)object)->ht_qualname : NULL;
}

static PyObject *type_slots(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return is_heap_type(object) ? ((PyHeapTypeObject *)object)->ht_slots : NULL;
}

static PyObject *type_module(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return is_heap_type(object) ? compat_type_module((PyTypeObject *)object) : NULL;
}

static const struct known_member type_members[] = {
    GET("__dict__", type_dict),
    FIELD("__bases__", PyTypeObject, tp_bases),
    FIELD("__mro__", PyTypeObject, tp_mro),
    FIELD("__base__", PyTypeObject, tp_base),
    GET("__subclasses__", type_subclasses),
    GET("__name__", type_name),
    GET("__qualname__", type_qualname),
    GET("__slots__", type_slots),
    GET("ht_module", type_module),
    FIELD("tp_cache", PyTypeObject, tp_cache),
};

/* ---- Generators and frames ---- */

#if PY_VERSION_HEX >= 0x030B0000
static PyObject *generator_code(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return (PyObject *)compat_generator_code(object);
}

#define FRAME_GETTER(function, describe, field) \
    static PyObject *function(PyInterpreterState *interp, PyObject *object) \
    { \
        (void)interp; \
        struct compat_frame frame; \
        return describe(object, &frame) ? (PyObject *)frame.field : NULL; \
    }
FRAME_GETTER(generator_function, compat_generator_frame, function)
FRAME_GETTER(generator_locals, compat_generator_frame, locals_dict)
FRAME_GETTER(generator_frame_object, compat_generator_frame, frame_object)
FRAME_GETTER(frame_code, compat_owned_frame, code)
FRAME_GETTER(frame_function, compat_owned_frame, function)
FRAME_GETTER(frame_locals, compat_owned_frame, locals_dict)
#if PY_VERSION_HEX < 0x030C0000
FRAME_GETTER(generator_frame_code, compat_generator_frame, code)
#endif

static PyObject *generator_exception(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    return ((PyGenObject *)object)->gi_exc_state.exc_value;
}

#if PY_VERSION_HEX >= 0x030C0000
#define GENERATOR_FRAME_CODE
#else
#define GENERATOR_FRAME_CODE GET("f_code", generator_frame_code),
#endif
#define GENERATOR_MEMBERS(prefix) \
    GET(prefix "_code", generator_code), GENERATOR_FRAME_CODE GET(prefix "_frame", generator_frame_object), \
    GET("f_func", generator_function), GET("f_locals", generator_locals), GET("exc_value", generator_exception), \
    FIELD("__name__", PyGenObject, gi_name), FIELD("__qualname__", PyGenObject, gi_qualname)

static const struct known_member generator_members[] = {GENERATOR_MEMBERS("gi")};
static const struct known_member coroutine_members[] = {
    GENERATOR_MEMBERS("cr"), FIELD("cr_origin", PyGenObject, gi_origin_or_finalizer)};
static const struct known_member async_generator_members[] = {
    GENERATOR_MEMBERS("ag"), FIELD("ag_finalizer", PyGenObject, gi_origin_or_finalizer)};

#if PY_VERSION_HEX >= 0x030D0000
/* Came with a later 3.13: f_overwritten_fast_locals, between f_locals_cache and the frame. */
static PyObject *frame_overwritten(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    size_t offset = offsetof(PyFrameObject, f_locals_cache) + sizeof(PyObject *);
    return offset < offsetof(PyFrameObject, _f_frame_data) ? *(PyObject **)((char *)object + offset) : NULL;
}
#endif

static const struct known_member frame_members[] = {
    FIELD("f_back", PyFrameObject, f_back),
    FIELD("f_trace", PyFrameObject, f_trace),
    GET("f_code", frame_code),
    GET("f_func", frame_function),
    GET("f_locals", frame_locals),
#if PY_VERSION_HEX >= 0x030D0000
    FIELD("f_extra_locals", PyFrameObject, f_extra_locals),
    FIELD("f_locals_cache", PyFrameObject, f_locals_cache),
    GET("f_overwritten_fast_locals", frame_overwritten),
#endif
};
#else
#define GENERATOR_MEMBERS(prefix) \
    FIELD(prefix "_frame", PyGenObject, gi_frame), FIELD(prefix "_code", PyGenObject, gi_code), \
    FIELD("__name__", PyGenObject, gi_name), FIELD("__qualname__", PyGenObject, gi_qualname)

static const struct known_member generator_members[] = {GENERATOR_MEMBERS("gi")};
static const struct known_member coroutine_members[] = {GENERATOR_MEMBERS("cr")};
static const struct known_member async_generator_members[] = {GENERATOR_MEMBERS("ag")};

static const struct known_member frame_members[] = {
    FIELD("f_back", PyFrameObject, f_back),       FIELD("f_code", PyFrameObject, f_code),
    FIELD("f_builtins", PyFrameObject, f_builtins), FIELD("f_globals", PyFrameObject, f_globals),
    FIELD("f_locals", PyFrameObject, f_locals),   FIELD("f_trace", PyFrameObject, f_trace),
};
#endif

/* ---- Context variables: pycore_context.h, pycore_hamt.h ---- */

static const struct known_member context_members[] = {
    CHECKED("ctx_vars", offsetof(PyContext, ctx_vars)),
    CHECKED("ctx_prev", offsetof(PyContext, ctx_prev)),
};
static const struct known_member context_variable_members[] = {
    CHECKED("name", offsetof(struct _pycontextvarobject, var_name)),
    CHECKED("default", offsetof(struct _pycontextvarobject, var_default)),
};
static const struct known_member hamt_members[] = {CHECKED("h_root", offsetof(PyHamtObject, h_root))};

/* ---- Standard library extensions ---- */

/* The wrapper's other references are in references.c. */
static const struct known_member lru_cache_members[] = {
    FIELD("cache", struct lru_cache_layout, cache),
    FIELD("func", struct lru_cache_layout, function),
};
static const struct known_member lru_link_members[] = {
    FIELD("key", struct lru_link, key),
    FIELD("result", struct lru_link, result),
};

/* Modules/_threadmodule.c, localobject: for each thread {localdummy or a weak reference to it: the thread's dict}. */
#if PY_VERSION_HEX >= 0x030D0000
static const struct known_member thread_local_members[] = {
    CHECKED("args", 16), CHECKED("kw", 24), CHECKED("localdicts", 40), CHECKED("thread_watchdogs", 48)};
#else
static const struct known_member thread_local_members[] = {CHECKED("args", 24), CHECKED("kw", 32), CHECKED("localdicts", 48)};
#endif

/* Modules/_asynciomodule.c, FutureObj_HEAD: these came first in every version. */
#define FUTURE_MEMBERS \
    CHECKED("_loop", 16), CHECKED("_callback0", 24), CHECKED("_context0", 32), CHECKED("_callbacks", 40), CHECKED("_exception", 48)
static bool is_coroutine(PyObject *object)
{
    return PyCoro_CheckExact(object) || PyGen_CheckExact(object);
}
static const struct known_member future_members[] = {FUTURE_MEMBERS};
static bool is_context(PyObject *object)
{
    return PyContext_CheckExact(object);
}
static const struct known_member task_members[] = {FUTURE_MEMBERS,
                                                   {"_coro", {MEMBER_FOUND, 0, {.fits = is_coroutine}}},
                                                   {"_context", {MEMBER_FOUND, 0, {.fits = is_context}}}};
static const struct known_member task_wakeup_members[] = {CHECKED("task", 16)};

static const struct known_member memoryview_members[] = {CHECKED("_mbuf", offsetof(PyMemoryViewObject, mbuf))};
static const struct known_member managed_buffer_members[] = {CHECKED("obj", offsetof(_PyManagedBufferObject, master.obj))};

/* Modules/_io/bytesio.c, up to 3.11 not shown by traverse. The buffer is a bytes object while the BytesIO is open. */
static PyObject *bytesio_buffer(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    PyObject *buffer = *(PyObject **)((char *)object + sizeof(PyObject));
    return buffer && PyBytes_CheckExact(buffer) ? buffer : NULL;
}
static const struct known_member bytesio_members[] = {GET("buf", bytesio_buffer)};

/*
 * Modules/_io/stringio.c, not shown by traverse: what was written since the last read, while it was only appended to. Up to 3.11 a list of
 * strings for each of two sizes (_PyAccu), then a str with room to grow in a _PyUnicodeWriter, from 3.14 on in one that stands apart.
 */
struct stringio_head {
    PyObject_HEAD
    void *block;
    Py_ssize_t position, length;
    size_t capacity;
    int state;
    PyObject *written[2];
};

static PyObject *stringio_written(PyObject *object, int which)
{
    enum { ACCUMULATING = 2 };
    const struct stringio_head *text = (const struct stringio_head *)object;
    return text->state == ACCUMULATING ? text->written[which] : NULL;
}

#if PY_VERSION_HEX >= 0x030C0000
static PyObject *stringio_text(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    PyObject *text = stringio_written(object, 0);
#if PY_VERSION_HEX >= 0x030E0000
    text = text ? *(PyObject **)text : NULL; /* the writer: its first field */
#endif
    return text && PyUnicode_CheckExact(text) ? text : NULL;
}
static const struct known_member stringio_members[] = {GET("text", stringio_text)};
#else
static PyObject *stringio_large(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    PyObject *list = stringio_written(object, 0);
    return list && PyList_CheckExact(list) ? list : NULL;
}

static PyObject *stringio_small(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    PyObject *list = stringio_written(object, 1);
    return list && PyList_CheckExact(list) ? list : NULL;
}
static const struct known_member stringio_members[] = {GET("text", stringio_large), GET("written", stringio_small)};
#endif

/* datetime.h: time and datetime are allocated without the last field if they have no tzinfo. */
struct datetime_head {
    PyObject_HEAD
    Py_hash_t hashcode;
    char hastzinfo;
};

static PyObject *datetime_tzinfo(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    /* year to microsecond: 10 bytes, and fold */
    size_t offset = (offsetof(struct datetime_head, hastzinfo) + 1 + 10 + 1 + 7) & ~(size_t)7;
    return ((struct datetime_head *)object)->hastzinfo ? *(PyObject **)((char *)object + offset) : NULL;
}

static PyObject *time_tzinfo(PyInterpreterState *interp, PyObject *object)
{
    (void)interp;
    size_t offset = (offsetof(struct datetime_head, hastzinfo) + 1 + 6 + 1 + 7) & ~(size_t)7;
    return ((struct datetime_head *)object)->hastzinfo ? *(PyObject **)((char *)object + offset) : NULL;
}
static const struct known_member datetime_members[] = {GET("tzinfo", datetime_tzinfo)};
static const struct known_member time_members[] = {GET("tzinfo", time_tzinfo)};

/* Objects/rangeobject.c: start, stop and step are PyMemberDefs, length is not. */
static const struct known_member range_members[] = {{"length", {MEMBER_FIELD, 40, {NULL}}}};

/* ---- numpy/core/include/numpy/ndarraytypes.h, PyArrayObject_fields: unchanged from 1.x to 2.x ---- */

static const struct known_member ndarray_members[] = {
    FIELD("base", struct ndarray_layout, base),
    FIELD("dtype", struct ndarray_layout, descriptor),
};

#define TYPE(type, family, members) {&type, NULL, 0, family, members, COUNT(members)}
#define PLAIN(type, family) {&type, NULL, 0, family, NULL, 0}
#define NAMED(name, basicsize, family, members) {NULL, name, basicsize, family, members, COUNT(members)}
#define NAMED_PLAIN(name, basicsize, family) {NULL, name, basicsize, family, NULL, 0}

static const struct known_type known_types[] = {
    PLAIN(PyUnicode_Type, FAMILY_STR),
    PLAIN(PyLong_Type, FAMILY_INT),
    PLAIN(PyBool_Type, FAMILY_INT),
    PLAIN(PyFloat_Type, FAMILY_FLOAT),
    PLAIN(PyBytes_Type, FAMILY_BYTES),
    PLAIN(PyByteArray_Type, FAMILY_BYTEARRAY),
    PLAIN(PyList_Type, FAMILY_LIST),
    PLAIN(PyTuple_Type, FAMILY_TUPLE),
    PLAIN(PyDict_Type, FAMILY_DICT),
    PLAIN(PyODict_Type, FAMILY_ODICT),
    PLAIN(PySet_Type, FAMILY_SET),
    PLAIN(PyFrozenSet_Type, FAMILY_SET),
    TYPE(_PyWeakref_RefType, FAMILY_WEAKREF, weakref_members),
    TYPE(_PyWeakref_ProxyType, FAMILY_WEAKREF, weakref_members),
    TYPE(_PyWeakref_CallableProxyType, FAMILY_WEAKREF, weakref_members),
    TYPE(PyCode_Type, FAMILY_CODE, code_members),
    TYPE(PyType_Type, FAMILY_TYPE, type_members),
    TYPE(PyFunction_Type, FAMILY_TRAVERSED, function_members),
    TYPE(PyCell_Type, FAMILY_TRAVERSED, cell_members),
    TYPE(PyCFunction_Type, FAMILY_TRAVERSED, builtin_members),
    TYPE(PyModule_Type, FAMILY_TRAVERSED, module_members),
    TYPE(PyTraceBack_Type, FAMILY_TRAVERSED, traceback_members),
    TYPE(PyFrame_Type, FAMILY_FRAME, frame_members),
#if PY_VERSION_HEX >= 0x030B0000
    TYPE(PyGen_Type, FAMILY_GENERATOR, generator_members),
    TYPE(PyCoro_Type, FAMILY_GENERATOR, coroutine_members),
    TYPE(PyAsyncGen_Type, FAMILY_GENERATOR, async_generator_members),
#else
    TYPE(PyGen_Type, FAMILY_TRAVERSED, generator_members),
    TYPE(PyCoro_Type, FAMILY_TRAVERSED, coroutine_members),
    TYPE(PyAsyncGen_Type, FAMILY_TRAVERSED, async_generator_members),
#endif
    TYPE(PyRange_Type, FAMILY_FIXED, range_members),
    TYPE(PyMethodDescr_Type, FAMILY_TRAVERSED, descriptor_members),
    TYPE(PyClassMethodDescr_Type, FAMILY_TRAVERSED, descriptor_members),
    TYPE(PyGetSetDescr_Type, FAMILY_TRAVERSED, descriptor_members),
    TYPE(PyMemberDescr_Type, FAMILY_TRAVERSED, descriptor_members),
    TYPE(PyWrapperDescr_Type, FAMILY_TRAVERSED, descriptor_members),
    TYPE(PyDictProxy_Type, FAMILY_TRAVERSED, mappingproxy_members),
    TYPE(PyMemoryView_Type, FAMILY_TRAVERSED, memoryview_members),
    NAMED("list_iterator", 32, FAMILY_TRAVERSED, sequence_iterator_members),
    NAMED("list_reverseiterator", 32, FAMILY_TRAVERSED, sequence_iterator_members),
    NAMED("tuple_iterator", 32, FAMILY_TRAVERSED, sequence_iterator_members),
    TYPE(PySeqIter_Type, FAMILY_TRAVERSED, sequence_iterator_members),
    TYPE(PyCallIter_Type, FAMILY_TRAVERSED, callable_iterator_members),
    NAMED("set_iterator", 24, FAMILY_TRAVERSED, set_iterator_members),
    NAMED("dict_keyiterator", 24, FAMILY_TRAVERSED, dict_iterator_members),
    NAMED("dict_valueiterator", 24, FAMILY_TRAVERSED, dict_iterator_members),
    NAMED("dict_itemiterator", 24, FAMILY_TRAVERSED, dict_iterator_members),
    TYPE(PyDictKeys_Type, FAMILY_TRAVERSED, dict_view_members),
    TYPE(PyDictValues_Type, FAMILY_TRAVERSED, dict_view_members),
    TYPE(PyDictItems_Type, FAMILY_TRAVERSED, dict_view_members),
    NAMED("enumerate", 32, FAMILY_TRAVERSED, enumerate_members),
    NAMED("reversed", 32, FAMILY_TRAVERSED, reversed_members),
    NAMED("zip", 32, FAMILY_TRAVERSED, zip_members),
    NAMED("map", 32, FAMILY_TRAVERSED, map_members),
    NAMED("filter", 32, FAMILY_TRAVERSED, filter_members),
    TYPE(PyContext_Type, FAMILY_TRAVERSED, context_members),
    TYPE(PyContextVar_Type, FAMILY_TRAVERSED, context_variable_members),
    NAMED("itertools.chain", 32, FAMILY_TRAVERSED, chain_members),
    NAMED("itertools.islice", 24, FAMILY_TRAVERSED, source_members),
    NAMED("itertools.cycle", 32, FAMILY_TRAVERSED, cycle_members),
    NAMED("itertools.repeat", 24, FAMILY_TRAVERSED, repeat_members),
    NAMED("itertools.starmap", 32, FAMILY_TRAVERSED, predicate_members),
    NAMED("itertools.takewhile", 32, FAMILY_TRAVERSED, predicate_members),
    NAMED("itertools.dropwhile", 32, FAMILY_TRAVERSED, predicate_members),
    NAMED("itertools.filterfalse", 32, FAMILY_TRAVERSED, predicate_members),
    NAMED("itertools.groupby", 32, FAMILY_TRAVERSED, groupby_members),
    NAMED("itertools.product", 24, FAMILY_TRAVERSED, product_members),
    NAMED("itertools.combinations", 24, FAMILY_TRAVERSED, combinations_members),
    NAMED("itertools.permutations", 24, FAMILY_TRAVERSED, combinations_members),
    NAMED("itertools.accumulate", 40, FAMILY_TRAVERSED, accumulate_members),
    NAMED("itertools._tee", 24, FAMILY_TRAVERSED, tee_members),
    NAMED("itertools.zip_longest", 56, FAMILY_TRAVERSED, zip_longest_members),
    NAMED("method-wrapper", 32, FAMILY_TRAVERSED, wrapper_members),
    NAMED("managedbuffer", sizeof(_PyManagedBufferObject), FAMILY_TRAVERSED, managed_buffer_members),
    NAMED("BaseException", sizeof(PyBaseExceptionObject), FAMILY_TRAVERSED, exception_members),
    NAMED("hamt", sizeof(PyHamtObject), FAMILY_TRAVERSED, hamt_members),
    NAMED_PLAIN("hamt_bitmap_node", 24, FAMILY_HAMT_PAIRS),
    NAMED_PLAIN("hamt_array_node", sizeof(struct hamt_array_layout), FAMILY_HAMT_ARRAY),
    NAMED_PLAIN("hamt_collision_node", 24, FAMILY_HAMT_PAIRS),
    NAMED_PLAIN("collections.deque", 64, FAMILY_DEQUE),
    NAMED_PLAIN("array.array", 40, FAMILY_ARRAY),
    NAMED("functools._lru_cache_wrapper", sizeof(struct lru_cache_layout), FAMILY_LRU_CACHE, lru_cache_members),
    NAMED("functools._lru_list_elem", sizeof(struct lru_link), FAMILY_FIXED, lru_link_members),
    NAMED("_thread._local", 56, FAMILY_TRAVERSED, thread_local_members),
    NAMED("_asyncio.Future", 64, FAMILY_TRAVERSED, future_members),
    NAMED("_asyncio.Task", 64, FAMILY_TRAVERSED, task_members),
    NAMED("TaskWakeupMethWrapper", 24, FAMILY_TRAVERSED, task_wakeup_members),
    NAMED("TaskStepMethWrapper", 24, FAMILY_TRAVERSED, task_wakeup_members),
    NAMED("_asyncio.TaskStepMethWrapper", 24, FAMILY_TRAVERSED, task_wakeup_members),
    NAMED("_io.BytesIO", 24, FAMILY_TRAVERSED, bytesio_members),
    NAMED("_io.StringIO", sizeof(struct stringio_head), FAMILY_TRAVERSED, stringio_members),
    NAMED("datetime.datetime", 40, FAMILY_FIXED, datetime_members),
    NAMED("datetime.time", 40, FAMILY_FIXED, time_members),
    NAMED("numpy.ndarray", 80, FAMILY_NDARRAY, ndarray_members),
};

const struct known_type *known_type_find(const PyTypeObject *type)
{
    for (size_t i = 0; i < COUNT(known_types); i++) {
        const struct known_type *known = &known_types[i];
        if (known->type ? known->type == type
                        : (size_t)type->tp_basicsize >= known->basicsize && strcmp(known->name, type->tp_name) == 0)
            return known;
    }
    return NULL;
}
