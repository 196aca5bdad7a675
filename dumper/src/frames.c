/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include "account.h"

uint64_t frames_thread_row(const struct walk *walk, const PyThreadState *tstate)
{
    uint64_t row = 0;
    for (uint32_t i = 0; i < walk->interpreters.count; i++) {
        for (const PyThreadState *at = compat_first_thread(walk->interpreters.written[i]); at; at = at->next) {
            if (walk->caller_is_watcher && at == walk->caller)
                continue;
            row++;
            if (at == tstate)
                return row;
        }
    }
    return 0;
}

/* ---- Threads ---- */

static unsigned long native_thread(const struct walk *walk, const PyThreadState *tstate)
{
    unsigned long native = compat_native_thread(tstate);
    if (native)
        return native;
    return tstate->thread_id == compat_main_thread() ? (unsigned long)walk->options.process : 0;
}

static void write_thread_row(struct walk *walk, const PyThreadState *tstate)
{
    char name[32];
    unsigned long native = native_thread(walk, tstate);
    size_t length = native ? account_thread_name(walk->options.process, native, name, sizeof name) : 0;
    uint64_t flags = (tstate->thread_id == compat_main_thread() ? THREAD_MAIN : 0) |
                     (tstate == walk->caller ? THREAD_HELD_GIL : 0);
    struct cell cells[] = {
        [THREADS_IDENT] = {tstate->thread_id, NULL},
        [THREADS_NATIVE] = {native, NULL},
        [THREADS_FLAGS] = {flags, NULL},
        [THREADS_NAME] = {length, name},
    };
    snapshot_writer_row(walk->writer, TABLE_THREADS, cells);
}

/* ---- Frames ---- */

#if PY_VERSION_HEX >= 0x030B0000
/* An interpreter frame that no object stands for: a pseudo object at its address. */
static void write_pseudo_frame(struct walk *walk, const struct compat_frame *frame)
{
    struct references *references = &walk->references;
    if (!visited_mark(&walk->visited, frame->address))
        return;
    struct shape shape = {.members = PSEUDO_FRAME_MEMBERS, .form = FORM_ITEMS_LOCALS};
    references->count = 0;
    references_add(references, (PyObject *)frame->code);
    references_add(references, frame->function);
    references_add(references, frame->locals_dict);
    references_add(references, frame->frame_object);
    for (size_t i = 0; i < frame->slot_count; i++)
        references_add(references, compat_frame_slot(frame, i));
    struct walk_row row = {walk_id(walk, frame->address), types_pseudo_frame(&walk->types), FORM_PSEUDO,
                           offsetof(_PyInterpreterFrame, localsplus) + frame->slot_count * sizeof(PyObject *), 1};
    walk_write_frame(walk, &row, &shape);
}
#endif

static const void *object_of_frame(struct walk *walk, const struct compat_frame *frame)
{
#if PY_VERSION_HEX >= 0x030B0000
    if (!frame->object) {
        write_pseudo_frame(walk, frame);
        return frame->address;
    }
#endif
    walk_reach(walk, frame->object);
    return frame->object;
}

/* Line of an instruction. PyCode_Addr2Line only reads the code object's line table, on all versions. */
static uint64_t line_of(const struct compat_frame *frame)
{
    int line = PyCode_Addr2Line(frame->code, frame->instruction < 0 ? 0 : frame->instruction);
    return line > 0 ? (uint64_t)line : 0;
}

static void write_frame(struct walk *walk, const struct compat_frame *frame)
{
    const void *object = object_of_frame(walk, frame);
    struct cell cells[] = {
        [FRAMES_THREAD] = {walk->thread_count, NULL},
        [FRAMES_OBJECT] = {walk_id(walk, object), NULL},
        [FRAMES_CODE] = {walk_id(walk, frame->code), NULL},
        [FRAMES_LINE] = {line_of(frame), NULL},
        [FRAMES_INSTRUCTION] = {frame->instruction < 0 ? 0 : (uint64_t)frame->instruction, NULL},
    };
    snapshot_writer_row(walk->writer, TABLE_FRAMES, cells);
}

void frames_write_thread(struct walk *walk)
{
    struct compat_frame frame;
    write_thread_row(walk, walk->thread);
    for (const void *at = compat_top_frame(walk->thread); at; at = compat_next_frame(at))
        if (compat_describe_frame(at, &frame))
            write_frame(walk, &frame);
    walk->thread_count++;
}
