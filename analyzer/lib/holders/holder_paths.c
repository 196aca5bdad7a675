/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/holder_paths.h"

#include <string.h>

static bool is_module(const struct model *model, uint32_t node)
{
    return node != NODE_NONE && heap_is_module(model->heap, node);
}

/* A step as code sees it. Returns false for a step that no code can take, such as the path's root. */
static bool translate(const struct model *model, const struct naming_step *step, struct holder_step *ret)
{
    *ret = (struct holder_step){.owner = step->owner, .name = step->name, .node = step->node};
    switch (step->kind) {
    case STEP_ROOT:
    case STEP_MODULE:
        return false;
    case STEP_ATTRIBUTE:
        ret->kind = is_module(model, step->owner) ? ACCESS_GLOBAL : ACCESS_ATTRIBUTE;
        if (ret->kind == ACCESS_GLOBAL)
            ret->owner = heap_member(model->heap, step->owner, "__dict__");
        break;
    case STEP_THREAD_LOCAL:
        ret->kind = ACCESS_ATTRIBUTE;
        break;
    case STEP_CLOSURE:
        ret->kind = ACCESS_CLOSURE;
        break;
    case STEP_DEFAULT:
        ret->kind = ACCESS_DEFAULT;
        break;
    case STEP_LOCAL:
        ret->kind = ACCESS_LOCAL;
        ret->owner = label_code_of_locals(model->heap, step->owner);
        break;
    case STEP_OTHER:
        ret->kind = ACCESS_ITEM;
        break;
    }
    return true;
}

static bool starts_at_name(enum access_kind kind)
{
    return kind == ACCESS_GLOBAL || kind == ACCESS_CLOSURE || kind == ACCESS_DEFAULT || kind == ACCESS_LOCAL;
}

static bool is_context_variable(const struct model *model, const struct naming_step *step)
{
    uint32_t key = step->kind == STEP_OTHER && step->label.kind == LABEL_VALUE ? step->label.key : HEAP_NULL;
    return key && span_is(heap_type(model->heap, key)->name, "ContextVar");
}

/* A name starts the path anew; of a long path the last steps are kept. */
static void append_step(struct holder_path *path, struct holder_step step)
{
    if (starts_at_name(step.kind))
        path->step_count = 0;
    if (path->step_count == HOLDER_STEPS_MAX) {
        memmove(path->steps, path->steps + 1, (HOLDER_STEPS_MAX - 1) * sizeof(path->steps[0]));
        path->step_count--;
    }
    path->steps[path->step_count++] = step;
}

static bool same_path(const struct holder_path *a, const struct holder_path *b)
{
    if (a->step_count != b->step_count)
        return false;
    for (unsigned i = 0; i < a->step_count; i++) {
        const struct holder_step *left = &a->steps[i], *right = &b->steps[i];
        if (left->kind != right->kind || left->owner != right->owner || left->node != right->node ||
            left->name.length != right->name.length || memcmp(left->name.bytes, right->name.bytes, left->name.length))
            return false;
    }
    return true;
}

static void add_path(const struct model *model, const struct naming_path *naming, uint32_t step_count, struct holder *holder)
{
    struct holder_path path = {.step_count = 0};
    if (step_count == 1 && naming->steps[0].kind == STEP_MODULE)   /* known by itself: globals(), sys.modules[__name__] */
        path = (struct holder_path){{{.kind = ACCESS_VARIABLE, .name = {"", 0}, .node = naming->steps[0].node}}, 1};
    for (uint32_t i = 0; i < step_count; i++) {
        struct holder_step step;
        if (is_context_variable(model, &naming->steps[i]))
            path = (struct holder_path){{{.kind = ACCESS_VARIABLE, .name = {"", 0}, .node = naming->steps[i].label.key}}, 1};
        if (translate(model, &naming->steps[i], &step))
            append_step(&path, step);
    }
    bool known = !path.step_count;
    for (unsigned i = 0; i < holder->path_count; i++)
        known |= same_path(&holder->paths[i], &path);
    if (!known && holder->path_count < HOLDER_PATHS_MAX)
        holder->paths[holder->path_count++] = path;
}

