/* SPDX-License-Identifier: MIT */
/*
 * The one place that knows CPython's private layouts and what changed between its versions.
 *
 * Included first, instead of Python.h. All accessors only read. The extension must be built on the interpreter that it runs in:
 * layouts changed inside minor series, so the module compares PY_VERSION_HEX with the running interpreter when it is imported.
 */
#ifndef WHOHOLDS_DUMPER_COMPAT_H
#define WHOHOLDS_DUMPER_COMPAT_H

#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#include <pthread.h>
#include <structmember.h>
#undef Py_BUILD_CORE_MODULE

#if PY_VERSION_HEX < 0x03080000
#error "whoholds supports CPython 3.8 and newer; this interpreter is older"
#elif PY_VERSION_HEX >= 0x030F0000
#error "whoholds does not know the object layouts of this CPython; it supports 3.8 to 3.14"
#endif
#ifdef Py_GIL_DISABLED
#error "whoholds does not support free-threaded builds of CPython yet"
#endif
#ifdef Py_TRACE_REFS
#error "whoholds does not support builds of CPython with Py_TRACE_REFS"
#endif
#if SIZEOF_VOID_P != 8
#error "whoholds supports 64-bit builds of CPython only"
#endif

#if PY_VERSION_HEX < 0x03090000
#include <internal/pycore_object.h>
#include <internal/pycore_pymem.h>
#include <internal/pycore_pystate.h>
#include <internal/pycore_context.h>
#include <internal/pycore_hamt.h>
#else
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_pystate.h>
#include <internal/pycore_object.h>
#include <internal/pycore_runtime.h>
#include <internal/pycore_context.h>
#include <internal/pycore_hamt.h>
#endif
#if PY_VERSION_HEX < 0x030C0000
#include <internal/pycore_pymem.h>
#endif
#if PY_VERSION_HEX >= 0x030B0000
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#endif
#if PY_VERSION_HEX >= 0x030C0000
#include <internal/pycore_typeobject.h>
#endif
#if PY_VERSION_HEX >= 0x030D0000
#include <internal/pycore_tstate.h>
#endif
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_genobject.h>
#include <internal/pycore_interpframe.h>
#endif

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- The collector ---- */

enum { COMPAT_GENERATIONS = NUM_GENERATIONS };

static inline struct _gc_runtime_state *compat_gc(PyInterpreterState *interp)
{
#if PY_VERSION_HEX < 0x03090000
    (void)interp;
    return &_PyRuntime.gc;
#else
    return &interp->gc;
#endif
}

/*
 * A generation; COMPAT_GENERATIONS is the permanent one (gc.freeze()). In 3.14 the others lie right before that one: up to 3.14.4, which collects
 * incrementally, as young and old[2], then as generations[3].
 */
static inline struct gc_generation *compat_gc_generation(struct _gc_runtime_state *gc, int generation)
{
#if PY_VERSION_HEX >= 0x030E0000
    return &gc->permanent_generation - (COMPAT_GENERATIONS - generation);
#else
    return generation == COMPAT_GENERATIONS ? &gc->permanent_generation : &gc->generations[generation];
#endif
}

static inline PyGC_Head *compat_generation(PyInterpreterState *interp, int generation)
{
    return &compat_gc_generation(compat_gc(interp), generation)->head;
}

/* Bit 0 of _gc_next is a flag while a collection is under way (gcmodule.c, NEXT_MASK_UNREACHABLE), or always (gc.c of 3.14.0, old space). */
static inline PyGC_Head *compat_gc_next(const PyGC_Head *head)
{
    return (PyGC_Head *)(head->_gc_next & ~(uintptr_t)3);
}

/* Only while no collection is under way, which counts references there. */
static inline PyGC_Head *compat_gc_previous(const PyGC_Head *head)
{
    return (PyGC_Head *)(head->_gc_prev & ~(uintptr_t)3);
}

static inline PyObject *compat_gc_object(PyGC_Head *head)
{
    return (PyObject *)(head + 1);
}

