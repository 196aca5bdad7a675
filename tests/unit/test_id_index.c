/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <whoholds/formats/schema.h>

#include "fail_allocation.h"
#include "heap/id_index.h"
#include "random.h"
#include "trials.h"

enum { NODES_MAX = 400 };

/* Few regions make bitmaps; very many, of which each holds an object or none, make a sorted table. */
enum { FEW_REGIONS = 5, MANY_REGIONS = 6000 };

static uint32_t search(const uint64_t *ids, uint32_t count, uint64_t id)
{
    for (uint32_t node = 1; node < count; node++) {
        if (ids[node] == id)
            return node;
    }
    return 0;
}

static uint64_t random_id(struct random *random, uint32_t regions)
{
    static const uint32_t edges[] = {0, 1, 62, 63, 64, 65, (1u << REGION_GRANULE_BITS) - 1};
    uint64_t region = 1 + random_below(random, regions);
    uint64_t granule = random_below(random, 3) ? random_below(random, 1u << REGION_GRANULE_BITS)
                                               : edges[random_below(random, sizeof(edges) / sizeof(edges[0]))];
    return region << REGION_GRANULE_BITS | granule;
}

static uint32_t random_ids(struct random *random, uint32_t regions, uint32_t wanted, uint64_t *ids)
{
    uint32_t count = 1;
    while (count < wanted) {
        uint64_t id = random_id(random, regions);
        if (!search(ids, count, id))
            ids[count++] = id;
    }
    return count;
}

/* The node of the lowest id from `id` on, below `count` more and within the region. */
static uint32_t search_first(const uint64_t *ids, uint32_t count, uint64_t id, uint64_t range)
{
    uint32_t found = 0;
    for (uint32_t node = 1; node < count; node++) {
        bool in_range = ids[node] >= id && ids[node] - id < range && granule_region(ids[node]) == granule_region(id);
        if (in_range && (!found || ids[node] < ids[found]))
            found = node;
    }
    return found;
}

static void assert_finds_many_at_once(const struct id_index *index, const uint64_t *ids, uint32_t count, struct random *random, uint32_t regions)
{
    uint64_t asked[700];
    uint32_t nodes[700];
    for (int i = 0; i < 700; i++)
        asked[i] = random_below(random, 2) ? random_id(random, regions + 3) : random_below(random, 9) ? ids[random_below(random, count - 1) + 1] : 0;
    id_index_find_all(index, asked, 700, nodes);
    for (int i = 0; i < 700; i++)
        assert_int_equal(nodes[i], id_index_find(index, asked[i]));
    for (int i = 0; i < 60; i++) {
        uint64_t range = 1 + random_below(random, random_below(random, 2) ? 9 : 1u << REGION_GRANULE_BITS);
        uint64_t id = asked[i] ? asked[i] - random_below(random, 4) : 0;
        if (id_index_find_first(index, id, range) != search_first(ids, count, id, range))
            fail_msg("the first of %llu ids from %llx", (unsigned long long)range, (unsigned long long)id);
    }
}

static void assert_finds_what_a_search_finds(uint64_t seed, uint32_t regions, uint32_t wanted, bool sorted)
{
    static uint64_t ids[5000];
    struct random random = {seed};
    struct id_index index;
    struct wh_error error;
    uint32_t count = random_ids(&random, regions, wanted, ids);
    assert_int_equal(id_index_init(ids, count, regions, &error, &index), WH_OK);
    assert_int_equal(index.sorted_ids != NULL, sorted);
    for (uint32_t node = 1; node < count; node++)
        assert_int_equal(id_index_find(&index, ids[node]), node);
    for (int i = 0; i < 200; i++) {
        uint64_t id = random_below(&random, 2) ? random_id(&random, regions + 3) : ids[random_below(&random, count - 1) + 1] ^ 1;
        if (id_index_find(&index, id) != search(ids, count, id))
            fail_msg("seed %d: id %#llx", (int)seed, (unsigned long long)id);
    }
    assert_int_equal(id_index_find(&index, 0), 0);
    assert_int_equal(id_index_find(&index, UINT64_MAX), 0);
    assert_finds_many_at_once(&index, ids, count, &random, regions);
    id_index_deinit(&index);
}

static void bitmaps_find_what_a_search_finds(void **state)
{
    (void)state;
    uint64_t trials = trials_count("sets of ids in few regions", 300);
    for (uint64_t trial = 0; trial < trials; trial++)
        assert_finds_what_a_search_finds(trials_seed(1, trial), FEW_REGIONS, 2 + (uint32_t)trial % NODES_MAX, false);
}

static void a_sorted_table_finds_what_a_search_finds(void **state)
{
    (void)state;
    uint64_t trials = trials_count("sets of ids in many regions", 4);
    for (uint64_t trial = 0; trial < trials; trial++)
        assert_finds_what_a_search_finds(trials_seed(2, trial), MANY_REGIONS, 4000, true);
}

static void an_index_of_nothing_finds_nothing(void **state)
{
    struct id_index index;
    struct wh_error error;
    uint64_t none = 0;
    (void)state;
    assert_int_equal(id_index_init(&none, 1, 0, &error, &index), WH_OK);
    assert_int_equal(id_index_find(&index, 1u << REGION_GRANULE_BITS), 0);
    assert_int_equal(id_index_find(&index, 0), 0);
    id_index_deinit(&index);
}

static void assert_refused(const uint64_t *ids, uint32_t count, uint64_t regions, const char *message)
{
    struct id_index index;
    struct wh_error error;
    assert_int_equal(id_index_init(ids, count, regions, &error, &index), WH_ERR_INPUT);
    assert_string_equal(error.message, message);
    assert_null(index.node_of_rank);
}

static void an_id_that_stands_twice_or_in_no_region_is_refused(void **state)
{
    static uint64_t many[5000];
    uint64_t twice[] = {0, 0x20001, 0x40002, 0x20001}, beyond[] = {0, 0x20001, 0x60000}, before[] = {0, 0x1ffff};
    (void)state;
    assert_refused(twice, 4, 2, "the snapshot is corrupt: object id 0x20001 stands twice");
    assert_refused(beyond, 3, 2, "the snapshot is corrupt: object id 0x60000 lies in no region");
    assert_refused(before, 2, 2, "the snapshot is corrupt: object id 0x1ffff lies in no region");
    assert_refused(before, 2, 0, "the snapshot is corrupt: object id 0x1ffff lies in no region");
    for (uint32_t i = 1; i < 5000; i++)
        many[i] = (uint64_t)i << REGION_GRANULE_BITS;
    many[4999] = many[17];
    assert_refused(many, 5000, 5000, "the snapshot is corrupt: object id 0x220000 stands twice");
    many[4999] = 1;
    assert_refused(many, 5000, 5000, "the snapshot is corrupt: object id 0x1 lies in no region");
}

static void fail_allocations(uint32_t regions, uint32_t wanted)
{
    static uint64_t ids[5000];
    struct random random = {3};
    uint32_t count = random_ids(&random, regions, wanted, ids);
    for (uint64_t nth = 1;; nth++) {
        struct id_index index;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = id_index_init(ids, count, regions, &error, &index);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        id_index_deinit(&index);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory: ", 15);
    }
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    fail_allocations(FEW_REGIONS, 100);
    fail_allocations(MANY_REGIONS, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bitmaps_find_what_a_search_finds),
        cmocka_unit_test(a_sorted_table_finds_what_a_search_finds),
        cmocka_unit_test(an_index_of_nothing_finds_nothing),
        cmocka_unit_test(an_id_that_stands_twice_or_in_no_region_is_refused),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
