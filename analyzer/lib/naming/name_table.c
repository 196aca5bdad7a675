/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/name_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "base/utf8_scan.h"

static const char ELLIPSIS[] = "\xe2\x80\xa6";

void name_table_init(struct name_table *ret, uint64_t json_limit)
{
    *ret = (struct name_table){.json_limit = json_limit};
}

void name_table_deinit(struct name_table *table)
{
    free(table->bytes);
    free(table->end_of_name);
    free(table->hash_of_name);
    free(table->slots);
    text_deinit(&table->clean);
    *table = (struct name_table){0};
}

/* --- clean names --- */

static bool is_short_ascii(struct span name)
{
    unsigned char all = 0;
    for (size_t i = 0; i < name.length && name.length <= NAME_CHARACTERS_MAX; i++)
        all |= (unsigned char)name.bytes[i];
    return name.length <= NAME_CHARACTERS_MAX && all < 0x80;
}

/* The name as it may stand in the table; lives as long as both `name` and the table's scratch space. */
static struct span cleaned(struct name_table *table, struct span name)
{
    size_t characters = 0, before_last = 0;
    if (!name.length)
        return (struct span){"", 0};
    if (is_short_ascii(name))
        return name;
    text_clear(&table->clean);
    for (size_t i = 0; i < name.length && characters <= NAME_CHARACTERS_MAX; characters++) {
        size_t left = name.length - i, length = utf8_sequence_length(name.bytes + i, left);
        if (characters == NAME_CHARACTERS_MAX - 1)
            before_last = table->clean.length;
        text_add_bytes(&table->clean, length ? name.bytes + i : UTF8_REPLACEMENT, length ? length : strlen(UTF8_REPLACEMENT));
        i += length ? length : utf8_wrong_length(name.bytes + i, left);
    }
    if (characters > NAME_CHARACTERS_MAX && !table->clean.failed) {
        table->clean.length = before_last;
        text_add(&table->clean, ELLIPSIS);
    }
    table->failed |= table->clean.failed;
    return (struct span){text_string(&table->clean), table->clean.length};
}

/* --- the table --- */

/* FNV-1a, folded to 32 bits. */
static uint32_t hash_of(struct span name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.bytes[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

struct span name_table_get(const struct name_table *table, uint32_t number)
{
    uint32_t begin = number ? table->end_of_name[number - 1] : 0;
    return (struct span){table->bytes + begin, table->end_of_name[number] - begin};
}

static bool is_name(const struct name_table *table, uint32_t number, uint32_t hash, struct span name)
{
    if (table->hash_of_name[number] != hash)
        return false;
    struct span other = name_table_get(table, number);
    return other.length == name.length && memcmp(other.bytes, name.bytes, name.length) == 0;
}

static bool grow_array(void *array_pointer, size_t count, size_t element_size)
{
    void *grown;
    memcpy(&grown, array_pointer, sizeof(grown));
    grown = realloc(grown, count * element_size);
    if (grown)
        memcpy(array_pointer, &grown, sizeof(grown));
    return grown != NULL;
}

static bool grow_slots(struct name_table *table)
{
    uint32_t count = table->slot_count ? table->slot_count * 2 : 1024;
    uint32_t *slots = calloc(count, sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t number = 0; number < table->name_count; number++) {
        uint32_t at = table->hash_of_name[number] & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = number + 1;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return true;
}

/* Room for one more name of `length` bytes. The table is at most two thirds full. */
static bool reserve(struct name_table *table, size_t length)
{
    if (table->slot_count - table->slot_count / 3 <= table->name_count && !grow_slots(table))
        return false;
    if (table->name_count == table->name_capacity) {
        uint32_t capacity = table->name_capacity + table->name_capacity / 2 + 512;
        if (!grow_array(&table->end_of_name, capacity, sizeof(uint32_t)) || !grow_array(&table->hash_of_name, capacity, sizeof(uint32_t)))
            return false;
        table->name_capacity = capacity;
    }
    if (length >= table->byte_capacity - table->byte_count) {
        size_t capacity = table->byte_capacity + table->byte_capacity / 2 + length + 16384;
        if (capacity > UINT32_MAX || !grow_array(&table->bytes, capacity, 1))
            return false;
        table->byte_capacity = capacity;
    }
    return true;
}

static uint32_t append(struct name_table *table, uint32_t hash, struct span name)
{
    uint32_t number = table->name_count++, at = hash & (table->slot_count - 1);
    while (table->slots[at])
        at = (at + 1) & (table->slot_count - 1);
    memcpy(table->bytes + table->byte_count, name.bytes, name.length);
    table->byte_count += name.length;
    table->end_of_name[number] = (uint32_t)table->byte_count;
    table->hash_of_name[number] = hash;
    table->slots[at] = number + 1;
    return number;
}

static uint32_t find(const struct name_table *table, uint32_t hash, struct span name)
{
    uint32_t mask = table->slot_count - 1;
    for (uint32_t at = hash & mask; table->slot_count && table->slots[at]; at = (at + 1) & mask) {
        if (is_name(table, table->slots[at] - 1, hash, name))
            return table->slots[at] - 1;
    }
    return NAME_NONE;
}

uint32_t name_table_add(struct name_table *table, struct span name, bool optional)
{
    name = cleaned(table, name);
    uint32_t hash = hash_of(name), number = find(table, hash, name);
    if (number != NAME_NONE || table->failed)
        return table->failed ? 0 : number;
    uint64_t json_bytes = stream_json_length(name) + 1;
    if (optional && table->json_bytes + json_bytes > table->json_limit)
        return NAME_NONE;
    if (!reserve(table, name.length)) {
        table->failed = true;
        return 0;
    }
    table->json_bytes += json_bytes;
    return append(table, hash, name);
}