/* Only for objects for which PyObject_IS_GC holds. */
static inline bool compat_is_tracked(const PyObject *object)
{
    return ((const PyGC_Head *)object - 1)->_gc_next != 0;
}

/* Its finalizer was called. The same condition. */
static inline bool compat_is_finalized(const PyObject *object)
{
    return ((const PyGC_Head *)object - 1)->_gc_prev & _PyGC_PREV_MASK_FINALIZED;
}

static inline PyInterpreterState *compat_main_interpreter(void)
{
    return PyInterpreterState_Main();
}

/* Whether who holds the main interpreter's GIL keeps this one's threads from running. Not so while it is being made. */
static inline bool compat_shares_gil(const PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030C0000
    return interp->ceval.gil && interp->ceval.gil == compat_main_interpreter()->ceval.gil;
#else
    (void)interp;
    return true;
#endif
}

/* 3.8 has one collector for all interpreters. */
static inline bool compat_has_collector(const PyInterpreterState *interp)
{
    return PY_VERSION_HEX >= 0x03090000 || interp == compat_main_interpreter();
}

/*
 * Keeps interpreters from being made and freed, if others than ours may run. Never waits for who may want our GIL: false if it takes too long,
 * which who holds the lock for a few instructions never makes it take.
 */
static inline bool compat_lock_interpreters(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    for (int i = 0; i < 1000; i++) {
        uint8_t unlocked = 0;
        if (__atomic_compare_exchange_n(&_PyRuntime.interpreters.mutex._bits, &unlocked, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
        sched_yield();
    }
    return false;
#elif PY_VERSION_HEX >= 0x030C0000
    return PyThread_acquire_lock_timed(_PyRuntime.interpreters.mutex, 10000, 0) == PY_LOCK_ACQUIRED;
#else
    return true;
#endif
}

static inline void compat_unlock_interpreters(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyMutex_Unlock(&_PyRuntime.interpreters.mutex);
#elif PY_VERSION_HEX >= 0x030C0000
    PyThread_release_lock(_PyRuntime.interpreters.mutex);
#endif
}

/* The newest interpreter; the main one is the last of the list. */
static inline PyInterpreterState *compat_first_interpreter(void)
{
    return _PyRuntime.interpreters.head;
}

/* ---- Reference counts ---- */

static inline bool compat_is_immortal(const PyObject *object)
{
#if PY_VERSION_HEX >= 0x030C0000
    return (int32_t)object->ob_refcnt < 0;
#elif PY_VERSION_HEX >= 0x030B0000
    /* Deep-frozen objects start at _PyObject_IMMORTAL_REFCNT and are counted like others from there. */
    return object->ob_refcnt > 999999999 / 2;
#else
    (void)object;
    return false;
#endif
}

static inline uint64_t compat_refcount(const PyObject *object)
{
#if PY_VERSION_HEX >= 0x030C0000
    return (uint32_t)object->ob_refcnt;
#else
    return (uint64_t)object->ob_refcnt;
#endif
}

/* Bytes in front of an object: the collector's head and the pointers of managed dicts and weak references. */
static inline size_t compat_preheader(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    return _PyType_HasFeature(type, Py_TPFLAGS_PREHEADER) ? 2 * sizeof(PyObject *) : 0;
#elif PY_VERSION_HEX >= 0x030B0000
    return PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT) ? 2 * sizeof(PyObject *) : 0;
#else
    (void)type;
    return 0;
#endif
}

/* ---- Dictionaries: Objects/dictobject.c ---- */

#if PY_VERSION_HEX < 0x030B0000
/* Objects/dict-common.h, the same in 3.8, 3.9 and 3.10. */
struct _dictkeysobject {
    Py_ssize_t dk_refcnt;
    Py_ssize_t dk_size;
    void *dk_lookup;
    Py_ssize_t dk_usable;
    Py_ssize_t dk_nentries;
    char dk_indices[];
};
typedef struct {
    Py_hash_t me_hash;
    PyObject *me_key;
    PyObject *me_value;
} PyDictKeyEntry;

static inline size_t compat_index_bytes(const struct _dictkeysobject *keys)
{
    if (keys->dk_size <= 0xff)
        return (size_t)keys->dk_size;
    if (keys->dk_size <= 0xffff)
        return (size_t)keys->dk_size * 2;
    return (size_t)keys->dk_size * (keys->dk_size <= 0xffffffff ? 4 : 8);
}
#endif

/* The entries of a keys object, whatever their kind: entry i is at entries + i * stride; its value (combined tables) right after
 * its key. */
struct compat_entries {
    const char *first_key;
    size_t stride;
    Py_ssize_t count; /* used entries, deleted ones included */
};

static inline struct compat_entries compat_dict_entries(const struct _dictkeysobject *keys)
{
#if PY_VERSION_HEX >= 0x030B0000
    const char *entries = keys->dk_indices + ((size_t)1 << keys->dk_log2_index_bytes);
    if (keys->dk_kind != DICT_KEYS_GENERAL)
        return (struct compat_entries){entries, sizeof(PyDictUnicodeEntry), keys->dk_nentries};
#else
    const char *entries = keys->dk_indices + compat_index_bytes(keys);
#endif
    return (struct compat_entries){entries + offsetof(PyDictKeyEntry, me_key), sizeof(PyDictKeyEntry), keys->dk_nentries};
}

/* Bytes of a keys object. */
static inline size_t compat_keys_bytes(const struct _dictkeysobject *keys)
{
#if PY_VERSION_HEX >= 0x030B0000
    size_t usable = (size_t)((DK_SIZE(keys) << 1) / 3);
    size_t entry = keys->dk_kind == DICT_KEYS_GENERAL ? sizeof(PyDictKeyEntry) : sizeof(PyDictUnicodeEntry);
    return sizeof(struct _dictkeysobject) + ((size_t)1 << keys->dk_log2_index_bytes) + usable * entry;
#else
    size_t usable = (size_t)((keys->dk_size << 1) / 3);
    return sizeof(struct _dictkeysobject) + compat_index_bytes(keys) + usable * sizeof(PyDictKeyEntry);
#endif
}

/* Entries for which a keys object has room. */
static inline uint64_t compat_keys_capacity(const struct _dictkeysobject *keys)
{
    return (uint64_t)(keys->dk_nentries + keys->dk_usable);
}

/* The values of a split table, NULL for a combined one. */
static inline PyObject **compat_split_values(const PyDictObject *dict)
{
#if PY_VERSION_HEX >= 0x030B0000
    return dict->ma_values ? dict->ma_values->values : NULL;
#else
    return dict->ma_values;
#endif
}

/* 3.13: the values are embedded in the instance whose __dict__ this is; the instance writes them. */
static inline bool compat_values_embedded(const PyDictObject *dict)
{
#if PY_VERSION_HEX >= 0x030D0000
    return dict->ma_values && dict->ma_values->embedded;
#else
    (void)dict;
    return false;
#endif
}

/* Bytes of an instance's values for shared keys (without the object). */
static inline size_t compat_values_bytes(const struct _dictkeysobject *keys)
{
#if PY_VERSION_HEX >= 0x030D0000
    size_t capacity = (size_t)compat_keys_capacity(keys);
    return ((capacity + 7) & ~(size_t)7) + (capacity + 1) * sizeof(PyObject *); /* pycore_dict.h, _PyInlineValuesSize */
#elif PY_VERSION_HEX >= 0x030B0000
    size_t capacity = (size_t)compat_keys_capacity(keys);
    return ((capacity + 2 + 7) & ~(size_t)7) + capacity * sizeof(PyObject *); /* dictobject.c, new_values */
#else
    return (size_t)((keys->dk_size << 1) / 3) * sizeof(PyObject *);
#endif
}

/*
 * The table of interned strings. Its references are not counted in its strings' reference counts: it holds them weakly. Only 3.14 shows it to
 * the collector.
 */
static inline PyObject *compat_interned_strings(PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030C0000
    return interp->cached_objects.interned_strings;
#else
    (void)interp;
    return NULL;
#endif
}

/* ---- Instances ---- */

static inline struct _dictkeysobject *compat_shared_keys(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) ? ((PyHeapTypeObject *)type)->ht_cached_keys : NULL;
}

