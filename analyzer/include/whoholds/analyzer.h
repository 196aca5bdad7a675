/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whoholds: who holds this memory? The analyzer's public header.
 *
 * An analysis is opened on a snapshot file and answers questions. Stages run when a question first needs them, and once. Results are
 * plain structs; strings in them are UTF-8 (lone surrogates and invalid bytes replaced by U+FFFD) and, like the structs, are owned by
 * the result and freed with it. All sizes are bytes, all counts are objects unless they say otherwise. Results are deterministic: the same
 * snapshot gives the same answer, ties are broken by name, then by node.
 *
 * A function that can fail returns a status and fills in the error: WH_ERR_INPUT for a file that is wrong or a question about something
 * that is not there, WH_ERR_USAGE for a question that makes no sense, WH_ERR_RESOURCE without memory.
 * The library prints nothing and never exits. It is not thread-safe: one analysis, one thread.
 */
#ifndef WHOHOLDS_ANALYZER_H
#define WHOHOLDS_ANALYZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

struct wh_analysis;

/* Called now and then from long stages: `done` of `total` steps of the phase. Returning false cancels (WH_ERR_RESOURCE, "cancelled …"). */
typedef bool (*wh_progress)(void *context, const char *phase, uint64_t done, uint64_t total);

/* Opens a snapshot. `progress` may be NULL. Close with wh_analysis_close. */
enum wh_status wh_analysis_open(const char *path, wh_progress progress, void *context, struct wh_error *error,
                                struct wh_analysis **ret) WH_MUST_USE;
void wh_analysis_close(struct wh_analysis *analysis);

/* Whether results are kept in a file beside the snapshot, SNAPSHOT.whx, so that the next analysis need not make them again. */
#define WH_KEPT_SUFFIX ".whx"
enum wh_keep { WH_KEEP_NEVER, WH_KEEP_IF_LARGE /* a million objects and more */, WH_KEEP_ALWAYS };

/* The same with kept results. Where they cannot be read, or written, it goes without. */
enum wh_status wh_analysis_open_kept(const char *path, enum wh_keep keep, wh_progress progress, void *context, struct wh_error *error,
                                     struct wh_analysis **ret) WH_MUST_USE;

/* --- info: what this snapshot is --- */

struct wh_mass { uint64_t objects, bytes; };

struct wh_account_line {
    const char *name;
    uint64_t bytes;
    bool explains;    /* a part of the resident memory beside the Python objects, disjoint from the others that are */
};

struct wh_interpreter { uint64_t id; bool left_out; /* it has a GIL of its own, and its objects are not in the snapshot */ };

struct wh_info {
    const char *file, *python, *program, *mode, *trigger, *values;
    uint64_t pid, created_ns, pause_ns, dump_ns, file_bytes;
    const char *recorder;                   /* off, sample, holders, exact */
    bool collecting;
    bool compressed;                        /* the file is */
    bool interrupted;                       /* native code held the GIL: what it was changing may be in disorder */
    uint64_t objects, references, bytes, types, threads, frames, code_objects, dangling;
    struct wh_mass live, garbage, native;   /* native: live only because native code holds it */
    uint64_t rss;                           /* 0 if not known */
    size_t account_count;
    struct wh_account_line *account;
    size_t interpreter_count;
    struct wh_interpreter *interpreters;    /* the main one first */
    uint64_t static_bytes;                  /* of objects in the interpreter's file, which is mapped memory and counts as such */
    uint64_t accounted;                     /* bytes of rss that are explained: objects and lines of the account */
};

enum wh_status wh_info(struct wh_analysis *analysis, struct wh_error *error, const struct wh_info **ret) WH_MUST_USE;

/* --- objects and paths --- */

struct wh_object {
    uint64_t address;
    const char *type;              /* `bytearray`, `app.models.Order` */
    uint64_t shallow_bytes, retained_bytes, retained_objects;
    uint64_t length;               /* items in use; UINT64_MAX if the object is no container */
    const char *preview;           /* contents as far as the snapshot has them; the name of a class, function, module, …; else "" */
};

