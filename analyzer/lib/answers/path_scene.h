/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All references that hold, without some: where other paths than the first are looked for. */
#ifndef WHOHOLDS_LIB_PATH_SCENE_H
#define WHOHOLDS_LIB_PATH_SCENE_H

#include "answers/analysis.h"
#include "cut/cuttable.h"
#include "graph/min_cut.h"
#include "cut/what_if.h"

struct path_scene {
    const struct model *model;
    struct strong_graph strong;
    struct cut_rules rules;
    struct cut_edges without;       /* the references that are left out, with room for more */
    uint32_t without_capacity, ignored_count;   /* the first are those that the options tell to ignore */
    struct what_if what_if;         /* paths without them, once path_scene_look was called */
    struct retention left_retention;
    struct model left;              /* points into this struct: do not copy it */
};

/* With the references that the options tell to follow or to ignore. */
enum wh_status path_scene_init(struct wh_analysis *analysis, const struct wh_path_options *options, struct wh_error *error,
                               struct path_scene *ret) WH_MUST_USE;
void path_scene_deinit(struct path_scene *scene);

/* Looks for shortest paths without the references left out so far. Call it again after leaving out more. */
enum wh_status path_scene_look(struct path_scene *scene, const struct progress *progress, struct wh_error *error) WH_MUST_USE;

/* All references from one object to the next that can be removed: an object that refers to it twice holds it once. Sets *more if there are any. */
enum wh_status path_scene_leave_hop(struct path_scene *scene, uint32_t from, uint32_t to, struct wh_error *error, bool *more) WH_MUST_USE;

/* Leaves out nothing but what is to be ignored. The next thing to be done, after path_scene_leave_hop if need be, is to look. */
void path_scene_leave_nothing(struct path_scene *scene);

/* Leaves out the removable references of the path to a node; false in *more if there are none. After path_scene_look. */
enum wh_status path_scene_leave_path(struct path_scene *scene, uint32_t node, struct wh_error *error, bool *more) WH_MUST_USE;

#endif