/* True if instances may keep their attributes as bare values, named by the type's shared keys. */
static inline bool compat_has_inline_values(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030D0000
    return PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES) && compat_shared_keys(type);
#elif PY_VERSION_HEX >= 0x030B0000
    return PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT) && compat_shared_keys(type);
#else
    (void)type;
    return false;
#endif
}

/* The bare values of an instance of a type with compat_has_inline_values; NULL if it keeps them in a dict. */
static inline PyObject **compat_inline_values(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030D0000
    /* In 3.13 only types that add nothing to object have them. */
    size_t offset = PY_VERSION_HEX >= 0x030E0000 ? (size_t)Py_TYPE(object)->tp_basicsize : sizeof(PyObject);
    PyDictValues *values = (PyDictValues *)((char *)object + offset);
    return values->valid ? values->values : NULL;
#elif PY_VERSION_HEX >= 0x030C0000
    PyDictOrValues managed = *(((PyDictOrValues *)object) - 3);
    return _PyDictOrValues_IsValues(managed) ? _PyDictOrValues_GetValues(managed)->values : NULL;
#elif PY_VERSION_HEX >= 0x030B0000
    PyDictValues *values = *(((PyDictValues **)object) - 4);
    return values ? values->values : NULL;
#else
    (void)object;
    return NULL;
#endif
}