/* One step of a path: the reference that leads to the object, as a programmer would write it, and the object. */
struct wh_hop {
    const char *label;             /* `sys.modules['app']`, `.cache`, `['key']`, `[3]`, `closure variable seen` */
    struct wh_object object;
    bool dominator;                /* every path from the roots leads through this object */
};

struct wh_path {
    const char *root_kind;         /* module, frame, thread, native, interpreter, builtins, type, atexit, codecs, gc, garbage */
    const char *root_name;
    const char *expression;        /* the whole path in one line: `app.cache['k'][3]` */
    size_t hop_count;
    struct wh_hop *hops;           /* root first; the last one is the object itself */
};

struct wh_paths { size_t count; struct wh_path *paths; uint64_t matching; /* objects that the question named */ };

/* What a question is about. One of the first six at most; with conditions alone all objects are asked about. */
struct wh_query {
    uint64_t address;              /* 0: not given */
    const char *type;              /* qualified name, with * and ? a pattern; `builtins.` may be left out */
    const char *instances_of;      /* the objects of a class and of those derived from it */
    const char *module, *package;  /* objects whose class is of the module; of the package: or of a module below it */
    const char *expression;        /* `app.cache._store['k'][3]`, or another name that an answer gives */
    size_t where_count;
    const char *const *where;      /* conditions, which all have to be fulfilled: `len > 1000 and .status = 'open'` */
    size_t limit;                  /* objects at most; 0: 10 */
};

/* A shortest path from a root to each object named, the largest retained size first. WH_ERR_INPUT if there is no such object. */
enum wh_status wh_paths(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_paths **ret) WH_MUST_USE;
void wh_paths_free(struct wh_paths *paths);

struct wh_path_options {
    size_t ignore_count;
    const char *const *ignore;     /* references, as expressions, through which no path may lead */
    size_t independent;            /* 0: a path to each object; else so many paths to the first one, at most */
    bool owners;                   /* through every reference that holds, also where another object owns the target; implied by the others */
    bool weak;                     /* through weak references, too, which hold nothing */
};

/*
 * Paths through all references that hold, a frame's locals included, but for some. Independent paths come shortest first and have no
 * reference in common that a programmer could remove (wh_cut). Free with wh_paths_free. WH_ERR_INPUT if nothing else holds any of the objects.
 */
enum wh_status wh_other_paths(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                              struct wh_error *error, struct wh_paths **ret) WH_MUST_USE;

/* Paths drawn as one graph, in layers from top to bottom. */
struct wh_drawn_node {
    const char *name;              /* of a node on which a path begins: the reference that begins it; else its type */
    struct wh_object object;
    bool first, target;            /* a path begins, ends here */
    bool dominator;                /* all paths lead through here, also those that are not drawn */
    uint32_t layer;
    double x;                      /* from 0; nodes of a layer stand 1 apart or more */
};
struct wh_bend { uint32_t layer; double x; };
struct wh_drawn_edge {
    size_t from, to;
    const char *label;
    size_t bend_count;
    struct wh_bend *bends;         /* where it passes layers between its ends, from top to bottom */
};
struct wh_drawing { size_t node_count, edge_count; struct wh_drawn_node *nodes; struct wh_drawn_edge *edges; };

/* Nodes are told by their address. Hops without an address have no node: the next one hangs on the one before. */
enum wh_status wh_draw_paths(const struct wh_paths *paths, struct wh_error *error, struct wh_drawing **ret) WH_MUST_USE;
void wh_drawing_free(struct wh_drawing *drawing);

struct wh_merged_row {
    int64_t parent;                /* index of a row before this one, -1: at a root */
    const char *name;              /* the object through which the paths lead: `app.cache._store` */
    struct wh_object object;
    uint64_t count;                /* objects of the set whose path leads through it or ends there */
    double share;                  /* of all that are reached */
    uint64_t hidden;               /* of `count`, those below no row that has this parent */
};

/* The shortest paths to all objects of a set, put together to a tree; branches with less than 1 % are summed in `hidden`. What holds objects of the set
 * has a row, an object of the set only if paths to others lead through it. */
