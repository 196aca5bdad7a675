/* SPDX-License-Identifier: MIT */
#include "compat.h"

#include "program.h"

#include <stdbool.h>
#include <string.h>

#include "types.h"

/* Room that a name leaves in a file name for the rest of the pattern. */
enum { NAME_LENGTH_MAX = 100 };

static int encode(Py_UCS4 point, char *to)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xC0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char)(0xE0 | point >> 12);
        to[1] = (char)(0x80 | (point >> 6 & 0x3F));
        to[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | point >> 18);
    to[1] = (char)(0x80 | (point >> 12 & 0x3F));
    to[2] = (char)(0x80 | (point >> 6 & 0x3F));
    to[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

static bool is_text(PyObject *object)
{
    if (!object || !PyUnicode_Check(object))
        return false;
#if PY_VERSION_HEX < 0x030C0000
    return PyUnicode_IS_READY(object);
#else
    return true;
#endif
}

/* PyUnicode_AsUTF8 would leave a copy behind in the object. */
static void copy_text(PyObject *text, char *to, size_t capacity)
{
    size_t length = 0;
    if (is_text(text)) {
        for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); i++) {
            char bytes[4];
            size_t more = (size_t)encode(PyUnicode_READ_CHAR(text, i), bytes);
            if (more >= capacity - length)
                break;
            memcpy(to + length, bytes, more);
            length += more;
        }
    }
    to[length] = '\0';
}

/* PySys_GetObject would make a str of the name. */
static PyObject *sys_variable(const char *name)
{
    return types_dict_value(PyInterpreterState_Main()->sysdict, name);
}

static PyObject *first_argument(void)
{
    PyObject *arguments = sys_variable("argv");
    if (!arguments || !PyList_Check(arguments) || PyList_GET_SIZE(arguments) == 0)
        return NULL;
    return PyList_GET_ITEM(arguments, 0);
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* `python -m package` runs package/__main__.py: the package is the program. */
static void name_component(const char *path, const char **start, size_t *length)
{
    static const char main_file[] = "__main__.py";
    *start = last_component(path);
    *length = strlen(*start);
    if (strcmp(*start, main_file) == 0 && *start - path > 1) {
        const char *end = *start - 1;
        *start = end;
        while (*start > path && (*start)[-1] != '/')
            (*start)--;
        *length = (size_t)(end - *start);
    } else if (*length > 3 && strcmp(*start + *length - 3, ".py") == 0) {
        *length -= 3;
    }
}

static void make_name(const char *path, char *name)
{
    const char *start;
    size_t length;
    name_component(path, &start, &length);
    if (length > NAME_LENGTH_MAX) {
        length = NAME_LENGTH_MAX;
        while (length > 0 && ((unsigned char)start[length] & 0xC0) == 0x80) /* not through a character */
            length--;
    }
    if (length == 0 || start[0] == '-') { /* interactive, -c, -m */
        strcpy(name, "python");
        return;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)start[i];
        name[i] = byte < ' ' || byte == 0x7F ? '_' : start[i];
    }
    name[length] = '\0';
}

void program_read(struct program *ret)
{
    copy_text(first_argument(), ret->path, sizeof(ret->path));
    make_name(ret->path, ret->name);
    if (ret->path[0] == '\0' || ret->path[0] == '-')
        copy_text(sys_variable("executable"), ret->path, sizeof(ret->path));
}