static inline bool compat_has_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030B0000
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT))
        return true;
#endif
    return type->tp_dictoffset != 0;
}

/* The instance's __dict__ as it stands, NULL if it has none (yet). Does not make one, as _PyObject_GetDictPtr would. */
static inline PyObject *compat_instance_dict(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
#if PY_VERSION_HEX >= 0x030D0000
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT))
        return (PyObject *)_PyObject_ManagedDictPointer(object)->dict;
#elif PY_VERSION_HEX >= 0x030C0000
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
        PyDictOrValues managed = *(((PyDictOrValues *)object) - 3);
        return _PyDictOrValues_IsValues(managed) ? NULL : managed.dict;
    }
#elif PY_VERSION_HEX >= 0x030B0000
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT))
        return *(((PyObject **)object) - 3);
#endif
    Py_ssize_t offset = type->tp_dictoffset;
    if (offset < 0) { /* behind the items of a variable-size object: object.c, _PyObject_GetDictPtr */
#if PY_VERSION_HEX >= 0x030C0000
        Py_ssize_t items = PyType_FastSubclass(type, Py_TPFLAGS_LONG_SUBCLASS)
                               ? (Py_ssize_t)(((PyLongObject *)object)->long_value.lv_tag >> 3)
                               : Py_SIZE(object);
#else
        Py_ssize_t items = Py_SIZE(object);
#endif
        offset += (Py_ssize_t)_PyObject_VAR_SIZE(type, items < 0 ? -items : items);
    }
    return offset > 0 ? *(PyObject **)((char *)object + offset) : NULL;
}

/* ---- Types ---- */

#if PY_VERSION_HEX >= 0x030D0000
static inline managed_static_type_state *compat_static_type(PyInterpreterState *interp, PyTypeObject *type)
{
    /* typeobject.c, managed_static_type_state_get: tp_subclasses is an index + 1; extension types have an array of their own. */
    size_t index = (size_t)type->tp_subclasses;
    if (!(type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN) || index == 0)
        return NULL;
    managed_static_type_state *state = NULL;
    if (index <= _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES)
        state = &interp->types.builtins.initialized[index - 1];
    if (state && state->type == type)
        return state;
    if (index <= _Py_MAX_MANAGED_STATIC_EXT_TYPES)
        state = &interp->types.for_extensions.initialized[index - 1];
    return state && state->type == type ? state : NULL;
}
#elif PY_VERSION_HEX >= 0x030C0000
static inline static_builtin_state *compat_static_type(PyInterpreterState *interp, PyTypeObject *type)
{
    size_t index = (size_t)type->tp_subclasses;
    if (!(type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN) || index == 0 || index > _Py_MAX_STATIC_BUILTIN_TYPES)
        return NULL;
    static_builtin_state *state = &interp->types.builtins[index - 1];
    return state->type == type ? state : NULL;
}
#endif