struct wh_merged {
    uint64_t matching, reached;    /* objects that the query named; those that have a path */
    uint64_t hidden;               /* reached ones below no row */
    size_t row_count;
    struct wh_merged_row *rows;    /* depth-first, most objects first */
};

enum wh_status wh_merged(struct wh_analysis *analysis, const struct wh_query *query, const struct wh_path_options *options,
                         struct wh_error *error, struct wh_merged **ret) WH_MUST_USE;
void wh_merged_free(struct wh_merged *merged);

/* Objects that a query names, one a row. */
struct wh_found_row { const char *name; struct wh_object object; };
struct wh_found {
    struct wh_mass all;            /* that were found, garbage included */
    uint64_t garbage;              /* objects of these that nothing holds */
    size_t row_count;
    struct wh_found_row *rows;     /* largest retained size first */
};

/* WH_ERR_INPUT if there is none. The query's limit: rows at most; 0: 20. */
enum wh_status wh_find(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_found **ret) WH_MUST_USE;
void wh_found_free(struct wh_found *found);

struct wh_reference {
    const char *label;
    const char *name;              /* of what has no label of its own: the whole expression, through this very reference; else "" */
    struct wh_object object;
    bool weak;
};

struct wh_details {
    struct wh_object object;
    uint64_t matching;             /* objects that the question named, of which it is the first */
    const char *expression;        /* its name, through a shortest path */
    const char *liveness;          /* live, native, garbage */
    uint32_t refcount;
    bool immortal, tracked, frozen;
    uint64_t reference_count, referrer_count, dominated_count;   /* all of them; the arrays hold `limit` at most */
    size_t references_shown, referrers_shown, dominated_shown;
    struct wh_reference *references;   /* what it refers to, in order */
    struct wh_reference *referrers;    /* what refers to it; the label is the referrer's reference, the name that of the object that leads through it */
    struct wh_reference *dominated;    /* what it alone keeps alive, largest first; without a label, but with a name, what it does not refer to itself */
    struct wh_path path;
};

/* Everything about the first object that the query names; limit: entries of each list (0: 20). */
enum wh_status wh_show(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_details **ret) WH_MUST_USE;
void wh_details_free(struct wh_details *details);

struct wh_line {
    const char *file;
    uint32_t line;
    const char *function;
    const char *text;          /* the source line, "" if the file cannot be read now */
    const char *evidence;      /* growth, store, store-executed, frame, suspended, traceback, definition, source */
    const char *certainty;     /* exact | likely | only candidate | one of N */
    const char *via;           /* `file:line in function` of the call that passed the holder in, or of the library's line; `local name`; `a new thread`; "" */
};

/* Where an object was allocated, as the recorder knows, and the lines that put things into it, with their evidence. */
struct wh_provenance {
    bool has_store, bounded;       /* the block in which it keeps its contents; it never has more than `capacity` items */
    uint64_t length, capacity;
    bool has_calls;                /* it is an lru_cache, and the snapshot tells how often it was asked */
    uint64_t hits, misses;
    size_t held_at_count;
    struct wh_line *held_at;       /* best first; of an object that holds nothing, none */
    bool allocated;                /* allocated_at is known */
    struct wh_line allocated_at;
};

/* Of the first object that the query names. Looks at all references and at the code. */
enum wh_status wh_provenance(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_provenance **ret) WH_MUST_USE;
void wh_provenance_free(struct wh_provenance *provenance);

/* --- top: tables of types, modules, holders --- */

enum wh_top_by { WH_TOP_TYPE, WH_TOP_MODULE, WH_TOP_HOLDER, WH_TOP_LINE };

struct wh_top_row {
    const char *name;
    uint64_t count, shallow_bytes;
    uint64_t retained_bytes;   /* but for holders: the sum over the objects that no object of the same row dominates */
    const struct wh_line *line;   /* of rows by line; NULL in the row of the objects of which no line is known */
};

struct wh_top {
    size_t row_count;
    struct wh_top_row *rows;       /* largest retained size first */
    uint64_t omitted_rows, omitted_count, omitted_shallow_bytes;
};

