/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "answers/analysis.h"
#include "built_heap.h"
#include "heap/kept_file.h"

void kept_sample_write(const char *path, const void *bytes, size_t length)
{
    unlink(path);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) || chmod(path, S_IRUSR | S_IWUSR))
        built_heap_reject(path, "cannot write");
}

uint8_t *kept_sample_read(const char *path, size_t *length)
{
    struct stat status;
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    if (fstat(fileno(file), &status))
        built_heap_reject(path, "cannot read");
    *length = (size_t)status.st_size;
    uint8_t *bytes = built_heap_must(malloc(*length + 1));
    if (fread(bytes, 1, *length, file) != *length)
        built_heap_reject(path, "cannot read");
    fclose(file);
    return bytes;
}

void kept_sample_init(struct kept_sample *ret, struct heap_builder *builder)
{
    struct wh_analysis *analysis;
    struct wh_error error;
    const struct wh_info *info;
    size_t length;
    *ret = (struct kept_sample){.directory = "/tmp/whoholds-kept-XXXXXX"};
    if (!mkdtemp(ret->directory))
        built_heap_reject(ret->directory, "cannot make a directory");
    snprintf(ret->snapshot, sizeof(ret->snapshot), "%s/heap.whs", ret->directory);
    snprintf(ret->kept, sizeof(ret->kept), "%s" WH_KEPT_SUFFIX, ret->snapshot);
    uint8_t *bytes = heap_builder_write(builder, NULL, NULL, &length);
    kept_sample_write(ret->snapshot, bytes, length);
    free(bytes);
    if (wh_analysis_open_kept(ret->snapshot, WH_KEEP_ALWAYS, NULL, NULL, &error, &analysis) || wh_info(analysis, &error, &info))
        built_heap_reject(error.message, "cannot open");
    wh_analysis_close(analysis);
    ret->bytes = kept_sample_read(ret->kept, &ret->length);
}

void kept_sample_deinit(struct kept_sample *sample)
{
    unlink(sample->kept);
    unlink(sample->snapshot);
    rmdir(sample->directory);
    free(sample->bytes);
}

enum { FIELDS_BEFORE_SECTIONS = 7, FIELDS_PER_SECTION = 3, CHECKSUMS = 1 };

size_t kept_sample_header_length(void)
{
    return sizeof(uint64_t) * (FIELDS_BEFORE_SECTIONS + FIELDS_PER_SECTION * KEPT_SECTION_COUNT + CHECKSUMS);
}

void kept_sample_sign_header(uint8_t *bytes)
{
    size_t header = kept_sample_header_length();
    uint64_t checksum = XXH3_64bits(bytes, header - sizeof(checksum));
    memcpy(bytes + header - sizeof(checksum), &checksum, sizeof(checksum));
}

/* A section that the header tells wrong things of is left as it is: that is noticed before its checksum is looked at. */
void kept_sample_sign(uint8_t *bytes, size_t length)
{
    for (int i = 0; i < KEPT_SECTION_COUNT; i++) {
        uint64_t section[FIELDS_PER_SECTION];   /* where it begins, how many elements, their checksum */
        uint8_t *at = bytes + sizeof(uint64_t) * (FIELDS_BEFORE_SECTIONS + FIELDS_PER_SECTION * (size_t)i);
        memcpy(section, at, sizeof(section));
        if (section[0] > length || section[1] > (length - section[0]) / kept_element_size((enum kept_section)i))
            continue;
        section[2] = XXH3_64bits(bytes + section[0], section[1] * kept_element_size((enum kept_section)i));
        memcpy(at, section, sizeof(section));
    }
    kept_sample_sign_header(bytes);
}