/* 3.12+: static built-in types keep these two per interpreter. */
static inline PyObject *compat_type_dict(PyInterpreterState *interp, PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN)
        return compat_static_type(interp, type) ? compat_static_type(interp, type)->tp_dict : NULL;
#else
    (void)interp;
#endif
    return type->tp_dict;
}

static inline PyObject *compat_type_subclasses(PyInterpreterState *interp, PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN)
        return compat_static_type(interp, type) ? compat_static_type(interp, type)->tp_subclasses : NULL;
#else
    (void)interp;
#endif
    return (PyObject *)type->tp_subclasses;
}

static inline PyObject *compat_type_module(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x03090000
    return ((PyHeapTypeObject *)type)->ht_module;
#else
    (void)type;
    return NULL;
#endif
}

/* 3.9+: tp_traverse of an instance of a heap type visits the type itself (bpo-40217). */
enum { COMPAT_TRAVERSE_VISITS_TYPE = PY_VERSION_HEX >= 0x03090000 };

/* ---- Integers ---- */

static inline size_t compat_long_digits(const PyObject *object, const digit **ret_digits, bool *ret_negative)
{
    const PyLongObject *number = (const PyLongObject *)object;
#if PY_VERSION_HEX >= 0x030C0000
    *ret_digits = number->long_value.ob_digit;
    *ret_negative = (number->long_value.lv_tag & 3) == 2;
    return number->long_value.lv_tag >> 3;
#else
    Py_ssize_t size = Py_SIZE(number);
    *ret_digits = number->ob_digit;
    *ret_negative = size < 0;
    return (size_t)(size < 0 ? -size : size);
#endif
}

static inline size_t compat_long_bytes(const PyObject *object)
{
    const digit *digits;
    bool negative;
    size_t count = compat_long_digits(object, &digits, &negative);
#if PY_VERSION_HEX >= 0x030B0000
    if (count == 0)
        count = 1; /* longobject.c, int___sizeof___impl */
#endif
    return (size_t)((const char *)digits - (const char *)object) + count * sizeof(digit);
}

/* ---- Code objects ---- */

static inline const void *compat_bytecode(const PyCodeObject *code, size_t *ret_length)
{
#if PY_VERSION_HEX >= 0x030B0000
    *ret_length = (size_t)Py_SIZE(code) * sizeof(_Py_CODEUNIT);
    return code->co_code_adaptive;
#else
    bool bytes = code->co_code && PyBytes_Check(code->co_code);
    *ret_length = bytes ? (size_t)PyBytes_GET_SIZE(code->co_code) : 0;
    return bytes ? PyBytes_AS_STRING(code->co_code) : NULL;
#endif
}

static inline PyObject *compat_line_table(const PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030A0000
    return code->co_linetable;
#else
    return code->co_lnotab;
#endif
}

static inline uint16_t compat_warmup(const PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
    return (uint16_t)code->co_warmup;
#else
    (void)code; /* 3.12 and newer count in the instructions' caches */
    return 0;
#endif
}

/* ---- Frames ---- */

/* What a place of a frame holds. 3.14 marks places that are borrowed from another one, which is sure to outlive them. */
#if PY_VERSION_HEX >= 0x030E0000
typedef _PyStackRef compat_slot;
#else
typedef PyObject *compat_slot;
#endif

/* One frame of a thread, or the frame of a generator. */
struct compat_frame {
    const void *address;       /* of the frame object or interpreter frame: the next call's starting point */
    PyObject *object;          /* what stands for it in the snapshot: frame object (to 3.10), generator (3.11+), or NULL */
    PyCodeObject *code;
    PyObject *function, *locals_dict, *frame_object; /* 3.11+: what the interpreter frame itself holds */
    const compat_slot *slots;  /* locals, cells, free variables, then temporaries */
    size_t variable_count, slot_count;
    int instruction;           /* byte offset, -1 before the first */
};