/* Live objects only; types of one name are one row. limit 0: all rows. Rows by holder are the same accumulation points that suspects are chosen from. By line: where an
 * object was allocated, if the recorder knows that, else the line of the holder in whose mass it is. */
enum wh_status wh_top(struct wh_analysis *analysis, enum wh_top_by by, size_t limit, struct wh_error *error, struct wh_top **ret) WH_MUST_USE;
void wh_top_free(struct wh_top *top);

/* --- suspects: the verdict --- */

/* Where objects were allocated: the innermost line of the application; `via` is the library's line, or else the caller's. */
struct wh_allocation {
    struct wh_line line;       /* evidence: allocation */
    uint64_t bytes, blocks;    /* recorded blocks that are alive: estimates if the recorder sampled */
};

struct wh_content { const char *type; uint64_t count, bytes; };

/*
 * Something is called a leak if a sign speaks for it and none against it. If one snapshot cannot settle it, as where what is put in is also
 * taken out, it is suspected, but not called a leak: of several snapshots, whether it grew decides.
 */
enum wh_verdict { WH_VERDICT_LARGE, WH_VERDICT_UNCERTAIN, WH_VERDICT_LEAK };
enum wh_weight { WH_WEIGHT_AGAINST, WH_WEIGHT_DOUBT, WH_WEIGHT_FOR };
struct wh_reason { const char *sign; const char *sentence; enum wh_weight weight; };

struct wh_suspect {
    enum wh_verdict verdict;
    const char *kind;              /* container, instance, frame, native, cycle, group */
    const char *name;              /* `__main__.cache`, `rows (local of load at app.py:12, thread ingest)` */
    const char *place;             /* what the name has in parentheses, else "" */
    struct wh_object holder;
    double share;                  /* of the live bytes */
    size_t held_at_count;      struct wh_line *held_at;       /* best first; none if nothing is known */
    size_t allocated_at_count; struct wh_allocation *allocated_at;   /* of what is held; most bytes first, none without a recorder */
    size_t content_count;      struct wh_content *contents;   /* largest first, at most 5 */
    struct wh_path path;           /* to the holder */
    const char *path_expression;   /* with the contents' places: `sys.modules['__main__'].cache[0…5]` */
    size_t cut_count;          const char **cuts;             /* references to cut */
    size_t reason_count;       struct wh_reason *reasons;
    char fingerprint[17];          /* hex; the same for the same holder in another process */
};

struct wh_suspects { size_t count; struct wh_suspect *suspects; bool any_leak; };

/* The suspects, whether called leaks or not, most bytes first; `all` adds what is merely large. limit 0: 10. */
enum wh_status wh_suspects(struct wh_analysis *analysis, bool all, size_t limit, struct wh_error *error, struct wh_suspects **ret) WH_MUST_USE;
void wh_suspects_free(struct wh_suspects *suspects);

/* What one snapshot could not settle, several of one process do: a suspect that has grown until the last one is called a leak, another one is merely
 * large, and goes unless `all`. */
struct wh_diff;
void wh_suspects_settle(struct wh_suspects *suspects, const struct wh_diff *diff, bool all);

/* --- cut: which references have to go --- */

/* The objects: by `query` or as a number of wh_suspects' list, from 1; neither is needed where references are given. */
struct wh_cut_query {
    struct wh_query query;         /* all objects of a type are meant; its limit does not count */
    size_t suspect;                /* 0: not given */
    size_t without_count;
    const char *const *without;    /* references as expressions: what if these went? Then no minimum is looked for. */
    size_t limit;                  /* entries of each list; 0: 20 */
};

struct wh_cut_reference {
    const char *reference;         /* `app.registry.by_id['k']` */
    const char *label;             /* its last step: `['k']` */
    struct wh_object from, to;     /* from: the object to which the last step belongs */
    uint64_t exclusive_bytes, exclusive_objects; /* what would be freed if only this one went */
    uint64_t cumulative_bytes;     /* freed if this one and all before it in the list went */
};

/* How many references, the first of the list, free nearly all (99 %) of what all of them do. */
struct wh_cut_most { uint64_t references, bytes; };

