/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/bytecode.h"

#include <string.h>

/*
 * Stack effects as in each version's compiler (stack_effect() in Python/compile.c) and interpreter loop. Where 3.8's `finally` blocks
 * have two depths at one place, both are counted as six, as that compiler itself does.
 */
static const struct instruction_kind kinds[] = {
    /* stack */
    { .name = "NOP" }, { .name = "NOT_TAKEN" }, { .name = "CACHE" }, { .name = "RESUME" }, { .name = "RESUME_CHECK" }, { .name = "PRECALL" },
    { .name = "POP_BLOCK" }, { .name = "SETUP_ANNOTATIONS" },
    { .name = "MAKE_CELL" }, { .name = "COPY_FREE_VARS" }, { "RETURN_GENERATOR", .pushes = 1 }, { "GEN_START", .pops = 1 },
    { "EXTENDED_ARG", .action = ACTION_EXTENDED_ARG },
    { "POP_TOP", .pops = 1 },
    { "PUSH_NULL", .pushes = 1, .action = ACTION_NULL },
    { "DUP_TOP", .pops = 1, .pushes = 2, .action = ACTION_COPY_TOP },
    { "DUP_TOP_TWO", .pops = 2, .pushes = 4, .action = ACTION_COPY_TWO },
    { "ROT_TWO", .pops = 2, .action = ACTION_ROTATE },
    { "ROT_THREE", .pops = 3, .action = ACTION_ROTATE },
    { "ROT_FOUR", .pops = 4, .action = ACTION_ROTATE },
    { "ROT_N", .action = ACTION_ROTATE_ARG },
    { "COPY", .action = ACTION_COPY },
    { "SWAP", .action = ACTION_SWAP },
    { "END_FOR", .to = 12, .pops = 2 }, { "END_FOR", .from = 13, .pops = 1 },
    { "POP_ITER", .pops = 1 }, { "END_SEND", .pops = 2, .pushes = 1, .action = ACTION_AWAITED },
    { "INTERPRETER_EXIT", .pops = 1, .stops = true },
    { "EXIT_INIT_CHECK", .pops = 1 },
    { "PRINT_EXPR", .pops = 1 },

    /* values */
    { "LOAD_CONST", .pushes = 1, .action = ACTION_CONST },
    { "LOAD_SMALL_INT", .pushes = 1, .action = ACTION_SMALL_INT },
    { "LOAD_COMMON_CONSTANT", .pushes = 1 },
    { "LOAD_FAST", .pushes = 1, .action = ACTION_FAST },
    { "LOAD_FAST_BORROW", .pushes = 1, .action = ACTION_FAST },
    { "LOAD_FAST_BORROW_LOAD_FAST_BORROW", .pushes = 2, .action = ACTION_FAST_FAST },
    { "LOAD_FAST_CHECK", .pushes = 1, .action = ACTION_FAST },
    { "LOAD_FAST_AND_CLEAR", .pushes = 1, .action = ACTION_FAST },
    { "LOAD_FAST_LOAD_FAST", .pushes = 2, .action = ACTION_FAST_FAST },
    { "LOAD_CLOSURE", .pushes = 1 },
    { "LOAD_DEREF", .pushes = 1, .action = ACTION_CELL },
    { "LOAD_CLASSDEREF", .pushes = 1, .action = ACTION_CELL },
    { "LOAD_FROM_DICT_OR_DEREF", .pops = 1, .pushes = 1, .action = ACTION_CELL_OF_CLASS },
    { "LOAD_GLOBAL", .to = 10, .pushes = 1, .action = ACTION_GLOBAL },
    { "LOAD_GLOBAL", .from = 11, .pushes = 1, .shift = 1, .action = ACTION_GLOBAL },
    { "LOAD_FROM_DICT_OR_GLOBALS", .pops = 1, .pushes = 1, .action = ACTION_NAME },
    { "LOAD_NAME", .pushes = 1, .action = ACTION_NAME },
    { "LOAD_ATTR", .to = 11, .pops = 1, .pushes = 1, .action = ACTION_ATTR },
    { "LOAD_ATTR", .from = 12, .pops = 1, .pushes = 1, .shift = 1, .action = ACTION_ATTR },
    { "LOAD_METHOD", .pops = 1, .pushes = 2, .action = ACTION_METHOD },
    { "LOAD_SUPER_ATTR", .pops = 3, .pushes = 1, .shift = 2, .action = ACTION_SUPER_ATTR },
    { "LOAD_LOCALS", .pushes = 1 }, { "LOAD_BUILD_CLASS", .pushes = 1 }, { "LOAD_ASSERTION_ERROR", .pushes = 1 },
    { "IMPORT_NAME", .pops = 2, .pushes = 1, .action = ACTION_IMPORT },
    { "IMPORT_FROM", .pops = 1, .pushes = 2, .action = ACTION_IMPORT_FROM },
    { "IMPORT_STAR", .pops = 1 },

    /* operators */
    { "UNARY_POSITIVE", .pops = 1, .pushes = 1 }, { "UNARY_NEGATIVE", .pops = 1, .pushes = 1 },
    { "UNARY_NOT", .pops = 1, .pushes = 1 }, { "UNARY_INVERT", .pops = 1, .pushes = 1 }, { "TO_BOOL", .pops = 1, .pushes = 1 },
    { "BINARY_POWER", .pops = 2, .pushes = 1 }, { "BINARY_MULTIPLY", .pops = 2, .pushes = 1 },
    { "BINARY_MATRIX_MULTIPLY", .pops = 2, .pushes = 1 }, { "BINARY_MODULO", .pops = 2, .pushes = 1 },
    { "BINARY_ADD", .pops = 2, .pushes = 1, .action = ACTION_PARTS }, { "BINARY_SUBTRACT", .pops = 2, .pushes = 1 },
    { "BINARY_FLOOR_DIVIDE", .pops = 2, .pushes = 1 }, { "BINARY_TRUE_DIVIDE", .pops = 2, .pushes = 1 },
    { "BINARY_LSHIFT", .pops = 2, .pushes = 1 }, { "BINARY_RSHIFT", .pops = 2, .pushes = 1 },
    { "BINARY_AND", .pops = 2, .pushes = 1 }, { "BINARY_XOR", .pops = 2, .pushes = 1 }, { "BINARY_OR", .pops = 2, .pushes = 1, .action = ACTION_PARTS },
    { "INPLACE_POWER", .pops = 2, .pushes = 1 }, { "INPLACE_MULTIPLY", .pops = 2, .pushes = 1, .action = ACTION_INPLACE },
    { "INPLACE_MATRIX_MULTIPLY", .pops = 2, .pushes = 1 }, { "INPLACE_MODULO", .pops = 2, .pushes = 1 },
    { "INPLACE_ADD", .pops = 2, .pushes = 1, .action = ACTION_INPLACE },
    { "INPLACE_SUBTRACT", .pops = 2, .pushes = 1 }, { "INPLACE_FLOOR_DIVIDE", .pops = 2, .pushes = 1 },
    { "INPLACE_TRUE_DIVIDE", .pops = 2, .pushes = 1 }, { "INPLACE_LSHIFT", .pops = 2, .pushes = 1 },
    { "INPLACE_RSHIFT", .pops = 2, .pushes = 1 }, { "INPLACE_AND", .pops = 2, .pushes = 1 },
    { "INPLACE_XOR", .pops = 2, .pushes = 1, .action = ACTION_INPLACE },
    { "INPLACE_OR", .pops = 2, .pushes = 1, .action = ACTION_INPLACE },
    { "BINARY_OP", .pops = 2, .pushes = 1, .action = ACTION_BINARY_OP },
    { "BINARY_SUBSCR", .pops = 2, .pushes = 1, .action = ACTION_ITEM },
    { "BINARY_SLICE", .pops = 3, .pushes = 1, .action = ACTION_COPY_SLICE },
    { "COMPARE_OP", .pops = 2, .pushes = 1 }, { "IS_OP", .pops = 2, .pushes = 1 }, { "CONTAINS_OP", .pops = 2, .pushes = 1 },
    { "GET_LEN", .pushes = 1 }, { "MATCH_MAPPING", .pushes = 1 }, { "MATCH_SEQUENCE", .pushes = 1 },
    { "MATCH_KEYS", .to = 10, .pushes = 2 }, { "MATCH_KEYS", .from = 11, .pushes = 1 },
    { "MATCH_CLASS", .to = 10, .pops = 3, .pushes = 2 }, { "MATCH_CLASS", .from = 11, .pops = 3, .pushes = 1 },
    { "COPY_DICT_WITHOUT_KEYS", .pops = 1, .pushes = 1 },
    { "FORMAT_VALUE", .pops = 1, .pop_mask = 4, .pushes = 1, .action = ACTION_TEXT },
    { "FORMAT_SIMPLE", .pops = 1, .pushes = 1, .action = ACTION_TEXT },
    { "FORMAT_WITH_SPEC", .pops = 2, .pushes = 1 }, { "CONVERT_VALUE", .pops = 1, .pushes = 1 },
    { "CALL_INTRINSIC_1", .pops = 1, .pushes = 1, .action = ACTION_KEEP }, { "CALL_INTRINSIC_2", .pops = 2, .pushes = 1 },

    /* displays */
    { "BUILD_TUPLE", .pops_per_arg = 1, .pushes = 1, .action = ACTION_TUPLE },
    { "BUILD_LIST", .pops_per_arg = 1, .pushes = 1, .action = ACTION_DISPLAY },
    { "BUILD_SET", .pops_per_arg = 1, .pushes = 1, .action = ACTION_DISPLAY },
    { "BUILD_MAP", .pops_per_arg = 2, .pushes = 1, .action = ACTION_DISPLAY },
    { "BUILD_CONST_KEY_MAP", .pops = 1, .pops_per_arg = 1, .pushes = 1, .action = ACTION_DISPLAY },
    { "BUILD_TUPLE_UNPACK", .pops_per_arg = 1, .pushes = 1, .action = ACTION_PARTS },
    { "BUILD_TUPLE_UNPACK_WITH_CALL", .pops_per_arg = 1, .pushes = 1 },
    { "BUILD_LIST_UNPACK", .pops_per_arg = 1, .pushes = 1, .action = ACTION_PARTS },
    { "BUILD_SET_UNPACK", .pops_per_arg = 1, .pushes = 1, .action = ACTION_PARTS },
    { "BUILD_MAP_UNPACK", .pops_per_arg = 1, .pushes = 1, .action = ACTION_PARTS },
    { "BUILD_MAP_UNPACK_WITH_CALL", .pops_per_arg = 1, .pushes = 1 },
    { "BUILD_INTERPOLATION", .pops = 2, .pop_mask = 1, .pushes = 1 }, { "BUILD_TEMPLATE", .pops = 2, .pushes = 1 },
    { "BUILD_STRING", .pops_per_arg = 1, .pushes = 1, .action = ACTION_PARTS }, { "BUILD_SLICE", .pops_per_arg = 1, .pushes = 1, .action = ACTION_SLICE },
    { "LIST_TO_TUPLE", .pops = 1, .pushes = 1, .action = ACTION_KEEP },
    { "LIST_APPEND", .pops = 1, .action = ACTION_ADD }, { "SET_ADD", .pops = 1, .action = ACTION_ADD },
    { "MAP_ADD", .pops = 2, .action = ACTION_ADD },
    { "LIST_EXTEND", .pops = 1, .action = ACTION_ADD }, { "SET_UPDATE", .pops = 1, .action = ACTION_ADD },
    { "DICT_UPDATE", .pops = 1, .action = ACTION_ADD }, { "DICT_MERGE", .pops = 1 },
    { "MAKE_FUNCTION", .to = 10, .pops = 2, .pop_mask = 15, .pushes = 1, .action = ACTION_FUNCTION },
    { "MAKE_FUNCTION", .from = 11, .to = 12, .pops = 1, .pop_mask = 15, .pushes = 1, .action = ACTION_FUNCTION },
    { "MAKE_FUNCTION", .from = 13, .pops = 1, .pushes = 1, .action = ACTION_FUNCTION },
    { "SET_FUNCTION_ATTRIBUTE", .pops = 2, .pushes = 1, .action = ACTION_FUNCTION_ATTRIBUTE },
    { "UNPACK_SEQUENCE", .pops = 1, .pushes_per_arg = 1, .action = ACTION_UNPACK },
    { "UNPACK_EX", .pops = 1, .action = ACTION_UNPACK_EX },

    /* stores */
    { "STORE_FAST", .pops = 1, .action = ACTION_STORE_FAST },
    { "STORE_FAST_LOAD_FAST", .pops = 1, .pushes = 1, .action = ACTION_STORE_FAST_LOAD_FAST },
    { "STORE_FAST_STORE_FAST", .pops = 2, .action = ACTION_STORE_FAST_STORE_FAST },
    { "STORE_DEREF", .pops = 1, .action = ACTION_STORE_CELL },
    { "STORE_GLOBAL", .pops = 1, .action = ACTION_STORE_GLOBAL },
    { "STORE_NAME", .pops = 1, .action = ACTION_STORE_NAME },
    { "STORE_ATTR", .pops = 2, .action = ACTION_STORE_ATTR },
    { "STORE_SUBSCR", .pops = 3, .action = ACTION_STORE_ITEM },
    { "STORE_SLICE", .pops = 4, .action = ACTION_STORE_SLICE },
    { .name = "DELETE_NAME" }, { .name = "DELETE_GLOBAL" }, { .name = "DELETE_FAST" }, { .name = "DELETE_DEREF" },
    { "DELETE_ATTR", .pops = 1 }, { "DELETE_SUBSCR", .pops = 2, .action = ACTION_DELETE_ITEM },

    /* calls */
    { "KW_NAMES", .action = ACTION_KW_NAMES },
    { "CALL_FUNCTION", .pops = 1, .pops_per_arg = 1, .pushes = 1, .action = ACTION_CALL },
    { "CALL_METHOD", .pops = 2, .pops_per_arg = 1, .pushes = 1, .action = ACTION_CALL_METHOD },
    { "CALL_FUNCTION_KW", .pops = 2, .pops_per_arg = 1, .pushes = 1, .action = ACTION_CALL_KW },
    { "CALL_FUNCTION_EX", .to = 10, .pops = 2, .pop_mask = 1, .pushes = 1, .action = ACTION_CALL_EX },
    { "CALL_FUNCTION_EX", .from = 11, .to = 13, .pops = 3, .pop_mask = 1, .pushes = 1, .action = ACTION_CALL_EX },
    { "CALL_FUNCTION_EX", .from = 14, .pops = 4, .pushes = 1, .action = ACTION_CALL_EX },
    { "CALL", .pops = 2, .pops_per_arg = 1, .pushes = 1, .action = ACTION_CALL_PAIR },
    { "CALL_KW", .pops = 3, .pops_per_arg = 1, .pushes = 1, .action = ACTION_CALL_PAIR_KW },
    { "RETURN_VALUE", .pops = 1, .stops = true, .action = ACTION_RETURN },
    { "RETURN_CONST", .stops = true, .action = ACTION_RETURN_CONST },
    { "YIELD_VALUE", .pops = 1, .pushes = 1 }, { "YIELD_FROM", .pops = 2, .pushes = 1, .action = ACTION_AWAITED }, { "ASYNC_GEN_WRAP", .pops = 1, .pushes = 1 },

    /* iteration, awaiting */
    { "GET_ITER", .pops = 1, .pushes = 1, .action = ACTION_ITERATE },
    { "GET_YIELD_FROM_ITER", .pops = 1, .pushes = 1 },
    { "GET_AITER", .pops = 1, .pushes = 1, .action = ACTION_ITERATE },
    { "GET_ANEXT", .pushes = 1 }, { "GET_AWAITABLE", .pops = 1, .pushes = 1, .action = ACTION_KEEP },
    { "FOR_ITER", .to = 11, .pops = 1, .pushes = 2, .jump = JUMP_FORWARD, .branch_pops = 1, .action = ACTION_NEXT },
    { "FOR_ITER", .from = 12, .pops = 1, .pushes = 2, .jump = JUMP_FORWARD, .branch_pushes = 1, .action = ACTION_NEXT },
    { "SEND", .to = 11, .pops = 1, .pushes = 1, .jump = JUMP_FORWARD, .branch_pops = 2, .branch_pushes = 1, .action = ACTION_SEND },
    { "SEND", .from = 12, .pops = 1, .pushes = 1, .jump = JUMP_FORWARD, .branch_pops = 1, .branch_pushes = 1 },
    { "CLEANUP_THROW", .pops = 3, .pushes = 2 },

    /* jumps */
    { "JUMP_FORWARD", .jump = JUMP_FORWARD, .stops = true },
    { "JUMP_ABSOLUTE", .jump = JUMP_ABSOLUTE, .stops = true },
    { "JUMP_BACKWARD", .jump = JUMP_BACKWARD, .stops = true },
    { "JUMP_BACKWARD_QUICK", .jump = JUMP_BACKWARD, .stops = true },
    { "JUMP_BACKWARD_NO_INTERRUPT", .jump = JUMP_BACKWARD, .stops = true },
    { "JUMP_IF_FALSE_OR_POP", .to = 10, .pops = 1, .jump = JUMP_ABSOLUTE },
    { "JUMP_IF_TRUE_OR_POP", .to = 10, .pops = 1, .jump = JUMP_ABSOLUTE },
    { "JUMP_IF_FALSE_OR_POP", .from = 11, .pops = 1, .jump = JUMP_FORWARD },
    { "JUMP_IF_TRUE_OR_POP", .from = 11, .pops = 1, .jump = JUMP_FORWARD },
    { "JUMP_IF_NOT_EXC_MATCH", .pops = 2, .jump = JUMP_ABSOLUTE, .branch_pops = 2 },
    { "POP_JUMP_IF_FALSE", .to = 10, .pops = 1, .jump = JUMP_ABSOLUTE, .branch_pops = 1 },
    { "POP_JUMP_IF_TRUE", .to = 10, .pops = 1, .jump = JUMP_ABSOLUTE, .branch_pops = 1 },
    { "POP_JUMP_IF_FALSE", .from = 11, .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_IF_TRUE", .from = 11, .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_IF_NONE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_IF_NOT_NONE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_FORWARD_IF_FALSE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_FORWARD_IF_TRUE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_FORWARD_IF_NONE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_FORWARD_IF_NOT_NONE", .pops = 1, .jump = JUMP_FORWARD, .branch_pops = 1 },
    { "POP_JUMP_BACKWARD_IF_FALSE", .pops = 1, .jump = JUMP_BACKWARD, .branch_pops = 1 },
    { "POP_JUMP_BACKWARD_IF_TRUE", .pops = 1, .jump = JUMP_BACKWARD, .branch_pops = 1 },
    { "POP_JUMP_BACKWARD_IF_NONE", .pops = 1, .jump = JUMP_BACKWARD, .branch_pops = 1 },
    { "POP_JUMP_BACKWARD_IF_NOT_NONE", .pops = 1, .jump = JUMP_BACKWARD, .branch_pops = 1 },

    /* exceptions and context managers */
    { "RAISE_VARARGS", .pops_per_arg = 1, .stops = true, .action = ACTION_RAISE },
    { "RERAISE", .to = 10, .pops = 3, .stops = true }, { "RERAISE", .from = 11, .pops = 1, .stops = true },
    { "SETUP_FINALLY", .jump = JUMP_FORWARD, .branch_pushes = 6, .handler = true },
    { "SETUP_WITH", .pops = 1, .pushes = 2, .jump = JUMP_FORWARD, .branch_pops = 1, .branch_pushes = 7, .handler = true },
    { "SETUP_ASYNC_WITH", .jump = JUMP_FORWARD, .branch_pops = 1, .branch_pushes = 6, .handler = true },
    { "LOAD_SPECIAL", .pops = 1, .pushes = 2 }, { "BEFORE_WITH", .pops = 1, .pushes = 2 }, { "BEFORE_ASYNC_WITH", .pops = 1, .pushes = 2 },
    { "WITH_EXCEPT_START", .pushes = 1 }, { "WITH_CLEANUP_START", .pushes = 2 }, { "WITH_CLEANUP_FINISH", .pops = 3 },
    { "POP_EXCEPT", .to = 10, .pops = 3 }, { "POP_EXCEPT", .from = 11, .pops = 1 },
    { "END_ASYNC_FOR", .to = 10, .pops = 7 }, { "END_ASYNC_FOR", .from = 11, .pops = 2 },
    { "PUSH_EXC_INFO", .pops = 1, .pushes = 2 }, { "CHECK_EXC_MATCH", .pops = 1, .pushes = 1 },
    { "CHECK_EG_MATCH", .pops = 2, .pushes = 2 }, { "PREP_RERAISE_STAR", .pops = 2, .pushes = 1 },
    { "BEGIN_FINALLY", .pushes = 6 }, { "END_FINALLY", .pops = 6 }, { "POP_FINALLY", .pops = 6 },
    { "CALL_FINALLY", .jump = JUMP_FORWARD, .branch_pushes = 6, .handler = true },
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static const struct instruction_kind *find_kind(struct span name, unsigned minor)
{
    for (unsigned k = 0; k < KIND_COUNT; k++)
        if (span_is(name, kinds[k].name) && kinds[k].from <= minor && (!kinds[k].to || minor <= kinds[k].to))
            return &kinds[k];
    return NULL;
}

static bool starts_with(struct span span, const char *prefix)
{
    size_t length = strlen(prefix);
    return span.length >= length && !memcmp(span.bytes, prefix, length);
}

static bool ends_with(struct span span, const char *suffix)
{
    size_t length = strlen(suffix);
    return span.length >= length && !memcmp(span.bytes + span.length - length, suffix, length);
}

/* sys.monitoring and tracing put INSTRUMENTED_X in the place of X. INSTRUMENTED_LINE hides what it replaced: it stays unknown. */
static bool strip_instrumented(struct span *name)
{
    static const char prefix[] = "INSTRUMENTED_";
    if (!starts_with(*name, prefix))
        return false;
    name->bytes += sizeof(prefix) - 1;
    name->length -= sizeof(prefix) - 1;
    return true;
}

/* From 3.13 on there is a branch's history, not a counter, in the cache of a conditional jump; in 3.14 a backward jump counts for the JIT. */
static bool cache_counts(const struct instruction_kind *kind)
{
    return !kind->jump || kind->action == ACTION_NEXT || !strcmp(kind->name, "SEND");
}

void instruction_set_init(const struct heap *heap, struct instruction_set *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->minor = (unsigned)(heap->snapshot.hexversion >> 16 & 0xff);
    ret->wide_jumps = ret->minor >= 10;
    for (unsigned number = 0; number < 256; number++) {
        const struct heap_opcode *opcode = &heap->opcodes[number], *base = &heap->opcodes[opcode->base];
        if (!opcode->defined || !base->defined)
            continue;
        struct span name = base->name;
        ret->opcodes[number].instrumented = strip_instrumented(&name);
        const struct instruction_kind *kind = find_kind(name, ret->minor);
        if (!kind)
            continue;
        ret->opcodes[number].kind = kind;
        ret->opcodes[number].caches = base->caches;
        ret->opcodes[number].specialised = opcode->base != number;
        ret->opcodes[number].adaptive = ends_with(opcode->name, "_ADAPTIVE");
        ret->opcodes[number].counts = base->caches > 0 && cache_counts(kind);
    }
}

/* The counter of an instruction that never ran: 3.12 and newer start it with value 1, backoff 1; 3.11's adaptive form with 0. */
enum { COUNTER_VIRGIN = 0x0011 };

/* 3.11 counts a function's calls and loop rounds up from -8, and makes its instructions adaptive at 0. */
enum { WARMUP_VIRGIN = 0xfff8 };

static enum execution evidence_of_3_11(const struct instruction_set *set, const struct heap_code *code, uint8_t number, unsigned counter)
{
    if (set->opcodes[number].adaptive)
        return counter ? EXECUTION_SEEN : EXECUTION_UNLIKELY;
    if (set->opcodes[number].specialised)
        return EXECUTION_SEEN;
    return code->warmup == WARMUP_VIRGIN ? EXECUTION_NEVER : EXECUTION_UNKNOWN;
}

static enum execution evidence(const struct instruction_set *set, const struct heap_code *code, uint32_t offset)
{
    const uint8_t *bytes = (const uint8_t *)code->bytecode.bytes + offset;
    uint8_t number = bytes[0];
    if (set->minor < 11 || !set->opcodes[number].counts || set->opcodes[number].instrumented || offset + 4 > code->bytecode.length)
        return EXECUTION_UNKNOWN;
    unsigned counter = bytes[2] | (unsigned)bytes[3] << 8;
    if (set->minor == 11)
        return evidence_of_3_11(set, code, number, counter);
    return set->opcodes[number].specialised || counter != COUNTER_VIRGIN ? EXECUTION_SEEN : EXECUTION_NEVER;
}

static uint32_t jump_target(const struct instruction_set *set, const struct instruction *instruction, uint64_t length)
{
    int64_t distance = (int64_t)instruction->argument * (set->wide_jumps ? 2 : 1), target;
    if (instruction->kind->jump == JUMP_ABSOLUTE)
        target = distance;
    else
        target = (int64_t)instruction->next + (instruction->kind->jump == JUMP_BACKWARD ? -distance : distance);
    return target >= 0 && (uint64_t)target < length ? (uint32_t)target : UINT32_MAX;
}

enum instruction_state instruction_read(const struct instruction_set *set, const struct heap_code *code, uint32_t offset,
                                        struct instruction *ret)
{
    const uint8_t *bytes = (const uint8_t *)code->bytecode.bytes;
    uint64_t length = code->bytecode.length < INT32_MAX ? code->bytecode.length : INT32_MAX;
    *ret = (struct instruction){ .start = offset, .target = UINT32_MAX };
    for (;; offset += 2) {
        if (offset + 2 > length)
            return INSTRUCTION_END;
        ret->kind = set->opcodes[bytes[offset]].kind;
        if (!ret->kind)
            return INSTRUCTION_UNKNOWN;
        ret->raw_argument = ret->raw_argument << 8 | bytes[offset + 1];
        if (ret->kind->action != ACTION_EXTENDED_ARG)
            break;
    }
    ret->offset = offset;
    ret->next = offset + 2 + 2u * set->opcodes[bytes[offset]].caches;
    ret->argument = ret->raw_argument >> ret->kind->shift;
    ret->flags = ret->raw_argument & ((1u << ret->kind->shift) - 1);
    ret->executed = evidence(set, code, offset);
    if (ret->kind->jump)
        ret->target = jump_target(set, ret, length);
    return INSTRUCTION_READ;
}

/* A sum that a hostile argument cannot wrap: no real stack is nearly as deep. */
static unsigned bounded_count(uint64_t count)
{
    return count < UINT16_MAX ? (unsigned)count : UINT16_MAX;
}

unsigned instruction_pops(const struct instruction *instruction)
{
    const struct instruction_kind *kind = instruction->kind;
    uint64_t count = kind->pops + (uint64_t)kind->pops_per_arg * instruction->argument;
    return bounded_count(count + (unsigned)__builtin_popcount(instruction->argument & kind->pop_mask));
}

unsigned instruction_pushes(const struct instruction *instruction)
{
    const struct instruction_kind *kind = instruction->kind;
    return bounded_count(kind->pushes + (uint64_t)kind->pushes_per_arg * instruction->argument);
}

/* Objects/exception_handling_notes.txt: six bits a byte, most significant first; bit 6: more follows; bit 7: first of a range. */
static bool next_table_varint(struct span table, uint32_t *position, uint32_t *ret)
{
    uint32_t value = 0;
    while (*position < table.length) {
        uint8_t byte = (uint8_t)table.bytes[(*position)++];
        value = value << 6 | (byte & 0x3f);
        if (!(byte & 0x40)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

bool exception_range_next(struct span table, uint32_t *position, struct exception_range *ret)
{
    uint32_t start, length, handler, depth;
    if (!next_table_varint(table, position, &start) || !next_table_varint(table, position, &length) ||
        !next_table_varint(table, position, &handler) || !next_table_varint(table, position, &depth))
        return false;
    *ret = (struct exception_range){ start * 2, (start + length) * 2, handler * 2, depth >> 1, depth & 1 };
    return true;
}
