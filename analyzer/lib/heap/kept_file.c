/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <whoholds/analyzer.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "kept_version.inc" /* KEPT_VERSION: changes with the sources of the stages whose results are kept */

#define KEPT_MAGIC "whoholdx"

enum { SECTION_ALIGNMENT = 64, WRITE_BYTES = 16 << 20, CHECKSUM_BYTES_IN_SNAPSHOT = 8, FREE_SPACE_FACTOR = 2 };

/* How many elements a section has, from the snapshot's counts. */
enum count_rule { ANY_COUNT, NODES, NODES_AND_ONE, NODES_AND_TWO, NODES_AND_THREE, NODES_LESS_ONE, NODE_BITS, REFS, REF_BITS };

static const struct { uint32_t element_size; enum count_rule rule; } sections[KEPT_SECTION_COUNT] = {
    [KEPT_TYPE_OF_NODE] = {4, NODES},           [KEPT_FORM_OF_NODE] = {2, NODES},
    [KEPT_SIZE_OF_NODE] = {4, NODES},           [KEPT_BIG_SIZES] = {16, ANY_COUNT},
    [KEPT_FIRST_REF] = {4, NODES_AND_ONE},      [KEPT_TARGETS] = {4, REFS},
    [KEPT_LOOKUPS] = {4, ANY_COUNT},            [KEPT_SILENT] = {8, REF_BITS},
    [KEPT_CLASS_HOLDERS] = {8, ANY_COUNT},      [KEPT_NATIVE_ROOTS] = {12, ANY_COUNT},
    [KEPT_IDOM] = {4, NODES_AND_TWO},           [KEPT_LIVE] = {8, NODE_BITS},
    [KEPT_GARBAGE_ENTRIES] = {4, ANY_COUNT},    [KEPT_RETAINED_SIZE] = {4, NODES_AND_TWO},
    [KEPT_BIG_RETAINED] = {16, ANY_COUNT},      [KEPT_RETAINED_COUNT] = {4, NODES_AND_TWO},
    [KEPT_FIRST_CHILD] = {4, NODES_AND_THREE},  [KEPT_CHILDREN] = {4, NODES_LESS_ONE},
    [KEPT_PATH_PARENT] = {4, NODES},            [KEPT_PATH_REACHED] = {8, NODE_BITS},
    [KEPT_PATH_STARTS] = {4, ANY_COUNT},        [KEPT_PATH_ROOTS] = {4, ANY_COUNT},
    [KEPT_SCALARS] = {8, ANY_COUNT},            [KEPT_TYPE_SUMS] = {24, ANY_COUNT},
    [KEPT_POINTS] = {64, ANY_COUNT},            [KEPT_REFERRERS] = {12, ANY_COUNT},
};

struct section { uint64_t offset, count, checksum; };

struct header {
    char magic[8];
    uint64_t version;
    uint64_t snapshot_length, snapshot_checksum;
    uint64_t node_count, ref_count;
    uint64_t file_length;
    struct section sections[KEPT_SECTION_COUNT];
    uint64_t header_checksum;    /* of the fields before this one */
};

size_t kept_element_size(enum kept_section section)
{
    return sections[section].element_size;
}

static uint64_t header_checksum(const struct header *header)
{
    return XXH3_64bits(header, offsetof(struct header, header_checksum));
}

static uint64_t aligned(uint64_t offset)
{
    return (offset + SECTION_ALIGNMENT - 1) / SECTION_ALIGNMENT * SECTION_ALIGNMENT;
}

/* The trailer ends with the checksum of all before it, which was held against the contents (FORMAT.md 1.3). */
struct kept_key kept_key(const struct snapshot *snapshot)
{
    struct kept_key key = {.snapshot_length = snapshot->length, .node_count = (uint32_t)snapshot->tables[TABLE_OBJECTS].row_count + 1,
                           .ref_count = snapshot->tables[TABLE_REFS].row_count};
    memcpy(&key.snapshot_checksum, snapshot->bytes + snapshot->length - CHECKSUM_BYTES_IN_SNAPSHOT, sizeof(key.snapshot_checksum));
    return key;
}

static bool is_count(const struct header *header, enum count_rule rule, uint64_t count)
{
    uint64_t nodes = header->node_count, refs = header->ref_count;
    switch (rule) {
    case NODES: return count == nodes;
    case NODES_AND_ONE: return count == nodes + 1;
    case NODES_AND_TWO: return count == nodes + 2;
    case NODES_AND_THREE: return count == nodes + 3;
    case NODES_LESS_ONE: return count == nodes - 1;
    case NODE_BITS: return count == (nodes + 63) / 64;
    case REFS: return count == refs;
    case REF_BITS: return count == (refs + 63) / 64;
    default: return true;
    }
}