/* The one object that was asked for, or the suspect: of a group its name and what it retains together. */
struct wh_cut_asked { const char *name; struct wh_object object; };

struct wh_remaining {
    struct wh_object object;
    const char *held_by;           /* its name in what is left: how it is still reached */
    bool target;
};

struct wh_share {
    const char *holder;            /* a reference, or an object with several of the references */
    uint64_t references;
    uint64_t exclusive_bytes, exclusive_objects; /* what would be freed if only this one went */
};

struct wh_cut {
    uint64_t targets;              /* live objects that were asked for */
    uint64_t garbage_targets;      /* others, which nothing holds */
    uint64_t fixed_targets;        /* those that no removal frees: roots, modules, what native code or a class alone holds */
    uint64_t freed_targets;
    bool complete;                 /* the references are the fewest (or were given); else the best that was found */
    const char *stopped_at;        /* the limit that was met, as a sentence; "" */
    uint64_t reference_count, remaining_count, share_count; /* all of them; the arrays hold `limit` at most */
    size_t references_shown, remaining_shown, shares_shown;
    struct wh_cut_reference *references; /* those that free most alone come first */
    struct wh_cut_most most;
    bool asks_for_one;             /* `asked` is known */
    struct wh_cut_asked asked;
    struct wh_mass freed;          /* by removing all of them */
    struct wh_remaining *remaining; /* what the freed objects refer to and what is still held; targets first, then by retained size */
    struct wh_share *shares;       /* largest first */
    uint64_t shared_bytes;         /* freed only if all of them go, or several */
};

/*
 * The fewest references whose removal frees the objects, and what it frees, by removing them and looking again at what can be reached.
 * What nobody can remove is not proposed: an object's class, a tuple's items, a function's globals, entries of sys.modules (lib/cuttable.h).
 * Dictionary items count as one reference. Of equally few the references nearest to the objects are chosen, local variables and what C extensions
 * hold last.
 */
enum wh_status wh_cut(struct wh_analysis *analysis, const struct wh_cut_query *query, struct wh_error *error, struct wh_cut **ret) WH_MUST_USE;
void wh_cut_free(struct wh_cut *cut);

/* --- retained: what a set of objects retains together --- */

/* One set, or what several expressions name together. */
struct wh_retained_query {
    struct wh_query query;         /* its limit does not count; its conditions do for expressions, too */
    size_t expression_count;
    const char *const *expressions;
};

struct wh_retained {
    struct wh_mass members;        /* the live objects of the set themselves */
    uint64_t garbage_members;      /* others, which nothing holds */
    struct wh_mass exact;          /* freed if none of them were there */
    uint64_t top_members;          /* members that no other member dominates */
    struct wh_mass top_sum;        /* the sum of what these retain each, as wh_top has it; less than `exact` where several hold together */
};

enum wh_status wh_retained(struct wh_analysis *analysis, const struct wh_retained_query *query, struct wh_error *error,
                           struct wh_retained *ret) WH_MUST_USE;

/* --- tree: the dominator tree, cut to a budget --- */

struct wh_tree_row {
    int64_t parent;                /* index of a row before this one, -1 for the first */
    const char *label;             /* the reference through which the parent holds it; of a group: its type */
    struct wh_object object;       /* of a group: sums, address 0 */
    uint64_t hidden_count, hidden_bytes;   /* dominated children that have no row, and what they retain */
    uint64_t group;                /* 0, or how many siblings of one type this row stands for */
};

struct wh_tree { size_t row_count; struct wh_tree_row *rows; };

/* Depth-first, children by retained size; at most `budget` rows, the largest objects of the whole tree (0: 2000). */
enum wh_status wh_tree(struct wh_analysis *analysis, size_t budget, struct wh_error *error, struct wh_tree **ret) WH_MUST_USE;
/* The same of what the first object that the query names keeps alive alone; its row is the first, and its label its name. */
enum wh_status wh_tree_below(struct wh_analysis *analysis, const struct wh_query *query, size_t budget, struct wh_error *error, struct wh_tree **ret) WH_MUST_USE;
void wh_tree_free(struct wh_tree *tree);

