/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that the data flow gives a meaning to: numbered alike in every code_index, from 1. */
#ifndef WHOHOLDS_LIB_KNOWN_NAMES_H
#define WHOHOLDS_LIB_KNOWN_NAMES_H

#define KNOWN_NAMES(X) \
    X(GET, "get") X(SETDEFAULT, "setdefault") X(VALUES, "values") X(ITEMS, "items") X(POP, "pop") X(GETITEM, "__getitem__") \
    X(LIST, "list") X(TUPLE, "tuple") X(SORTED, "sorted") X(REVERSED, "reversed") X(ITER, "iter") X(ENUMERATE, "enumerate") \
    X(SUPER, "super") X(SETATTR, "setattr") X(GETATTR, "getattr") X(GLOBALS, "globals") X(INIT, "__init__") \
    X(DICT, "__dict__") X(CLASS, "__class__") X(CAST, "cast") X(TYPE, "type") \
    X(VARS, "vars") X(TRACEBACK, "__traceback__") X(ANY_ATTRIBUTE, "getattr(…)") X(LEN, "len") X(SETITEM, "__setitem__") X(IADD, "__iadd__") X(IOR, "__ior__") X(CALL, "__call__") X(SET, "set") X(NEW, "__new__") X(NAME, "__name__")

enum known_name {
    NAME_OF_NOTHING,
#define X(identifier, text) NAME_##identifier,
    KNOWN_NAMES(X)
#undef X
    KNOWN_NAME_COUNT
};

#endif
