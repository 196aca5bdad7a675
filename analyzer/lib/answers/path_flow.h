/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Independent paths as a flow. Taking shortest paths one after the other can end too early: one of them may use references of two others. So
 * when it ends, one looks for a way that may also go back along paths that were found, which gives back the references there (Ford and Fulkerson, 1956);
 * if there is none, there are no more paths.
 */
#ifndef WHOHOLDS_LIB_PATH_FLOW_H
#define WHOHOLDS_LIB_PATH_FLOW_H

#include "answers/path_scene.h"

struct flow_hop { uint32_t from, to; };
struct path_flow {
    struct flow_hop *hops;      /* by `to`, then by `from`; as often as paths use it */
    uint32_t count, capacity;
    uint32_t value;             /* paths */
};

void path_flow_deinit(struct path_flow *flow);

/* Adds the scene's path to a node. */
enum wh_status path_flow_add(struct path_flow *flow, const struct path_scene *scene, uint32_t node, struct wh_error *error) WH_MUST_USE;

/*
 * Looks for one path more, where the scene leaves out what can be removed of those that there are. *found: there was one, and the scene leaves out
 * what can be removed of all paths as they are now. Takes 8 bytes an object and looks at each reference once.
 */
enum wh_status path_flow_find(struct path_flow *flow, struct path_scene *scene, uint32_t node, struct wh_error *error, bool *found) WH_MUST_USE;

/* One of the paths: the node first, then what refers to it, up to a root. */
struct flow_path { uint32_t *nodes; uint32_t length; };

/* All of them, shortest first, which the caller frees with flow_paths_free, also after a failure. */
enum wh_status path_flow_paths(const struct path_flow *flow, uint32_t node, uint32_t node_count, struct wh_error *error, struct flow_path **ret) WH_MUST_USE;
void flow_paths_free(struct flow_path *paths, uint32_t count);

#endif
