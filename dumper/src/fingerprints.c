/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fingerprints.h"

#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "pages.h"
#include "types.h"

enum { PLACES_MIN = 1 << 13, PLACES_MAX = 1 << 22, CONTAINERS_PER_PLACE = 5 };

/* A value met before: bits of its quick hash, and the first object that had it; 0 once that has its row. An empty place is all zero. */
struct seen {
    uint32_t tag, id;
};

void fingerprints_init(struct fingerprints *fingerprints, uint64_t containers)
{
    uint64_t places = containers / CONTAINERS_PER_PLACE;
    places = places < PLACES_MIN ? PLACES_MIN : places > PLACES_MAX ? PLACES_MAX : places;
    if (getrandom(fingerprints->key, sizeof fingerprints->key, GRND_NONBLOCK) != sizeof fingerprints->key)
        return;
    fingerprints->table = pages_map(sizeof(struct seen) * places);
    fingerprints->places = (uint32_t)places;
}

void fingerprints_deinit(struct fingerprints *fingerprints)
{
    if (fingerprints->table)
        pages_unmap(fingerprints->table, sizeof(struct seen) * fingerprints->places);
    fingerprints->table = NULL;
}

/* ---- Hashes ---- */

/* Of long contents only parts: a dump must not read all memory once more. */
static uint64_t hash_contents(const void *bytes, size_t length)
{
    if (length <= FINGERPRINT_WHOLE)
        return XXH3_64bits(bytes, length);
    uint64_t hash = length;
    size_t stride = (length - FINGERPRINT_PART) / (FINGERPRINT_PARTS - 1);
    for (unsigned i = 0; i + 1 < FINGERPRINT_PARTS; i++)
        hash = XXH3_64bits_withSeed((const char *)bytes + stride * i, FINGERPRINT_PART, hash);
    return XXH3_64bits_withSeed((const char *)bytes + length - FINGERPRINT_PART, FINGERPRINT_PART, hash);
}

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

/* SipHash-1-3 (Aumasson and Bernstein, 2012) of eight bytes. */
static uint64_t keyed_hash(const uint64_t key[2], uint64_t word)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    sip_word(v, word);
    sip_word(v, (uint64_t)sizeof word << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- Rows ---- */

static void write_row(struct snapshot_writer *writer, uint64_t id, uint64_t hash)
{
    struct cell cells[] = {
        [FINGERPRINTS_ID] = {id, NULL},
        [FINGERPRINTS_HASH] = {hash, NULL},
    };
    snapshot_writer_row(writer, TABLE_FINGERPRINTS, cells);
}

/* The bytes of a str as they lie in memory: of equal strings they are equal. False if there can be one of it alone, or none can be read. */
static bool contents_of_str(PyObject *string, const void **bytes, size_t *length)
{
#if PY_VERSION_HEX < 0x030C0000
    if (!PyUnicode_IS_READY(string))
        return false;
#endif
    *length = (size_t)PyUnicode_GET_LENGTH(string) * PyUnicode_KIND(string);
    *bytes = PyUnicode_DATA(string);
    return *length > 1 && !PyUnicode_CHECK_INTERNED(string);
}

static bool contents_of(PyObject *object, enum family family, const void **bytes, size_t *length)
{
    if (family == FAMILY_STR)
        return contents_of_str(object, bytes, length);
    if (family != FAMILY_BYTES)
        return false;
    *length = (size_t)PyBytes_GET_SIZE(object);
    *bytes = PyBytes_AS_STRING(object);
    return *length > 1;
}

static struct seen *place_of(const struct fingerprints *fingerprints, uint64_t quick)
{
    return &fingerprints->table[(quick >> 32) * fingerprints->places >> 32];
}

static void look_up(struct fingerprints *fingerprints, struct snapshot_writer *writer, uint64_t quick, uint64_t id)
{
    struct seen *seen = place_of(fingerprints, quick);
    uint32_t tag = (uint32_t)quick;
    if (!tag || seen->tag != tag) {
        *seen = (struct seen){tag, (uint32_t)id};
        return;
    }
    uint64_t hash = keyed_hash(fingerprints->key, quick) >> (64 - FINGERPRINT_BITS);
    if (seen->id)
        write_row(writer, seen->id, hash);
    seen->id = 0;
    write_row(writer, id, hash);
}

void fingerprints_note(struct fingerprints *fingerprints, struct snapshot_writer *writer, PyObject *object, const struct type_info *info,
                       uint64_t id)
{
    const void *bytes;
    size_t length;
    if (!fingerprints->table || id > UINT32_MAX || !contents_of(object, info->family, &bytes, &length))
        return;
    uint64_t quick = hash_contents(bytes, length) ^ info->family;
    unsigned slot = fingerprints->noted % FINGERPRINTS_PENDING;
    if (fingerprints->noted++ >= FINGERPRINTS_PENDING)
        look_up(fingerprints, writer, fingerprints->pending[slot].quick, fingerprints->pending[slot].id);
    fingerprints->pending[slot].quick = quick;
    fingerprints->pending[slot].id = id;
    __builtin_prefetch(place_of(fingerprints, quick), 1);
}

void fingerprints_finish(struct fingerprints *fingerprints, struct snapshot_writer *writer)
{
    uint64_t first = fingerprints->noted > FINGERPRINTS_PENDING ? fingerprints->noted - FINGERPRINTS_PENDING : 0;
    for (; first < fingerprints->noted; first++)
        look_up(fingerprints, writer, fingerprints->pending[first % FINGERPRINTS_PENDING].quick,
                fingerprints->pending[first % FINGERPRINTS_PENDING].id);
    fingerprints->noted = 0;
}