#if PY_VERSION_HEX >= 0x030E0000
static inline PyObject *compat_slot_object(compat_slot slot)
{
    return PyStackRef_IsNull(slot) || PyStackRef_IsTaggedInt(slot) ? NULL : PyStackRef_AsPyObjectBorrow(slot);
}

/* A borrowed temporary repeats a variable of the same frame and is not counted: it is left out. */
static inline PyObject *compat_frame_slot(const struct compat_frame *frame, size_t index)
{
    PyObject *object = compat_slot_object(frame->slots[index]);
    bool borrowed = !PyStackRef_RefcountOnObject(frame->slots[index]);
    return object && index >= frame->variable_count && borrowed && !compat_is_immortal(object) ? NULL : object;
}
#else
static inline PyObject *compat_slot_object(compat_slot slot)
{
    return slot;
}

static inline PyObject *compat_frame_slot(const struct compat_frame *frame, size_t index)
{
    return frame->slots[index];
}
#endif

#if PY_VERSION_HEX >= 0x030B0000

static inline PyCodeObject *compat_iframe_code(const _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *code = compat_slot_object(frame->f_executable);
    return code && Py_TYPE(code) == &PyCode_Type ? (PyCodeObject *)code : NULL;
#else
    return frame->f_code;
#endif
}

/* While a frame runs its stack top is not stored: then only the variables count. */
static inline size_t compat_iframe_slot_count(const _PyInterpreterFrame *frame, const PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030E0000
    ptrdiff_t stack_top = frame->stackpointer ? frame->stackpointer - frame->localsplus : -1;
#else
    int stack_top = frame->stacktop;
#endif
    int limit = code->co_nlocalsplus + code->co_stacksize;
    return (size_t)(stack_top >= code->co_nlocalsplus && stack_top <= limit ? stack_top : code->co_nlocalsplus);
}

static inline const void *compat_iframe_instruction_pointer(const _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    return frame->instr_ptr;
#else
    return frame->prev_instr;
#endif
}

static inline int compat_iframe_instruction(const _PyInterpreterFrame *frame, const PyCodeObject *code)
{
    return (int)((const char *)compat_iframe_instruction_pointer(frame) - (const char *)code->co_code_adaptive);
}

static inline const _PyInterpreterFrame *compat_skip_c_frames(const _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030E0000
    while (frame && frame->owner >= FRAME_OWNED_BY_INTERPRETER)
        frame = frame->previous;
#elif PY_VERSION_HEX >= 0x030C0000
    while (frame && frame->owner == FRAME_OWNED_BY_CSTACK)
        frame = frame->previous;
#endif
    return frame;
}

static inline bool compat_describe_frame(const _PyInterpreterFrame *frame, struct compat_frame *ret)
{
    *ret = (struct compat_frame){.address = frame, .code = compat_iframe_code(frame)};
    if (!ret->code)
        return false;
#if PY_VERSION_HEX >= 0x030E0000
    ret->function = compat_slot_object(frame->f_funcobj);
#elif PY_VERSION_HEX >= 0x030C0000
    ret->function = frame->f_funcobj;
#else
    ret->function = (PyObject *)frame->f_func;
#endif
    ret->locals_dict = frame->f_locals;
    ret->frame_object = (PyObject *)frame->frame_obj;
    ret->slots = (const compat_slot *)frame->localsplus;
    ret->variable_count = (size_t)ret->code->co_nlocalsplus;
    ret->slot_count = compat_iframe_slot_count(frame, ret->code);
    ret->instruction = compat_iframe_instruction(frame, ret->code);
    if (frame->owner == FRAME_OWNED_BY_GENERATOR)
        ret->object = (PyObject *)((char *)frame - offsetof(PyGenObject, gi_iframe));
    return true;
}

static inline const void *compat_top_frame(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030D0000
    return compat_skip_c_frames(tstate->current_frame);
#else
    return compat_skip_c_frames(tstate->cframe ? tstate->cframe->current_frame : NULL);
#endif
}

