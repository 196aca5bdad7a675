/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/store_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "holders/search.h"

/* ---- states and queue ---- */

enum wh_status search_grow(struct search *s, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size)
{
    void *array, *larger;
    if (count < *capacity)
        return WH_OK;
    memcpy(&array, array_pointer, sizeof(array));
    uint32_t wanted = count < 32 ? 64 : count * 2;
    larger = realloc(array, wanted * size);
    if (!larger)
        return wh_error_set(s->error, WH_ERR_RESOURCE, "out of memory: %u elements of %zu bytes for store sites", wanted, size);
    memcpy(array_pointer, &larger, sizeof(larger));
    *capacity = wanted;
    return WH_OK;
}

struct code_state *search_find(const struct search *s, uint32_t row)
{
    uint32_t number = s->state_of_row[row];
    return number ? &s->states[number - 1] : NULL;
}

/* The state of a code object, made if need be. */
enum wh_status search_touch(struct search *s, uint32_t row, uint32_t depth, struct code_state **ret)
{
    *ret = search_find(s, row);
    if (*ret)
        return WH_OK;
    enum wh_status status = search_grow(s, &s->states, s->state_count, &s->state_capacity, sizeof(*s->states));
    if (status)
        return status;
    *ret = &s->states[s->state_count++];
    memset(*ret, 0, sizeof(**ret));
    (*ret)->row = row;
    (*ret)->depth = depth;
    s->state_of_row[row] = s->state_count;
    return WH_OK;
}

/* Each code object stands in the queue at most once at a time. */
enum wh_status search_enqueue(struct search *s, struct code_state *state)
{
    if (state->queued)
        return WH_OK;
    state->queued = true;
    enum wh_status status = search_grow(s, &s->queue, s->queue_count, &s->queue_capacity, sizeof(*s->queue));
    if (!status)
        s->queue[s->queue_count++] = state->row;
    return status;
}

static enum wh_status enqueue_row(struct search *s, uint32_t row, uint32_t depth)
{
    struct code_state *state;
    bool known = search_find(s, row) != NULL;
    enum wh_status status = search_touch(s, row, depth, &state);
    return status || known ? status : search_enqueue(s, state);
}

/* ---- turns ---- */

static enum wh_status prepare(struct search *s, uint32_t row)
{
    s->row = row;
    code_view_init(s->heap, &s->heap->codes[row], &s->view);
    enum wh_status status = code_index_flow(s->index, row, s->error, &s->flow);
    if (!status)
        status = search_grow(s, &s->sets, s->flow->expr_count, &s->set_capacity, sizeof(*s->sets));
    if (!status)
        memset(s->sets, 0, s->flow->expr_count * sizeof(*s->sets));
    return status;
}

static enum wh_status take_turn(struct search *s, uint32_t row)
{
    static enum wh_status (*const visit[])(struct search *, const struct event *) = {
        [EVENT_CALL] = search_visit_call,
        [EVENT_STORE_ITEM] = search_visit_stored_item,
        [EVENT_STORE_SLICE] = search_visit_statement,
        [EVENT_INPLACE] = search_visit_statement,
        [EVENT_ADD] = search_visit_add,
        [EVENT_STORE_ATTR] = search_visit_stored_attribute,
        [EVENT_STORE_GLOBAL] = search_visit_stored_name,
        [EVENT_STORE_CELL] = search_visit_stored_name,
        [EVENT_STORE_FAST] = search_visit_stored_name,
        [EVENT_RETURN] = search_visit_returned,
        [EVENT_ELEMENT] = NULL,   /* looked at where the tuple is used */
        [EVENT_DELETE_ITEM] = search_visit_deleted_item,
        [EVENT_RAISE] = search_visit_raise,
        [EVENT_LOAD_ITEM] = search_visit_loaded_item,
        [EVENT_PART] = NULL,      /* looked at where what is made gets its name */
    };
    enum wh_status status = prepare(s, row);
    if (status)
        return status;
    search_match_all(s);
    if (search_mark_makers(s))
        search_match_all(s);
    s->found->incomplete |= s->flow->partial;
    for (uint32_t i = 0; !status && i < s->flow->event_count; i++)
        if (visit[s->flow->events[i].kind])
            status = visit[s->flow->events[i].kind](s, &s->flow->events[i]);
    return status ? status : search_want_parameters(s);
}

/* ---- where to begin ---- */

static enum wh_status begin_with_users(struct search *s, uint32_t name)
{
    if (!name)
        return WH_OK;
    uint32_t first = s->index->first_user_of_name[name], end = s->index->first_user_of_name[name + 1];
    s->found->incomplete |= end - first > USERS_MAX;
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && i < end && i - first < USERS_MAX; i++)
        status = enqueue_row(s, s->index->users[i], 0);
    return status;
}

static enum wh_status begin_with_methods(struct search *s, uint32_t type)
{
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; !status && row < s->heap->code_count; row++) {
        uint32_t class_type = s->index->facts[row].class_type;
        if (class_type != TYPE_NONE && code_index_is_subtype(s->index, type, class_type))
            status = enqueue_row(s, row, 0);
    }
    return status;
}