static enum wh_status add_through(const struct model *model, const struct referrer *referrer, struct wh_error *error, struct holder *holder)
{
    struct naming_path naming;
    if (!bfs_tree_is_reached(model->paths, referrer->source) || heap_items_kind(model->heap, referrer->source) == FORM_ITEMS_WEAK)
        return WH_OK;
    enum wh_status status = naming_path_init_through(model, referrer->source, referrer->ref, error, &naming);
    if (!status)
        add_path(model, &naming, naming.step_count, holder);
    naming_path_deinit(&naming);
    return status;
}

/* The value of a module's name, in sys.modules. */
static uint32_t module_attribute(const struct heap *heap, const char *module, const char *name)
{
    for (uint32_t i = 0; i < heap->root_count; i++) {
        if (heap->roots[i].kind != ROOT_MODULES || heap_items_kind(heap, heap->roots[i].node) != FORM_ITEMS_PAIRS)
            continue;
        uint32_t found = heap_dict_get(heap, heap->roots[i].node, module);
        return found ? heap_attribute(heap, found, name) : HEAP_NULL;
    }
    return HEAP_NULL;
}

/* What only C code adds to, and the function that it does so for. */
static const struct registrar {
    enum root_kind root;
    const char *attribute, *module, *function;
    bool of_any_module;   /* the attribute is the calling module's own; else it is `module`'s */
} registrars[] = {
    {ROOT_ATEXIT, NULL, "atexit", "register", false},
    {ROOT_MODULES, NULL, "atexit", "register", false},   /* the module itself, which has them until 3.9 */
    {ROOT_CODECS, NULL, "codecs", "register", false},
    {ROOT_MODULES, "__warningregistry__", "warnings", "warn", true},
    {ROOT_MODULES, "garbage", "gc", "set_debug", false},   /* DEBUG_SAVEALL; what cannot be freed is hardly ever there since 3.4 */
};

static bool leads_to(const struct heap *heap, const struct registrar *registrar, const struct naming_step *last)
{
    if (registrar->attribute && !(last->kind == STEP_ATTRIBUTE && span_is(last->name, registrar->attribute)))
        return false;
    if (registrar->attribute)
        return registrar->of_any_module || module_attribute(heap, registrar->module, registrar->attribute) == last->node;
    return registrar->root != ROOT_MODULES || (last->kind == STEP_MODULE && span_is(last->name, registrar->module));
}

static void find_registrar(const struct model *model, const struct naming_path *naming, struct holder *ret)
{
    enum root_kind root = naming->root == NODE_NONE ? ROOT_NATIVE : model->retention->roots[naming->root].kind;
    const struct naming_step *last = &naming->steps[naming->step_count - 1];
    for (size_t i = 0; i < sizeof(registrars) / sizeof(registrars[0]) && !ret->registrar; i++) {
        const struct registrar *registrar = &registrars[i];
        if (registrar->root != root || !leads_to(model->heap, registrar, last))
            continue;
        ret->registrar = module_attribute(model->heap, registrar->module, registrar->function);
        ret->registrar_name = (struct span){registrar->function, strlen(registrar->function)};
        if (registrar->of_any_module)
            ret->registrar_globals = heap_member(model->heap, last->owner, "__dict__");
    }
}

enum wh_status holder_paths_find(const struct model *model, uint32_t node, const struct referrers *referrers, struct wh_error *error,
                                 struct holder *ret)
{
    struct naming_path naming;
    uint32_t count;
    *ret = (struct holder){.node = node};
    enum wh_status status = naming_path_init(model, node, error, &naming);
    if (!status) {
        add_path(model, &naming, naming.step_count, ret);
        find_registrar(model, &naming, ret);
    }
    naming_path_deinit(&naming);
    const struct referrer *rows = referrers_of(referrers, node, &count);
    for (uint32_t i = 0; !status && i < count && ret->path_count < HOLDER_PATHS_MAX; i++)
        status = add_through(model, &rows[i], error, ret);
    return status;
}

void holder_paths_of_step(const struct model *model, const struct naming_path *path, uint32_t step, struct holder *ret)
{
    *ret = (struct holder){.node = path->steps[step].node};
    add_path(model, path, step + 1, ret);
}