/* The header for these counts of elements, without the checksums. */
static struct header make_header(const struct kept_key *key, const struct kept_array *arrays)
{
    struct header header;
    memset(&header, 0, sizeof(header));
    memcpy(header.magic, KEPT_MAGIC, sizeof(header.magic));
    header.version = KEPT_VERSION;
    header.snapshot_length = key->snapshot_length;
    header.snapshot_checksum = key->snapshot_checksum;
    header.node_count = key->node_count;
    header.ref_count = key->ref_count;
    uint64_t offset = aligned(sizeof(header));
    for (int i = 0; i < KEPT_SECTION_COUNT; i++) {
        header.sections[i] = (struct section){offset, arrays[i].count, 0};
        offset = aligned(offset + arrays[i].count * sections[i].element_size);
    }
    header.file_length = offset;
    return header;
}

/* --- reading --- */

/* A header says nothing that does not follow from the key and the counts, so it is compared with the one that these make. */
static bool check_header(const struct header *header, const struct kept_key *key, uint64_t length)
{
    struct kept_array counts[KEPT_SECTION_COUNT];
    for (int i = 0; i < KEPT_SECTION_COUNT; i++) {
        counts[i] = (struct kept_array){NULL, header->sections[i].count};
        if (counts[i].count > length || !is_count(header, sections[i].rule, counts[i].count))
            return false;
    }
    struct header expected = make_header(key, counts);
    for (int i = 0; i < KEPT_SECTION_COUNT; i++)
        expected.sections[i].checksum = header->sections[i].checksum;
    expected.header_checksum = header_checksum(&expected);
    return header->file_length == length && !memcmp(header, &expected, sizeof(expected));
}

/* What stands between the sections is zero: no section is longer than it says. */
static bool check_padding(const struct header *header, const uint8_t *bytes)
{
    uint64_t at = sizeof(*header);
    for (int i = 0; i <= KEPT_SECTION_COUNT; i++) {
        uint64_t next = i < KEPT_SECTION_COUNT ? header->sections[i].offset : header->file_length;
        for (; at < next; at++) {
            if (bytes[at])
                return false;
        }
        at += i < KEPT_SECTION_COUNT ? header->sections[i].count * sections[i].element_size : 0;
    }
    return true;
}

static bool check_file(const struct kept_file *file, const struct kept_key *key)
{
    struct header header;
    if (file->length < aligned(sizeof(header)))
        return false;
    memcpy(&header, file->bytes, sizeof(header));
    return check_header(&header, key, file->length) && check_padding(&header, file->bytes);
}

static void find_arrays(struct kept_file *file)
{
    struct header header;
    memcpy(&header, file->bytes, sizeof(header));
    for (int i = 0; i < KEPT_SECTION_COUNT; i++) {
        file->arrays[i] = (struct kept_array){file->bytes + header.sections[i].offset, header.sections[i].count};
        file->checksums[i] = header.sections[i].checksum;
    }
}

static uint64_t section_length(const struct kept_file *file, enum kept_section section)
{
    return file->arrays[section].count * sections[section].element_size;
}

static uint64_t section_checksum(const struct kept_array *array, enum kept_section section)
{
    uint64_t length = array->count * sections[section].element_size;
    return length ? XXH3_64bits(array->elements, length) : XXH3_64bits("", 0);
}

/* Maps all pages of a section at once. An older kernel does so page by page, when they are read. */
static void map_section(const struct kept_file *file, enum kept_section section)
{
#ifdef MADV_POPULATE_READ
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), begin = (uint64_t)((const uint8_t *)file->arrays[section].elements - file->bytes);
    uint64_t end = begin + section_length(file, section);
    begin -= begin % page;
    if (end - begin > page)
        (void)madvise((void *)(file->bytes + begin), (size_t)(end - begin), MADV_POPULATE_READ);
#else
    (void)file;
    (void)section;
#endif
}

bool kept_file_check(struct kept_file *file, enum kept_section section)
{
    if (file->checked[section])
        return true;
    map_section(file, section);
    file->checked[section] = section_checksum(&file->arrays[section], section) == file->checksums[section];
    return file->checked[section];
}

/* Ours alone: what somebody else may change, nobody has checked. */
static bool map(int fd, struct kept_file *ret)
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH) ||
        status.st_size <= 0)
        return false;
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return false;
    *ret = (struct kept_file){.bytes = bytes, .length = (uint64_t)status.st_size};
    return true;
}

