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
 * Code object and instruction as they stand there; the code object is NULL if the frame is not one of Python code. As nothing is computed
 * here, to compare a frame with one that is known costs two loads.
 */
static inline struct stack_frame frames_peek(const void *at)
{
    return (struct stack_frame){compat_iframe_code(at), (uint64_t)compat_iframe_instruction_pointer(at)};
}

/* Byte offset of the instruction. */
static inline uint64_t frames_instruction(const struct stack_frame *frame)
{
    int64_t offset = (int64_t)frame->at - (int64_t)((const PyCodeObject *)frame->code)->co_code_adaptive;
    return offset < 0 ? 0 : (uint64_t)offset;
}

/*
 * Before its first traceable instruction a frame is not yet made up (pycore_frame.h, _PyFrame_IsIncomplete); so are the interpreter's own
 * shims. What they allocate is the caller's doing.
 */
static inline bool frames_is_complete(const void *at)
{
    const _PyInterpreterFrame *frame = at;
    const PyCodeObject *code = compat_iframe_code(frame);
    if (!code)
        return false;
    return frame->owner == FRAME_OWNED_BY_GENERATOR ||
           compat_iframe_instruction(frame, code) >= (int)(code->_co_firsttraceable * sizeof(_Py_CODEUNIT));
}

#else

static inline struct stack_frame frames_peek(const void *at)
{
    const PyFrameObject *frame = at;
    return (struct stack_frame){frame->f_code, (uint64_t)(int64_t)frame->f_lasti};
}

static inline uint64_t frames_instruction(const struct stack_frame *frame)
{
    int64_t offset = (int64_t)frame->at * (PY_VERSION_HEX >= 0x030A0000 ? 2 : 1);
    return offset < 0 ? 0 : (uint64_t)offset;
}

static inline bool frames_is_complete(const void *at)
{
    return ((const PyFrameObject *)at)->f_code != NULL;
}

#endif

/* A frame may outlive its code object by the moments in which this one is being freed: it must not be revived. */
static inline bool frames_is_dying(const struct stack_frame *frame)
{
    return Py_REFCNT(frame->code) <= 0;
}

static inline bool frames_read(const void *at, struct stack_frame *ret)
{
    if (!frames_is_complete(at))
        return false;
    *ret = frames_peek(at);
    return !frames_is_dying(ret);
}

/* Is there a frame to tell of, here or further out? */
static inline bool frames_any(const void *at)
{
    struct stack_frame frame;
    for (unsigned walked = 0; at && walked < FRAMES_WALKED_MAX; at = compat_next_frame(at), walked++)
        if (frames_read(at, &frame))
            return true;
    return false;
}

/*
 * The innermost `limit` frames, without the outer ones of direct recursion; if there are more, one without code follows (ret has room for
 * limit + 1).
 */
static inline size_t frames_collect(const void *at, struct stack_frame *ret, size_t limit)
{
    size_t count = 0;
    for (unsigned walked = 0; at && count < limit && walked < FRAMES_WALKED_MAX; at = compat_next_frame(at), walked++) {
        struct stack_frame frame;
        if (frames_read(at, &frame) && !(count && ret[count - 1].code == frame.code))
            ret[count++] = frame;
    }
    if (count && frames_any(at))
        ret[count++] = (struct stack_frame){NULL, 0};
    return count;
}

/* Would these frames be collected again? False is no more than "perhaps not": this is the fast way, for stacks that are met again and again. */
static inline bool frames_match(const void *at, const struct stack_frame *frames, size_t count)
{
    size_t i = 0;
    for (; i < count && at; at = compat_next_frame(at)) {
        struct stack_frame frame = frames_peek(at);
        if (frame.code == frames[i].code && frame.at == frames[i].at)
            i++;
        else if (!i || frame.code != frames[i - 1].code) /* else it is recursion */
            break;
    }
    return i == count ? !at : at && i == count - 1 && !frames[i].code;
}

/* Where the running thread stands: the same frame and instruction, the same value; 0 without a frame. */
static inline uint64_t frames_position(const void *top)
{
    return top ? (uint64_t)top ^ frames_peek(top).at << 20 : 0;
}

#endif