static inline const void *compat_next_frame(const void *frame)
{
    return compat_skip_c_frames(((const _PyInterpreterFrame *)frame)->previous);
}

/* The frame inside a generator or coroutine; false if it has finished. */
static inline bool compat_generator_frame(PyObject *generator, struct compat_frame *ret)
{
    PyGenObject *gen = (PyGenObject *)generator;
    if (gen->gi_frame_state >= FRAME_COMPLETED)
        return false;
#if PY_VERSION_HEX >= 0x030E0000
    return compat_describe_frame(&gen->gi_iframe, ret);
#else
    return compat_describe_frame((const _PyInterpreterFrame *)gen->gi_iframe, ret);
#endif
}

/* The code of a generator or coroutine. 3.12 and 3.13 forget it when it has finished. */
static inline PyCodeObject *compat_generator_code(PyObject *generator)
{
#if PY_VERSION_HEX >= 0x030E0000
    return compat_iframe_code(&((PyGenObject *)generator)->gi_iframe);
#elif PY_VERSION_HEX >= 0x030C0000
    struct compat_frame frame;
    return compat_generator_frame(generator, &frame) ? frame.code : NULL;
#else
    return ((PyGenObject *)generator)->gi_code;
#endif
}

/* The frame inside a frame object, once the thread has left it. */
static inline bool compat_owned_frame(PyObject *object, struct compat_frame *ret)
{
    const _PyInterpreterFrame *frame = ((PyFrameObject *)object)->f_frame;
    if (!frame || frame->owner != FRAME_OWNED_BY_FRAME_OBJECT)
        return false;
    return compat_describe_frame(frame, ret);
}

#else

static inline size_t compat_frame_variables(const PyCodeObject *code)
{
    return (size_t)(code->co_nlocals + PyTuple_GET_SIZE(code->co_cellvars) + PyTuple_GET_SIZE(code->co_freevars));
}

static inline size_t compat_frame_temporaries(const PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030A0000
    return frame->f_stackdepth > 0 ? (size_t)frame->f_stackdepth : 0;
#else
    return frame->f_stacktop ? (size_t)(frame->f_stacktop - frame->f_valuestack) : 0;
#endif
}

static inline bool compat_describe_frame(const PyFrameObject *frame, struct compat_frame *ret)
{
    *ret = (struct compat_frame){.address = frame, .object = (PyObject *)frame, .code = frame->f_code};
    if (!ret->code)
        return false;
    ret->slots = (const compat_slot *)frame->f_localsplus;
    ret->variable_count = compat_frame_variables(frame->f_code);
    ret->slot_count = ret->variable_count + compat_frame_temporaries(frame);
    ret->instruction = frame->f_lasti * (PY_VERSION_HEX >= 0x030A0000 ? 2 : 1);
    return true;
}

static inline const void *compat_top_frame(PyThreadState *tstate)
{
    return tstate->frame;
}

static inline const void *compat_next_frame(const void *frame)
{
    return ((const PyFrameObject *)frame)->f_back;
}

static inline bool compat_owned_frame(PyObject *object, struct compat_frame *ret)
{
    return compat_describe_frame((PyFrameObject *)object, ret);
}

#endif

/* ---- The allocator: Objects/obmalloc.c ---- */

struct compat_pymalloc {
    uint64_t arena_bytes, blocks;       /* 0: not known */
    uint64_t header_bytes, free_bytes;  /* of the arenas: pools' headers and ends; blocks and pools that were used before and are free */
};

#if defined(WITH_PYMALLOC) && PY_VERSION_HEX >= 0x030C0000
static inline void compat_add_pool(const struct pool_header *pool, struct compat_pymalloc *ret)
{
    uint64_t size = pool->szidx < 32 ? INDEX2SIZE(pool->szidx) : 0, room = POOL_SIZE - POOL_OVERHEAD;
    if (pool->ref.count == 0 || size == 0 || (uint64_t)pool->ref.count * size > room) {
        ret->free_bytes += POOL_SIZE;
        return;
    }
    ret->header_bytes += POOL_OVERHEAD + room % size;
    ret->free_bytes += (room / size - pool->ref.count) * size;
}

