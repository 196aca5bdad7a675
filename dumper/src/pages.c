/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "pages.h"

#include <sys/mman.h>
#include <unistd.h>

enum { ARENA_BLOCK_BYTES = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t bytes;
};

void *pages_map(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

void pages_unmap(void *at, size_t bytes)
{
    if (at)
        munmap(at, bytes);
}

void *pages_grow(void *at, size_t old_bytes, size_t new_bytes)
{
    if (!at)
        return pages_map(new_bytes);
    void *moved = mremap(at, old_bytes, new_bytes, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}

size_t pages_resident(const void *at, size_t bytes)
{
    enum { PORTION = 1024 };
    unsigned char pages[PORTION];
    size_t page = (size_t)sysconf(_SC_PAGESIZE), resident = 0;
    for (size_t done = 0; at && done < bytes; done += PORTION * page) {
        size_t length = bytes - done < PORTION * page ? bytes - done : PORTION * page;
        if (mincore((char *)at + done, length, pages) != 0)
            return resident;
        for (size_t i = 0; i < (length + page - 1) / page; i++)
            resident += (pages[i] & 1) * page;
    }
    return resident;
}

static struct arena_block *add_block(struct arena *arena, size_t payload)
{
    size_t bytes = payload + sizeof(struct arena_block);
    if (bytes < ARENA_BLOCK_BYTES)
        bytes = ARENA_BLOCK_BYTES;
    struct arena_block *block = pages_map(bytes);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    block->bytes = bytes;
    arena->blocks = block;
    arena->at = (char *)(block + 1);
    arena->end = (char *)block + bytes;
    return block;
}

void *arena_take(struct arena *arena, size_t bytes)
{
    bytes = (bytes + 7) & ~(size_t)7;
    if ((size_t)(arena->end - arena->at) < bytes && !add_block(arena, bytes))
        return NULL;
    void *at = arena->at;
    arena->at += bytes;
    return at;
}

size_t arena_resident(const struct arena *arena)
{
    size_t resident = 0;
    for (const struct arena_block *block = arena->blocks; block; block = block->next)
        resident += pages_resident(block, block->bytes);
    return resident;
}

void arena_deinit(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        pages_unmap(block, block->bytes);
    }
    *arena = (struct arena){0};
}