/* --- alloc: which code allocated --- */

enum wh_alloc_by { WH_ALLOC_LINE, WH_ALLOC_FUNCTION, WH_ALLOC_FILE };

/* What was allocated with one line, function or file innermost. Estimates where the recorder sampled. */
struct wh_alloc_row {
    struct wh_line place;          /* of the heaviest stack; without Python code: no file, and a remark as function */
    uint64_t allocated_bytes, allocated_blocks;   /* freed ones included */
    uint64_t live_bytes, live_blocks;
    bool churn;                    /* much was allocated and less than a twentieth of it is left */
    size_t stack_count;            /* the heaviest stack, innermost first */
    struct wh_line *stack;
};

struct wh_alloc {
    const char *recorder;          /* its mode: sample, holders, exact */
    uint64_t interval;             /* bytes between samples */
    double seconds;                /* for how long it had recorded */
    uint64_t allocated_bytes, allocated_blocks, live_bytes, live_blocks;   /* in all */
    uint64_t lost_blocks, lost_stacks;
    size_t row_count;
    struct wh_alloc_row *rows;     /* most bytes first */
    uint64_t omitted_rows, omitted_bytes;
};

/* `live`: what is left, else all that was allocated. limit 0: all rows. WH_ERR_INPUT if the recorder was off. */
enum wh_status wh_alloc(struct wh_analysis *analysis, bool live, enum wh_alloc_by by, size_t limit, struct wh_error *error,
                        struct wh_alloc **ret) WH_MUST_USE;
void wh_alloc_free(struct wh_alloc *alloc);

/* A frame, and all that was allocated below it in the stacks that begin with the same frames. */
struct wh_alloc_node {
    int64_t parent;                /* a node before this one; -1: the first, which is all stacks together and has no name */
    const char *function;          /* where there is no line: a remark, and no file */
    const char *file;
    uint32_t line;
    uint64_t bytes, blocks;        /* of the view; estimates where the recorder sampled */
    uint64_t hidden, hidden_bytes; /* children that are not nodes here */
};
struct wh_alloc_tree {
    size_t node_count;
    struct wh_alloc_node *nodes;   /* most bytes first */
};

/* The stacks merged from their outermost frames inwards, `limit` nodes at most (0: 1000), the heaviest. Otherwise as wh_alloc. */
enum wh_status wh_alloc_tree(struct wh_analysis *analysis, bool live, size_t limit, struct wh_error *error, struct wh_alloc_tree **ret) WH_MUST_USE;
void wh_alloc_tree_free(struct wh_alloc_tree *tree);

/* --- diff: what grew from snapshot to snapshot --- */

struct wh_diff_snapshot {
    const char *file, *python, *program;
    uint64_t pid, created_ns;
    struct wh_mass live;
    uint64_t rss;                  /* 0 if not known */
};

/* A row's change from the first snapshot to the last. `flat`: less than a hundredth of the larger, and less than 1 KiB in any case. */
enum wh_change { WH_CHANGE_NEW, WH_CHANGE_GROWN, WH_CHANGE_FLAT, WH_CHANGE_SHRUNK, WH_CHANGE_GONE };

struct wh_diff_row {
    const char *name;              /* of a holder, as the last snapshot that has it names it; of a line: its function */
    const char *type;              /* of a holder, else "" */
    const char *file, *text;       /* of a line, else "" */
    uint32_t line;                 /* of a line, else 0 */
    uint64_t address;              /* of a holder in the last snapshot; 0: it is not there */
    const char *fingerprint;       /* of a holder, else "" */
    uint32_t alike;                /* holders that the row sums up in the last snapshot that has any: 1, or more of the same path but for keys and indexes */
    enum wh_change change;
    bool every_step;               /* more bytes in each snapshot than in the one before */
    size_t since;                  /* number of the snapshot since which each has more; the last one's: it did not grow at the end */
    int64_t bytes_change, count_change;
    uint64_t *bytes, *count;       /* by snapshot: a holder retains, a type's objects take themselves, a line's blocks that are alive */
    uint64_t *at_most;             /* by snapshot: 0, or the holder was not found there and may have had so many bytes unseen */
};