/* Pools behind pool_address have never been touched. */
static inline void compat_add_arena(const struct arena_object *arena, struct compat_pymalloc *ret)
{
    uintptr_t pool = (arena->address + POOL_SIZE - 1) & ~(uintptr_t)(POOL_SIZE - 1);
    ret->arena_bytes += ARENA_SIZE;
    for (; pool < (uintptr_t)arena->pool_address; pool += POOL_SIZE)
        compat_add_pool((const struct pool_header *)pool, ret);
}
#endif

/* False if the interpreter was built without it. The process may still use another allocator: then all is 0. */
static inline bool compat_pymalloc(PyInterpreterState *interp, struct compat_pymalloc *ret)
{
    *ret = (struct compat_pymalloc){0};
#ifndef WITH_PYMALLOC
    (void)interp;
    return false;
#elif PY_VERSION_HEX >= 0x030C0000
#if PY_VERSION_HEX >= 0x030D0000
    const struct _obmalloc_mgmt *mgmt = interp->obmalloc ? &interp->obmalloc->mgmt : NULL;
#else
    const struct _obmalloc_mgmt *mgmt = &interp->obmalloc.mgmt;
#endif
    for (uint32_t i = 0; mgmt && i < mgmt->maxarenas; i++)
        if (mgmt->arenas[i].address)
            compat_add_arena(&mgmt->arenas[i], ret);
    return true;
#else
    (void)interp;
    ret->blocks = (uint64_t)_Py_GetAllocatedBlocks(); /* reads the pools' headers, takes no lock */
    return true;
#endif
}

/* ---- Threads ---- */

static inline PyThreadState *compat_first_thread(PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030B0000
    return interp->threads.head;
#else
    return interp->tstate_head;
#endif
}

/* The thread state that holds the GIL, NULL if there is none. */
static inline PyThreadState *compat_current_thread(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return PyThreadState_GetUnchecked();
#else
    return _PyThreadState_UncheckedGet();
#endif
}

static inline unsigned long compat_native_thread(const PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030B0000
    return tstate->native_thread_id;
#else
    (void)tstate;
    return 0;
#endif
}

static inline unsigned long compat_main_thread(void)
{
    return _PyRuntime.main_thread;
}

/* ---- The GIL: Python/ceval_gil.{h,c} ---- */

static inline struct _gil_runtime_state *compat_gil(PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030C0000
    return interp->ceval.gil;
#else
    (void)interp;
    return &_PyRuntime.ceval.gil;
#endif
}

/* While it is locked, no thread can take the GIL or let go of it. */
static inline void compat_gil_lock(PyInterpreterState *interp)
{
    pthread_mutex_lock(&compat_gil(interp)->mutex);
}

static inline void compat_gil_unlock(PyInterpreterState *interp)
{
    pthread_mutex_unlock(&compat_gil(interp)->mutex);
}

/* Who has it; NULL: nobody. */
static inline PyThreadState *compat_gil_holder(PyInterpreterState *interp)
{
    struct _gil_runtime_state *gil = compat_gil(interp);
#if PY_VERSION_HEX >= 0x030D0000
    int locked = __atomic_load_n(&gil->locked, __ATOMIC_SEQ_CST);
    return locked == 1 ? __atomic_load_n(&gil->last_holder, __ATOMIC_SEQ_CST) : NULL;
#else
    return _Py_atomic_load(&gil->locked) == 1 ? (PyThreadState *)_Py_atomic_load(&gil->last_holder) : NULL;
#endif
}

static inline PyObject *compat_import_modules(PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030C0000
    return interp->imports.modules;
#else
    return interp->modules;
#endif
}

static inline PyObject *compat_importlib(PyInterpreterState *interp)
{
#if PY_VERSION_HEX >= 0x030C0000
    return interp->imports.importlib;
#else
    return interp->importlib;
#endif
}

#endif
