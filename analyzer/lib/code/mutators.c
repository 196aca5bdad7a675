/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/mutators.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct known_type { const char *module, *name; unsigned families; };

static const struct known_type known_types[] = {
    {"builtins", "list", FAMILY_LIST},
    {"builtins", "dict", FAMILY_DICT},
    {"builtins", "set", FAMILY_SET},
    {"collections", "deque", FAMILY_DEQUE},
    {"builtins", "bytearray", FAMILY_BYTES},
    {"array", "array", FAMILY_ARRAY},
    {"_queue", "SimpleQueue", FAMILY_QUEUE},
    {"_io", "BytesIO", FAMILY_STREAM},
    {"_io", "StringIO", FAMILY_STREAM},
    {"functools", "_lru_cache_wrapper", FAMILY_MEMO},
    {"_asyncio", "Future", FAMILY_FUTURE},
    {"_asyncio", "Task", FAMILY_FUTURE},
    {"_pickle", "Pickler", FAMILY_PICKLER},
    {"_pickle", "Unpickler", FAMILY_PICKLER},
    {"builtins", "tuple", FAMILY_FIXED},
    {"builtins", "frozenset", FAMILY_FIXED},
    {"builtins", "str", FAMILY_FIXED},
    {"builtins", "bytes", FAMILY_FIXED},
};

enum { BASES_MAX = 64 };

static unsigned family_of_known(const struct heap_type *type)
{
    for (unsigned i = 0; i < COUNT(known_types); i++)
        if (span_is(type->name, known_types[i].name) && span_is(type->module, known_types[i].module))
            return known_types[i].families;
    return 0;
}

unsigned family_of_type(const struct heap *heap, uint32_t type)
{
    unsigned own = 0;
    for (unsigned depth = 0; type != TYPE_NONE && depth < BASES_MAX; depth++, type = heap->types[type].base) {
        unsigned families = family_of_known(&heap->types[type]);
        if (families)
            return families | own;
        own = FAMILY_INSTANCE;
    }
    return FAMILY_INSTANCE;
}

/* A name that means this only of these families: an instance of unknown making that has such a method need not keep anything. */
enum { FAMILY_OWN = 1 << 30 };

struct mutator { const char *name; unsigned families; };

static const struct mutator methods[] = {
    {"append", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"extend", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"insert", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"appendleft", FAMILY_DEQUE},
    {"extendleft", FAMILY_DEQUE},
    {"add", FAMILY_SET},
    {"update", FAMILY_SET | FAMILY_DICT},
    {"symmetric_difference_update", FAMILY_SET},
    {"setdefault", FAMILY_DICT},
    {"subtract", FAMILY_DICT},
    {"__setitem__", FAMILY_LIST | FAMILY_DICT | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"__missing__", FAMILY_DICT},
    {"__iadd__", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"__ior__", FAMILY_DICT | FAMILY_SET},
    {"frombytes", FAMILY_ARRAY},
    {"fromlist", FAMILY_ARRAY},
    {"fromfile", FAMILY_ARRAY},
    {"put", FAMILY_QUEUE},
    {"put_nowait", FAMILY_QUEUE},
    {"write", FAMILY_STREAM},
    {"writelines", FAMILY_STREAM},
    {"add_done_callback", FAMILY_FUTURE | FAMILY_OWN},
    {"dump", FAMILY_PICKLER | FAMILY_OWN},
    {"load", FAMILY_PICKLER | FAMILY_OWN},
    {"push", 0},
    {"register", 0},
    {"__setattr__", 0},
};

static const struct mutator functions[] = {
    {"heappush", FAMILY_LIST},    {"heappushpop", FAMILY_LIST}, {"heapreplace", FAMILY_LIST},
    {"insort", FAMILY_LIST},      {"insort_left", FAMILY_LIST}, {"insort_right", FAMILY_LIST},
    {"setitem", FAMILY_LIST | FAMILY_DICT | FAMILY_BYTES | FAMILY_ARRAY},
    {"iadd", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"iconcat", FAMILY_LIST | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"ior", FAMILY_DICT | FAMILY_SET},
};

static const struct mutator removals[] = {
    {"pop", FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"popitem", FAMILY_DICT},
    {"popleft", FAMILY_DEQUE},
    {"clear", FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE | FAMILY_BYTES},
    {"remove", FAMILY_LIST | FAMILY_SET | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY},
    {"discard", FAMILY_SET},
    {"difference_update", FAMILY_SET},
    {"intersection_update", FAMILY_SET},
    {"get", FAMILY_QUEUE | FAMILY_OWN},
    {"get_nowait", FAMILY_QUEUE | FAMILY_OWN},
    {"truncate", FAMILY_STREAM},
    {"cache_clear", FAMILY_MEMO},
    {"heappop", FAMILY_LIST},
    {"heappushpop", FAMILY_LIST},
    {"heapreplace", FAMILY_LIST},
};

static bool find(const struct mutator *table, size_t count, struct span name, unsigned families)
{
    bool any = families == FAMILY_INSTANCE;
    for (size_t i = 0; i < count; i++)
        if (((any && !(table[i].families & FAMILY_OWN)) || table[i].families & families) && span_is(name, table[i].name))
            return true;
    return false;
}

bool mutator_is_method(struct span name, unsigned families)
{
    return find(methods, COUNT(methods), name, families);
}

bool mutator_is_removal(struct span name, unsigned families)
{
    return find(removals, COUNT(removals), name, families);
}

bool mutator_is_function(struct span name, unsigned families)
{
    return find(functions, COUNT(functions), name, families);
}

bool mutator_only_asks(struct span name)
{
    static const char *const words[] = {"find", "iter", "get", "is", "has", "read", "count", "index", "keys", "values", "items", "search", "match", "copy", "to",
                                        "as", "contains", "lookup", "query", "select", "peek", "fetch", "tell", "seek"};
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t length = strlen(words[i]);
        bool begins = name.length >= length && !memcmp(name.bytes, words[i], length);
        if (begins && (name.length == length || length > 3 || name.bytes[length] == '_'))
            return true;
    }
    return false;
}

bool mutator_is_statement(enum mutator_statement statement, unsigned families)
{
    static const unsigned takers[] = {
        [MUTATOR_SUBSCRIPT] = FAMILY_LIST | FAMILY_DICT | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY,
        [MUTATOR_INPLACE] = FAMILY_LIST | FAMILY_DICT | FAMILY_SET | FAMILY_DEQUE | FAMILY_BYTES | FAMILY_ARRAY | FAMILY_FIXED,
        [MUTATOR_SLICE] = FAMILY_LIST | FAMILY_BYTES | FAMILY_ARRAY,
    };
    return families == FAMILY_INSTANCE || families & takers[statement];
}