/* Largest change first. */
struct wh_diff_table { size_t row_count; struct wh_diff_row *rows; };

struct wh_diff {
    size_t snapshot_count;
    struct wh_diff_snapshot *snapshots;   /* in the order of time */
    bool same_process;
    const char *caution;           /* what to bear in mind, as a sentence; "" */
    bool has_lines;                /* all snapshots have a recorder's blocks */
    struct wh_diff_table holders, types, lines;
};

/*
 * Compares snapshots of one program, in the order of time; `latest` (may be NULL) becomes the last one's place in `analyses`. Addresses are reused
 * and match nothing: holders are matched by the path of their names and their type, keys that are no names and indexes left out; types by
 * name; lines by file, function and line. WH_ERR_USAGE for fewer than two snapshots, and for snapshots of different programs.
 */
enum wh_status wh_diff(struct wh_analysis *const *analyses, size_t count, struct wh_error *error, size_t *latest, struct wh_diff **ret) WH_MUST_USE;
void wh_diff_free(struct wh_diff *diff);

/* The row of a suspect of the latest snapshot; NULL if it has none. */
const struct wh_diff_row *wh_diff_of_suspect(const struct wh_diff *diff, const struct wh_suspect *suspect);

/* --- triage: rules for what often goes wrong --- */

/* An object, or many of one kind; then it is one of them, the largest. */
struct wh_offender {
    const char *name;              /* its path; of many, what they have in common */
    struct wh_object object;       /* address 0 if there is none */
    uint64_t count, bytes;         /* objects; at stake */
    const char *detail;            /* `6 of 1000 places in use`, "" */
};

struct wh_finding {
    const char *id, *title;        /* `duplicates`; `duplicate strings and bytes` */
    const char *sentence;
    const char *query;             /* arguments of whoholds that show the rest, SNAPSHOT for the file */
    bool known;                    /* false: the snapshot does not tell, the counts are 0 */
    uint64_t count, bytes;         /* objects; bytes at stake */
    size_t offender_count;
    struct wh_offender *offenders; /* most bytes first */
    uint64_t omitted;              /* offenders beyond the limit */
};

struct wh_triage {
    uint64_t rules;                /* that were looked at */
    uint64_t live_bytes;
    uint64_t threshold;            /* rules about mass speak from so many bytes on, and none below 64 KiB */
    size_t count;
    struct wh_finding *findings;   /* most bytes first */
};

/* The rules that apply, or the one of that id whether or not it does; WH_ERR_USAGE if there is none. limit: offenders of each; 0: 5. */
enum wh_status wh_triage(struct wh_analysis *analysis, const char *rule, size_t limit, struct wh_error *error, struct wh_triage **ret) WH_MUST_USE;

/* The rules about memory that a program could do without, whether or not they apply. */
enum wh_status wh_waste(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_triage **ret) WH_MUST_USE;
void wh_triage_free(struct wh_triage *triage);

/* --- strings --- */

struct wh_string { struct wh_object object; const char *name; /* its path */ bool interned; };

struct wh_string_holder { const char *name; uint64_t count; };   /* `.city of app.Order`, `['city'] of dict`; references */

/* Strings or bytes objects with the same contents. */
struct wh_string_group {
    struct wh_string example;      /* the first in file order */
    uint64_t copies, bytes, wasted;   /* bytes of all; of all but one */
    size_t holder_count;
    struct wh_string_holder *holders;   /* most references first, at most 8 */
    uint64_t elsewhere;            /* other references */
};

struct wh_strings {
    struct wh_mass strings, bytes, interned;   /* str, bytes objects; interned ones among the first */
    size_t largest_count;  struct wh_string *largest;
    bool duplicates_known;         /* false: the snapshot does not tell */
    uint64_t duplicates, wasted;   /* objects that are not alone, bytes too much: a lower bound; the program's own names do not count */
    size_t group_count;    struct wh_string_group *groups;   /* most wasted first */
    uint64_t omitted_groups;
};

