/* SPDX-License-Identifier: MIT */
/* For pause_bench.py: what the collector tracks and what that refers to, counted and nothing else. Built for the interpreter that it runs in. */
#define PY_SSIZE_T_CLEAN
#include "compat.h"

static int count(PyObject *object, void *context)
{
    (void)object;
    ++*(long *)context;
    return 0;
}

__attribute__((visibility("default"))) long count_only(long *ret_references);

long count_only(long *ret_references)
{
    PyInterpreterState *interp = compat_main_interpreter();
    long objects = 0;
    *ret_references = 0;
    for (int generation = 0; generation <= COMPAT_GENERATIONS; generation++) {
        PyGC_Head *head = compat_generation(interp, generation);
        for (PyGC_Head *node = compat_gc_next(head); node != head; node = compat_gc_next(node), objects++) {
            PyObject *object = compat_gc_object(node);
            Py_TYPE(object)->tp_traverse(object, count, ret_references);
        }
    }
    return objects;
}
