/* SPDX-License-Identifier: MIT */
/* For test_hostile_heaps.py: types whose tp_traverse is wrong in many ways, as those of a broken extension are. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *held;
} Holder;

/* The collector calls them as well: they are wrong only once this is set. */
static int armed;

static int visit_held(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Holder *)self)->held);
    return 0;
}

static int crash(PyObject *self, visitproc visit, void *arg)
{
    return armed ? *(volatile int *)(uintptr_t)0x10 : visit_held(self, visit, arg);
}

static int run_for_ever(PyObject *self, visitproc visit, void *arg)
{
    while (armed)
        ;
    return visit_held(self, visit, arg);
}

static int visit_null(PyObject *self, visitproc visit, void *arg)
{
    if (armed && visit(NULL, arg))
        return -1;
    return visit_held(self, visit, arg);
}

static int visit_nonsense(PyObject *self, visitproc visit, void *arg)
{
    for (uintptr_t address = 0x1000; armed && address < 0x1100; address += 8)
        if (visit((PyObject *)address, arg))
            return -1;
    return visit_held(self, visit, arg);
}

/* Itself, and the same thing many times over. */
static int visit_too_often(PyObject *self, visitproc visit, void *arg)
{
    for (int i = 0; armed && i < 3000; i++)
        if (visit(self, arg) || (((Holder *)self)->held && visit(((Holder *)self)->held, arg)))
            return -1;
    return visit_held(self, visit, arg);
}

static int use_much_stack(PyObject *self, visitproc visit, void *arg)
{
    volatile char much[400 * 1024];
    if (armed)
        for (size_t i = sizeof(much); i > 0; i -= 1024)
            much[i - 1] = 1;
    return visit_held(self, visit, arg);
}

static int clear(PyObject *self)
{
    Py_CLEAR(((Holder *)self)->held);
    return 0;
}

static void deallocate(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static int initialize(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    (void)keywords;
    PyObject *held;
    if (!PyArg_ParseTuple(arguments, "O", &held))
        return -1;
    Py_INCREF(held);
    Py_XSETREF(((Holder *)self)->held, held);
    return 0;
}

static int add_type(PyObject *module, const char *name, traverseproc traverse)
{
    PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse},     {Py_tp_clear, (void *)clear}, {Py_tp_dealloc, (void *)deallocate},
                           {Py_tp_init, (void *)initialize},       {0, NULL}};
    PyType_Spec spec = {.name = name, .basicsize = sizeof(Holder), .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .slots = slots};
    PyObject *type = PyType_FromSpec(&spec);
    return type ? PyModule_AddObject(module, strrchr(name, '.') + 1, type) : -1;
}

static PyObject *arm(PyObject *module, PyObject *on)
{
    (void)module;
    armed = PyObject_IsTrue(on);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"arm", arm, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "hostile_types", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_hostile_types(void)
{
    static const struct { const char *name; traverseproc traverse; } types[] = {
        {"hostile_types.Crashes", crash},       {"hostile_types.NeverEnds", run_for_ever},  {"hostile_types.VisitsNull", visit_null},
        {"hostile_types.Nonsense", visit_nonsense}, {"hostile_types.TooOften", visit_too_often}, {"hostile_types.MuchStack", use_much_stack},
    };
    PyObject *module = PyModule_Create(&definition);
    for (size_t i = 0; module && i < sizeof(types) / sizeof(types[0]); i++)
        if (add_type(module, types[i].name, types[i].traverse) < 0)
            return NULL;
    return module;
}
