/* SPDX-License-Identifier: MIT */
/*
 * Frames of the running thread as an allocator hook may read them: plain loads from the interpreter's structures, no reference taken,
 * nothing that may allocate, release the GIL or touch an error (PyFrame_* do). Valid wherever tracemalloc's own walk is.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_FRAMES_H
#define WHOHOLDS_DUMPER_RECORDER_FRAMES_H

#include "compat.h"

#include "recorder_stacks.h"

enum { FRAMES_WALKED_MAX = 1024 };

#if PY_VERSION_HEX >= 0x030B0000

/*
 * Before its first traceable instruction a frame is not yet made up (pycore_frame.h, _PyFrame_IsIncomplete); so are the interpreter's own
 * shims. What they allocate is the caller's doing.
 */
static inline bool frames_read(const void *at, struct stack_frame *ret)
{
    const _PyInterpreterFrame *frame = at;
    const PyCodeObject *code = compat_iframe_code(frame);
    if (!code)
        return false;
    int instruction = compat_iframe_instruction(frame, code);
    if (frame->owner != FRAME_OWNED_BY_GENERATOR && instruction < (int)(code->_co_firsttraceable * sizeof(_Py_CODEUNIT)))
        return false;
    *ret = (struct stack_frame){code, instruction < 0 ? 0 : (uint64_t)instruction};
    return true;
}

#else

static inline bool frames_read(const void *at, struct stack_frame *ret)
{
    const PyFrameObject *frame = at;
    int instruction = frame->f_lasti * (PY_VERSION_HEX >= 0x030A0000 ? 2 : 1);
    if (!frame->f_code)
        return false;
    *ret = (struct stack_frame){frame->f_code, instruction < 0 ? 0 : (uint64_t)instruction};
    return true;
}

#endif

/* A frame may outlive its code object by the moments in which this one is being freed: it must not be revived. */
static inline bool frames_is_dying(const struct stack_frame *frame)
{
    return Py_REFCNT(frame->code) <= 0;
}

/* The innermost `limit` frames, without the outer ones of direct recursion. */
static inline size_t frames_collect(PyThreadState *tstate, struct stack_frame *ret, size_t limit)
{
    size_t count = 0;
    unsigned walked = 0;
    for (const void *at = compat_top_frame(tstate); at && count < limit && walked < FRAMES_WALKED_MAX; at = compat_next_frame(at), walked++) {
        struct stack_frame frame;
        if (frames_read(at, &frame) && !(count && ret[count - 1].code == frame.code) && !frames_is_dying(&frame))
            ret[count++] = frame;
    }
    return count;
}

/* Where the running thread stands: the same frame and instruction, the same value; 0 without a frame. */
static inline uint64_t frames_position(PyThreadState *tstate)
{
    const void *top = compat_top_frame(tstate);
    struct stack_frame frame;
    if (!top || !frames_read(top, &frame))
        return 0;
    return (uint64_t)top ^ frame.instruction << 48;
}

#endif
