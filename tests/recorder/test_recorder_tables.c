/* SPDX-License-Identifier: MIT */
/* The recorder's tables, samples and votes, against what they should come to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "recorder_blocks.h"
#include "recorder_sampling.h"
#include "recorder_stacks.h"
#include "recorder_vote.h"

enum { ADDRESSES = 4096, STEPS = 400000 };

static bool put(struct block_table *table, const struct recorded_block *block)
{
    struct recorded_block *slot = blocks_add(table, (const void *)block->address);
    if (slot)
        *slot = *block;
    return slot != NULL;
}

/* 0x1000, 0x1010, …: many share a home slot once the table is small enough. */
static const void *address_of(uint64_t index) { return (const void *)(0x1000 + index * 16); }

static void the_block_table_agrees_with_an_array_after_any_puts_and_removes(void **state)
{
    (void)state;
    static uint64_t size_of[ADDRESSES]; /* 0: not recorded */
    struct block_table table;
    struct random random = {20240607};
    uint64_t count = 0;
    memset(size_of, 0, sizeof(size_of));
    assert_true(blocks_init(&table, 1 << 20));
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t draw = random_next(&random), index = draw % ADDRESSES;
        struct recorded_block *found = blocks_find(&table, address_of(index));
        assert_int_equal(found ? found->size : 0, size_of[index]);
        if (size_of[index])
            assert_true(blocks_may_hold(&table, address_of(index)));
        if (found && draw >> 60 < 8) {
            blocks_remove(&table, found);
            size_of[index] = 0;
            count--;
        } else {
            struct recorded_block block = {.address = (uint64_t)address_of(index), .size = step + 1};
            assert_true(put(&table, &block));
            count += size_of[index] == 0;
            size_of[index] = step + 1;
        }
        assert_int_equal(table.count, count);
    }
    blocks_deinit(&table);
}

static void the_filter_forgets_what_is_removed(void **state)
{
    (void)state;
    struct block_table table;
    assert_true(blocks_init(&table, 1 << 16));
    for (unsigned round = 0; round < 1000; round++) {
        struct recorded_block block = {.address = (uint64_t)address_of(7), .size = 1};
        assert_true(put(&table, &block));
        assert_true(blocks_may_hold(&table, address_of(7)));
        blocks_remove(&table, blocks_find(&table, address_of(7)));
        assert_false(blocks_may_hold(&table, address_of(7)));
    }
    blocks_deinit(&table);
}

static void a_slot_has_a_weight_only_if_its_address_is_recorded(void **state)
{
    (void)state;
    struct block_table table;
    struct recorded_block block = {.address = (uint64_t)address_of(7), .size = 1, .weight = 5};
    assert_true(blocks_init(&table, 1 << 16));
    assert_true(put(&table, &block));
    assert_int_equal(blocks_add(&table, address_of(7))->weight, 5);
    blocks_remove(&table, blocks_find(&table, address_of(7)));
    assert_int_equal(blocks_add(&table, address_of(7))->weight, 0);
    assert_int_equal(table.count, 1);
    blocks_deinit(&table);
}

static void a_full_table_refuses_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct block_table table;
    uint64_t taken = 0;
    assert_true(blocks_init(&table, 1 << 12));
    for (uint64_t i = 0; i < 1 << 12; i++) {
        struct recorded_block block = {.address = (uint64_t)address_of(i), .size = i + 1};
        taken += put(&table, &block);
    }
    assert_in_range(taken, (1 << 12) / 2, (1 << 12) - 1);
    for (uint64_t i = 0; i < taken; i++)
        assert_int_equal(blocks_find(&table, address_of(i))->size, i + 1);
    blocks_deinit(&table);
}

static void an_empty_table_may_be_asked(void **state)
{
    (void)state;
    struct block_table table = BLOCK_TABLE_EMPTY;
    for (uint64_t i = 0; i < ADDRESSES; i++)
        assert_false(blocks_may_hold(&table, address_of(i)));
}

static uint32_t add_stack(struct stacks *stacks, const struct stack_frame *frames, size_t count)
{
    uint32_t hash = stacks_hash(frames, count);
    int64_t known = stacks_find(stacks, frames, count, hash);
    return known != STACK_NONE ? (uint32_t)known : stacks_add(stacks, frames, count, hash, false);
}

