/* SPDX-License-Identifier: MIT */
#include "describe.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

struct word {
    int number;
    const char *text;
};

static const char *find(const struct word *words, int number, const char *otherwise)
{
    for (; words->text; words++)
        if (words->number == number)
            return words->text;
    return otherwise;
}

const char *describe_errno(int number)
{
    static const struct word words[] = {
        {EACCES, "permission denied"},
        {EAGAIN, "the limit of processes is reached"},
        {EBADF, "the file descriptor was closed"},
        {EDQUOT, "the disk quota is used up"},
        {EEXIST, "it exists and is not overwritten"},
        {EFBIG, "the file would exceed the limit of file sizes"},
        {EIO, "the device failed"},
        {EISDIR, "it is a directory"},
        {ELOOP, "too many symbolic links"},
        {EMFILE, "the process has too many open files"},
        {ENAMETOOLONG, "the name is too long"},
        {ENFILE, "the system has too many open files"},
        {ENOENT, "no such directory"},
        {ENOMEM, "out of memory"},
        {ENOSPC, "no space left on the device"},
        {ENOSYS, "the system call is not allowed here"},
        {ENOTDIR, "a part of the path is not a directory"},
        {EPERM, "not permitted"},
        {EROFS, "the file system is read-only"},
        {ESTALE, "the network file system lost the file"},
        {0, NULL},
    };
    return find(words, number, "the system call failed");
}

const char *describe_signal(int number)
{
    static const struct word words[] = {
        {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
        {SIGILL, "SIGILL"},   {SIGKILL, "SIGKILL"}, {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},
        {SIGTRAP, "SIGTRAP"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {0, NULL},
    };
    return find(words, number, "a signal");
}
