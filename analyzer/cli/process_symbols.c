/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions in another process' memory, by the hash tables that its dynamic linker uses: so it does not matter whether the files are
 * still there, or in our file system at all.
 */
#include "process.h"

#include <elf.h>
#include <string.h>

/* The dynamic section of one mapped file. */
struct object {
    const struct process *process;
    uint64_t base;                      /* what addresses in the file are relative to */
    uint64_t hash, symbols, strings;
};

enum { PAGE = 4096, HEADERS_MAX = 64, ENTRIES_MAX = 256, CHAIN_MAX = 4096, NAME_LENGTH_MAX = 64 };

static bool get(const struct object *object, uint64_t address, void *to, size_t length)
{
    return process_read(object->process, address, to, length, NULL) == WH_OK;
}

static bool read_program_headers(const struct object *object, uint64_t start, Elf64_Phdr *headers, size_t *count)
{
    Elf64_Ehdr header;
    if (!get(object, start, &header, sizeof(header)) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(*headers) || header.e_phnum > HEADERS_MAX)
        return false;
    *count = header.e_phnum;
    return get(object, start + header.e_phoff, headers, *count * sizeof(*headers));
}

/* glibc has made addresses of the values, musl has not. */
static uint64_t absolute(const struct object *object, uint64_t value)
{
    return value < object->base ? value + object->base : value;
}

static bool read_dynamic(struct object *object, uint64_t address)
{
    for (int i = 0; i < ENTRIES_MAX; i++) {
        Elf64_Dyn entry;
        if (!get(object, address + (uint64_t)i * sizeof(entry), &entry, sizeof(entry)) || entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_GNU_HASH)
            object->hash = absolute(object, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_SYMTAB)
            object->symbols = absolute(object, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_STRTAB)
            object->strings = absolute(object, entry.d_un.d_ptr);
    }
    return object->hash && object->symbols && object->strings;
}

static bool object_init(struct object *object, const struct process *process, const struct mapping *first)
{
    Elf64_Phdr headers[HEADERS_MAX];
    size_t count;
    *object = (struct object){.process = process};
    if (!read_program_headers(object, first->start, headers, &count))
        return false;
    const Elf64_Phdr *dynamic = NULL, *lowest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (headers[i].p_type == PT_DYNAMIC)
            dynamic = &headers[i];
        else if (headers[i].p_type == PT_LOAD && !lowest) /* they are in order */
            lowest = &headers[i];
    }
    if (!dynamic || !lowest)
        return false;
    object->base = first->start - lowest->p_vaddr / PAGE * PAGE;
    return read_dynamic(object, object->base + dynamic->p_vaddr);
}

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 5381;
    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

/* The address of symbol `index` if it is the function `name`, defined here. */
static uint64_t function_at(const struct object *object, uint32_t index, const char *name)
{
    Elf64_Sym symbol;
    char found[NAME_LENGTH_MAX];
    size_t length = strlen(name) + 1;
    if (length > sizeof(found) || !get(object, object->symbols + (uint64_t)index * sizeof(symbol), &symbol, sizeof(symbol)) ||
        symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) != STT_FUNC ||
        !get(object, object->strings + symbol.st_name, found, length) || memcmp(found, name, length) != 0)
        return 0;
    return object->base + symbol.st_value;
}

/* The table: counts, a bloom filter that is passed over, buckets, and chains whose last entry has the lowest bit set. */
static uint64_t find_in_object(const struct object *object, const char *name)
{
    struct { uint32_t buckets, first_symbol, bloom_words, bloom_shift; } table;
    if (!get(object, object->hash, &table, sizeof(table)) || table.buckets == 0)
        return 0;
    uint32_t wanted = hash_name(name), index, hash = 0;
    uint64_t buckets = object->hash + sizeof(table) + (uint64_t)table.bloom_words * sizeof(uint64_t);
    uint64_t chains = buckets + (uint64_t)table.buckets * sizeof(uint32_t);
    if (!get(object, buckets + (uint64_t)(wanted % table.buckets) * sizeof(index), &index, sizeof(index)) || index < table.first_symbol)
        return 0;
    for (int i = 0; i < CHAIN_MAX && !(hash & 1); i++, index++) {
        if (!get(object, chains + (uint64_t)(index - table.first_symbol) * sizeof(hash), &hash, sizeof(hash)))
            return 0;
        uint64_t address = (hash | 1) == (wanted | 1) ? function_at(object, index, name) : 0;
        if (address)
            return address;
    }
    return 0;
}

static bool has_name(const struct mapping *mapping, const char *file)
{
    const char *slash = strrchr(mapping->path, '/');
    return slash && (!file || strncmp(slash + 1, file, strlen(file)) == 0);
}

/* A file that is merely read through a mapping is not a loaded one. */
static bool is_code_of(const struct process *process, uint64_t address, const struct mapping *mapping)
{
    const struct mapping *code = address ? process_mapping_at(process, address) : NULL;
    return code && code->executable && strcmp(code->path, mapping->path) == 0;
}

uint64_t process_find_function(const struct process *process, const char *file, const char *name, const char **object)
{
    for (size_t i = 0; i < process->mapping_count; i++) {
        const struct mapping *mapping = &process->mappings[i];
        struct object found;
        if (mapping->offset != 0 || !mapping->readable || !has_name(mapping, file) || !object_init(&found, process, mapping))
            continue;
        uint64_t address = find_in_object(&found, name);
        if (!is_code_of(process, address, mapping))
            continue;
        if (object)
            *object = mapping->path;
        return address;
    }
    return 0;
}