static bool has_attribute(const struct holder_steps *steps)
{
    bool has = false;
    for (uint64_t left = steps->in_use; left; left &= left - 1)
        has |= steps->kind[__builtin_ctzll(left)] == ACCESS_ATTRIBUTE;
    return has;
}

/* getattr(self, name).append(x), globals()[name] = x: the application's code that does so without saying the name. */
static enum wh_status begin_with_application(struct search *s, enum known_name name)
{
    uint32_t first = s->index->first_user_of_name[name], end = s->index->first_user_of_name[name + 1];
    enum wh_status status = WH_OK;
    for (uint32_t i = first; !status && i < end && i - first < USERS_MAX; i++)
        if (!s->index->facts[s->index->users[i]].library)
            status = enqueue_row(s, s->index->users[i], 0);
    return status;
}

static bool has_free_variable(const struct search *s, uint32_t row, uint32_t name)
{
    struct code_view view;
    code_view_init(s->heap, &s->heap->codes[row], &view);
    for (uint32_t i = 0, node; (node = code_view_free_name(&view, i)) != HEAP_NULL; i++) {
        if (code_index_name_of_node(s->index, node) == name)
            return true;
    }
    return false;
}

/* A local variable that a function has in common with the one around it, or with one inside: there is other code that sees it. */
static bool is_shared_variable(const struct search *s, unsigned step)
{
    uint32_t row = s->steps.owner_row[step], name = s->steps.name[step];
    if (s->steps.kind[step] != ACCESS_LOCAL || row == CODE_NONE || !name)
        return false;
    bool shared = has_free_variable(s, row, name);
    for (uint32_t inner = 0; !shared && inner < s->heap->code_count; inner++)
        shared = s->index->facts[inner].parent == row && has_free_variable(s, inner, name);
    return shared;
}

static enum wh_status begin(struct search *s)
{
    const struct holder *holder = s->steps.holder;
    enum wh_status status = begin_with_users(s, s->content);
    if (!status && holder->registrar)
        status = begin_with_users(s, code_index_find_name(s->index, holder->registrar_name));
    if (!status && s->steps.derives)
        status = begin_with_methods(s, code_index_type_of(s->index, holder->node));
    if (!status && s->steps.element_type != TYPE_NONE)
        status = begin_with_methods(s, s->steps.element_type);
    if (!status && has_attribute(&s->steps))
        status = begin_with_application(s, NAME_GETATTR);
    if (!status && s->steps.namespace_node)
        status = begin_with_application(s, NAME_GLOBALS);
    if (!status && s->steps.namespace_node)
        status = begin_with_application(s, NAME_SETATTR);
    for (uint64_t left = s->steps.in_use; !status && left; left &= left - 1) {
        unsigned step = (unsigned)__builtin_ctzll(left);
        uint32_t row = s->steps.owner_row[step], parent = row == CODE_NONE ? CODE_NONE : s->index->facts[row].parent;
        if (row != CODE_NONE)
            status = enqueue_row(s, row, 0);
        if (!status && parent != CODE_NONE && s->steps.kind[step] == ACCESS_CLOSURE)
            status = enqueue_row(s, parent, 0);
        bool variable = s->steps.kind[step] == ACCESS_VARIABLE && !s->steps.namespace_node;
        if (!status && variable)
            status = begin_with_users(s, NAME_SET);
        if (!status && variable)
            status = begin_with_users(s, NAME_GET);
        if (!status && s->steps.kind[step] != ACCESS_DEFAULT && (s->steps.kind[step] != ACCESS_LOCAL || is_shared_variable(s, step)))
            status = begin_with_users(s, s->steps.name[step]);
    }
    return status;
}

static enum wh_status run(struct search *s)
{
    enum wh_status status = begin(s);
    uint32_t turns = 0;
    for (; !status && s->queue_first < s->queue_count && turns < TURNS_MAX; turns++) {
        uint32_t row = s->queue[s->queue_first++];
        search_find(s, row)->queued = false;
        status = take_turn(s, row);
    }
    s->found->incomplete |= turns == TURNS_MAX;
    return status;
}

enum wh_status store_search(struct code_index *index, const struct holder *holder, struct wh_error *error, struct found_sites *ret)
{
    struct search s = {.index = index, .heap = index->heap, .error = error, .found = ret};
    *ret = (struct found_sites){0};
    holder_steps_init(index, holder, &s.steps);
    s.opaque = code_index_is_opaque(index, holder->node);
    s.content = holder->content.length ? code_index_find_name(index, holder->content) : NAME_NONE;
    s.set_by_interpreter = holder->content.length && !s.content;
    enum wh_status status = array_alloc_zeroed(index->heap->code_count, sizeof(uint32_t), "store sites", error, &s.state_of_row);
    if (!status)
        status = run(&s);
    free(s.state_of_row);
    free(s.states);
    free(s.queue);
    free(s.sets);
    if (status) {
        free(ret->sites);
        free(ret->removals);
        *ret = (struct found_sites){0};
    }
    return status;
}