bool kept_file_open(const char *path, const struct kept_key *key, struct kept_file *ret)
{
    char name[PATH_MAX];
    *ret = (struct kept_file){0};
    if (snprintf(name, sizeof(name), "%s" WH_KEPT_SUFFIX, path) >= (int)sizeof(name))
        return false;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool mapped = map(fd, ret);
    close(fd);
    if (mapped && check_file(ret, key)) {
        find_arrays(ret);
        return true;
    }
    kept_file_close(ret);
    return false;
}

void kept_file_close(struct kept_file *file)
{
    if (file->bytes)
        munmap((void *)file->bytes, (size_t)file->length);
    *file = (struct kept_file){0};
}

/* --- writing --- */

struct output {
    int fd;
    bool failed;
    uint64_t done, total;
    const struct progress *progress;
    struct wh_error *error;
};

static enum wh_status put(struct output *output, const void *bytes, uint64_t length)
{
    const char *at = bytes;
    while (length && !output->failed) {
        enum wh_status status = progress_report(output->progress, "the file that keeps the results", output->done, output->total, output->error);
        if (status)
            return status;
        ssize_t written = write(output->fd, at, length < WRITE_BYTES ? (size_t)length : WRITE_BYTES);
        if (written < 0 && errno == EINTR)
            continue;
        output->failed = written <= 0;
        if (output->failed)
            break;
        at += written;
        length -= (uint64_t)written;
        output->done += (uint64_t)written;
    }
    return WH_OK;
}

static enum wh_status put_all(struct output *output, const struct header *header, const struct kept_array *arrays)
{
    static const char padding[SECTION_ALIGNMENT];
    enum wh_status status = put(output, header, sizeof(*header));
    if (!status)
        status = put(output, padding, aligned(sizeof(*header)) - sizeof(*header));
    for (int i = 0; !status && i < KEPT_SECTION_COUNT; i++) {
        uint64_t length = arrays[i].count * sections[i].element_size;
        status = put(output, arrays[i].elements, length);
        if (!status)
            status = put(output, padding, aligned(length) - length);
    }
    return status;
}

/* A cache is no reason to fill a disk. */
static bool has_room(int fd, uint64_t length)
{
    struct statvfs space;
    struct rlimit limit; /* writing beyond it is not an error but the end of the process */
    return !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur >= length && !fstatvfs(fd, &space) && (uint64_t)space.f_bavail * space.f_frsize / FREE_SPACE_FACTOR >= length &&
           !posix_fallocate(fd, 0, (off_t)length);
}

/* A file that has no name yet, and so leaves nothing behind however this ends. Not every file system knows such. */
static int open_nameless(const char *name)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(name, '/');
    snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - name) + 1 : 1, slash ? name : ".");
    return open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

/* `between` is the name that the file has until it is complete, "" if it has none. */
static int open_output(const char *name, uint64_t length, char between[PATH_MAX])
{
    int fd = open_nameless(name);
    between[0] = '\0';
    if (fd < 0 && snprintf(between, PATH_MAX, "%s.XXXXXX", name) < PATH_MAX) {
        fd = mkostemp(between, O_CLOEXEC);
        between[fd < 0 ? 0 : strlen(between)] = '\0';
    }
    if (fd < 0 || has_room(fd, length))
        return fd;
    close(fd);
    if (between[0])
        unlink(between);
    return -1;
}

/* Gives the file its name. One that is there already is replaced, which takes a name in between. */
static void name_file(int fd, const char *name, char between[PATH_MAX])
{
    char source[64];
    snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
    if (!between[0]) {
        if (!linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) || errno != EEXIST)
            return;
        if (snprintf(between, PATH_MAX, "%s.%d", name, (int)getpid()) >= PATH_MAX ||
            linkat(AT_FDCWD, source, AT_FDCWD, between, AT_SYMLINK_FOLLOW))
            return;
    }
    if (rename(between, name))
        unlink(between);
}

enum wh_status kept_file_write(const char *path, const struct kept_key *key, const struct kept_array *arrays, const struct progress *progress,
                               struct wh_error *error)
{
    char name[PATH_MAX], between[PATH_MAX];
    struct header header = make_header(key, arrays);
    if (snprintf(name, sizeof(name), "%s" WH_KEPT_SUFFIX, path) >= (int)sizeof(name))
        return WH_OK;
    struct output output = {.fd = open_output(name, header.file_length, between), .total = header.file_length, .progress = progress, .error = error};
    if (output.fd < 0)
        return WH_OK;
    for (int i = 0; i < KEPT_SECTION_COUNT; i++)
        header.sections[i].checksum = section_checksum(&arrays[i], (enum kept_section)i);
    header.header_checksum = header_checksum(&header);
    enum wh_status status = put_all(&output, &header, arrays);
    if (!status && !output.failed && output.done == header.file_length)
        name_file(output.fd, name, between);
    else if (between[0])
        unlink(between);
    close(output.fd);
    return status;
}
