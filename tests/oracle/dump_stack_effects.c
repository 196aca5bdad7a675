/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump_stack_effects SNAPSHOT: what the analyzer thinks that each of the interpreter's instructions does to the stack, with arguments from 0 to 3.
 *
 *     NAME ARGUMENT EFFECT EFFECT-OF-THE-JUMP      or      NAME unknown
 *
 * The effect of the jump is that at its target, `-` if the instruction does not jump.
 */
#include <stdio.h>

#include "code/bytecode.h"
#include "heap/heap.h"

enum { ARGUMENTS = 4 };

static void print_effect(const struct heap_opcode *opcode, const struct instruction *instruction)
{
    const struct instruction_kind *kind = instruction->kind;
    if (instruction->flags)
        return;
    printf("%.*s %u %d ", (int)opcode->name.length, opcode->name.bytes, instruction->raw_argument,
           (int)instruction_pushes(instruction) - (int)instruction_pops(instruction));
    if (kind->jump)
        printf("%d\n", (int)kind->branch_pushes - (int)kind->branch_pops);
    else
        puts("-");
}

static void print_opcode(const struct instruction_set *set, const struct heap_opcode *opcode, uint8_t number)
{
    for (unsigned argument = 0; argument < (opcode->has_argument ? ARGUMENTS : 1u); argument++) {
        const uint8_t bytes[24] = {number, (uint8_t)argument};
        struct heap_code code = {.bytecode = {(const char *)bytes, sizeof(bytes)}};
        struct instruction instruction;
        if (instruction_read(set, &code, 0, &instruction) == INSTRUCTION_READ)
            print_effect(opcode, &instruction);
        else
            printf("%.*s unknown\n", (int)opcode->name.length, opcode->name.bytes);
    }
}

int main(int argc, char **argv)
{
    struct wh_error error;
    struct heap heap;
    static struct instruction_set set;
    if (argc != 2) {
        fputs("usage: dump_stack_effects SNAPSHOT\n", stderr);
        return 2;
    }
    if (heap_load(argv[1], &error, &heap)) {
        fprintf(stderr, "dump_stack_effects: %s\n", error.message);
        return 1;
    }
    instruction_set_init(&heap, &set);
    for (unsigned number = 0; number < 256; number++)
        if (heap.opcodes[number].defined && heap.opcodes[number].base == number)
            print_opcode(&set, &heap.opcodes[number], (uint8_t)number);
    heap_deinit(&heap);
    return 0;
}