static void the_same_frames_are_the_same_stack_and_others_are_not(void **state)
{
    (void)state;
    struct stacks stacks;
    struct stack_frame frames[] = {{address_of(1), 2}, {address_of(2), 4}};
    struct stack_frame other[] = {{address_of(1), 2}, {address_of(2), 6}};
    assert_true(stacks_init(&stacks));
    uint32_t stack = add_stack(&stacks, frames, 2);
    assert_int_equal(stack, STACK_FIRST_REAL);
    assert_int_equal(add_stack(&stacks, frames, 2), stack);
    assert_int_not_equal(add_stack(&stacks, frames, 1), stack);
    assert_int_not_equal(add_stack(&stacks, other, 2), stack);
    assert_int_equal(add_stack(&stacks, frames, 0), STACK_NO_FRAME);
    assert_true(stacks_is(&stacks, stack, frames, 2));
    assert_false(stacks_is(&stacks, stack, other, 2));
    assert_ptr_equal(stacks.at[stack].frames[0].code, address_of(1));
    stacks_deinit(&stacks);
}

static void stacks_that_find_no_room_are_counted(void **state)
{
    (void)state;
    struct stacks stacks;
    assert_true(stacks_init(&stacks));
    for (uint64_t i = 0; i < STACKS_MAX; i++) {
        struct stack_frame frame = {address_of(i % 100), i};
        uint32_t stack = add_stack(&stacks, &frame, 1);
        assert_int_equal(stack, i < STACKS_MAX - STACK_FIRST_REAL ? i + STACK_FIRST_REAL : STACK_LOST);
    }
    assert_int_equal(stacks.lost_stacks, STACK_FIRST_REAL);
    stacks_deinit(&stacks);
}

static void code_objects_that_find_no_room_are_counted(void **state)
{
    (void)state;
    struct stacks stacks;
    bool is_new;
    assert_true(stacks_init(&stacks));
    for (int64_t i = 0; i < STACKS_CODE_MAX; i++) {
        assert_int_equal(stacks_add_code(&stacks, address_of((uint64_t)i), &is_new), i);
        assert_true(is_new);
    }
    assert_int_equal(stacks_add_code(&stacks, address_of(5), &is_new), 5);
    assert_false(is_new);
    assert_int_equal(stacks_add_code(&stacks, address_of(STACKS_CODE_MAX), &is_new), STACK_NONE);
    assert_int_equal(stacks.lost_code, 1);
    stacks_deinit(&stacks);
}

static void counters_come_back_to_zero(void **state)
{
    (void)state;
    struct stacks stacks;
    assert_true(stacks_init(&stacks));
    for (uint64_t size = 1; size < 100000; size = size * 3 + 1) {
        stacks_count_born(&stacks, 0, size, 12345, 7);
        stacks_count_live(&stacks, 0, size, 12345);
    }
    stacks_count_born(&stacks, 1, 64, 4096, 9);
    stacks_count_born(&stacks, 1, 64, 4096, 12);
    assert_int_equal(stacks.at[0].first, 7);
    assert_int_equal(stacks.at[1].first, 9);
    assert_int_equal(stacks.at[1].last, 12);
    assert_int_equal(stacks.at[0].live_bytes, stacks.at[0].alloc_bytes);
    for (uint64_t size = 1; size < 100000; size = size * 3 + 1)
        stacks_count_dead(&stacks, 0, size, 12345);
    assert_int_equal(stacks.at[0].live_bytes, 0);
    assert_int_equal(stacks.at[0].live_weight, 0);
    assert_true(stacks.at[0].alloc_bytes > 0);
    stacks_restart_counting(&stacks);
    assert_int_equal(stacks.at[0].alloc_bytes, 0);
    stacks_deinit(&stacks);
}

/* The estimate of `count` blocks of `size` bytes each. */
static double estimate(struct sampling *sampling, size_t size, unsigned count)
{
    double blocks = 0;
    int64_t countdown = sampling_draw(sampling);
    for (unsigned i = 0; i < count; i++) {
        countdown -= (int64_t)size;
        if (countdown < 0) {
            blocks += (double)sampling_weight(sampling, size) / BLOCK_WEIGHT_ONE;
            countdown = sampling_draw(sampling);
        }
    }
    return blocks * (double)size;
}