/* Live ones. limit: entries of each list; 0: 10. */
enum wh_status wh_strings(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_strings **ret) WH_MUST_USE;
void wh_strings_free(struct wh_strings *strings);

/* --- garbage: what no root reaches, and what native code holds --- */

/* Strongly connected groups of garbage that no other garbage refers to, by the type of the object at which each is entered. */
struct wh_garbage_group {
    const char *type;
    uint64_t entries;
    struct wh_mass mass;           /* what the entries retain */
    bool finalizer;                /* the type has __del__ */
    struct wh_object example;      /* the entry that retains most */
    const char *cycle;             /* how it holds itself: `.children[0].parent`; "" if it does not, or the way is very long */
};

struct wh_native { struct wh_object object; uint64_t unaccounted; /* references */ const char *sentence; };

struct wh_generation { uint64_t threshold, count, collections; };

struct wh_collector {
    bool known;                    /* false: the snapshot does not tell; then only what follows `generations` holds */
    bool enabled;
    unsigned generation_count;
    struct wh_generation generations[3];
    bool collecting;
    struct wh_mass frozen;         /* own sizes */
    uint64_t garbage_list;         /* objects in gc.garbage */
};

struct wh_garbage {
    struct wh_mass garbage, native;
    struct wh_collector collector;
    uint64_t entries;
    size_t group_count;   struct wh_garbage_group *groups;  uint64_t omitted_groups;    /* most bytes first */
    size_t native_count;  struct wh_native *natives;        uint64_t omitted_natives;   /* most bytes first */
};

/* limit: rows of each list; 0: 20. */
enum wh_status wh_garbage(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_garbage **ret) WH_MUST_USE;
void wh_garbage_free(struct wh_garbage *garbage);

/* --- threads --- */

struct wh_local { const char *name; struct wh_object object; };
struct wh_stack_frame { struct wh_line line; size_t local_count; struct wh_local *locals; };
struct wh_thread { const char *name; uint64_t ident; size_t frame_count; struct wh_stack_frame *frames; /* innermost first */ };
struct wh_threads { size_t count; struct wh_thread *threads; };

enum wh_status wh_threads(struct wh_analysis *analysis, struct wh_error *error, struct wh_threads **ret) WH_MUST_USE;
void wh_threads_free(struct wh_threads *threads);

/* --- export: the heap for other tools --- */

/* Takes the next bytes of a document. Anything but WH_OK, with the error filled in, ends the export with that status. */
typedef enum wh_status (*wh_sink)(void *context, const void *bytes, size_t length, struct wh_error *error);

struct wh_export_summary {
    uint64_t objects, references;  /* written */
    uint64_t unreachable;          /* objects left out because no root reaches them */
    uint64_t clamped_sizes;        /* objects of 4 GiB and more, written as 4294967295 bytes */
    uint64_t unnamed;              /* values that were too many to be written; their type or "…" stands for them */
};

/*
 * A .heapsnapshot file, as Chrome DevTools and memlab read it, in pieces to `sink`. Their retained sizes and dominators are those that
 * whoholds shows: references that keep nothing alive are edges of type weak. These are weak references alone; with `all`, also those of
 * running frames and of functions to their __globals__ where something else owns what they refer to. WH_ERR_USAGE if the heap is too
 * large for the format.
 */
enum wh_status wh_export_heapsnapshot(struct wh_analysis *analysis, bool all, wh_sink sink, void *context, struct wh_error *error,
                                      struct wh_export_summary *ret) WH_MUST_USE;

/*
 * What keeps objects alive, as GraphML: the objects that `query` or its suspect names, what refers to them, what refers to that, nearest first, and
 * the references among all these that hold. `query.limit` vertices at most (0: 500). Vertices have name, type, address, shallow_bytes and
 * retained_bytes, edges a label.
 */
enum wh_status wh_export_graphml(struct wh_analysis *analysis, const struct wh_cut_query *query, wh_sink sink, void *context,
                                 struct wh_error *error, struct wh_export_summary *ret) WH_MUST_USE;

#endif