static void sums_over_samples_are_unbiased_for_all_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {16, 100, 1024, 65536, 524288, 5000000};
    struct sampling sampling;
    sampling_init(&sampling, 1, SAMPLING_INTERVAL_DEFAULT);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned count = (unsigned)(UINT64_C(4) * 1024 * 1024 * 1024 / sizes[i]);
        double truth = (double)sizes[i] * count, sum = estimate(&sampling, sizes[i], count);
        /* 4 GiB at 512 KiB: a relative standard deviation of 1.1 %; five of them. */
        assert_true(fabs(sum / truth - 1) < 0.055);
    }
}

static void no_draw_is_zero_and_no_weight_below_one(void **state)
{
    (void)state;
    struct sampling sampling;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        sampling_init(&sampling, seed, seed % 3 ? SAMPLING_INTERVAL_DEFAULT : seed);
        for (unsigned i = 0; i < 1000; i++)
            assert_in_range(sampling_draw(&sampling), 1, 37 * (int64_t)SAMPLING_INTERVAL_MAX);
        for (uint64_t size = 0; size < UINT64_C(1) << 60; size = size * 2 + 1)
            assert_true(sampling_weight(&sampling, size) >= BLOCK_WEIGHT_ONE);
    }
}

enum { SITE_A = 10, SITE_B = 11 };

/* A store that is grown `a` times by A and then `b` times by B, by the factor times / by. */
static uint32_t majority_after(unsigned a, unsigned b, uint64_t times, uint64_t by)
{
    uint64_t size = 576;
    struct vote vote = vote_first(SITE_A, size);
    for (unsigned i = 0; i < a + b; i++) {
        uint64_t grown = size * times / by + 8;
        vote_cast(&vote, i < a ? SITE_A : SITE_B, vote_weight(size, grown));
        size = grown;
    }
    return vote.candidate;
}

static void one_late_growth_does_not_take_the_blame(void **state)
{
    (void)state;
    assert_int_equal(majority_after(20, 1, 9, 8), SITE_A); /* a list */
    assert_int_equal(majority_after(3, 1, 2, 1), SITE_A);  /* a dict */
}

static void who_adds_most_in_the_end_has_the_majority(void **state)
{
    (void)state;
    assert_int_equal(majority_after(20, 20, 9, 8), SITE_B);
    assert_int_equal(majority_after(3, 3, 2, 1), SITE_B);
}

static void one_large_extend_outweighs_what_was_there(void **state)
{
    (void)state;
    struct vote vote = vote_first(SITE_A, 800);
    vote_cast(&vote, SITE_B, vote_weight(800, 8000000));
    assert_int_equal(vote.candidate, SITE_B);
}

static void shrinking_is_no_vote(void **state)
{
    (void)state;
    assert_int_equal(vote_weight(1000, 1000), 0);
    assert_int_equal(vote_weight(1000, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_block_table_agrees_with_an_array_after_any_puts_and_removes),
        cmocka_unit_test(the_filter_forgets_what_is_removed),
        cmocka_unit_test(a_slot_has_a_weight_only_if_its_address_is_recorded),
        cmocka_unit_test(a_full_table_refuses_and_keeps_what_it_has),
        cmocka_unit_test(an_empty_table_may_be_asked),
        cmocka_unit_test(the_same_frames_are_the_same_stack_and_others_are_not),
        cmocka_unit_test(stacks_that_find_no_room_are_counted),
        cmocka_unit_test(code_objects_that_find_no_room_are_counted),
        cmocka_unit_test(counters_come_back_to_zero),
        cmocka_unit_test(sums_over_samples_are_unbiased_for_all_sizes),
        cmocka_unit_test(no_draw_is_zero_and_no_weight_below_one),
        cmocka_unit_test(one_late_growth_does_not_take_the_blame),
        cmocka_unit_test(who_adds_most_in_the_end_has_the_majority),
        cmocka_unit_test(one_large_extend_outweighs_what_was_there),
        cmocka_unit_test(shrinking_is_no_vote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
