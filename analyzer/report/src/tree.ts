// SPDX-License-Identifier: GPL-2.0-or-later

/* The dominator tree as the page walks it: children of rows, their order, and what of it is unfolded. */

import type { TreeTable } from "./document.ts";

export interface TreeRow {
  index: number;
  parent: number;
  depth: number;
  label: string;
  type: string;
  address: string;
  shallow: number;
  retained: number;
  count: number;
  /* Dominated children that the document leaves out, and what they retain. */
  hidden: number;
  hiddenBytes: number;
  /* Over 0: this row stands for so many siblings of one type. */
  group: number;
  children: number[];
}

export interface Tree {
  rows: TreeRow[];
  roots: number[];
  rowOfAddress: Map<string, number>;
}

export type TreeKey = "name" | "retained" | "shallow" | "count";

export interface Order<Key extends string> {
  key: Key;
  descending: boolean;
}

/* One line of the table. `more`: siblings that the page keeps folded; `hidden`: those that the document left out. */
export type TreeLine =
  | { kind: "row"; row: TreeRow; level: number; position: number; siblings: number; expanded: boolean }
  | { kind: "more"; parent: number; level: number; left: number }
  | { kind: "hidden"; parent: number; level: number };

export function buildTree(table: TreeTable): Tree {
  const columnOf = new Map(table.columns.map((name, place) => [name, place]));
  const cell = (row: (string | number)[], name: string) => row[columnOf.get(name) ?? -1];
  const text = (row: (string | number)[], name: string) => String(cell(row, name) ?? "");
  const number = (row: (string | number)[], name: string) => Number(cell(row, name) ?? 0);

  const tree: Tree = { rows: [], roots: [], rowOfAddress: new Map() };
  table.rows.forEach((cells, index) => {
    const parent = tree.rows[number(cells, "parent")];
    const row: TreeRow = {
      index,
      parent: parent ? parent.index : -1,
      depth: parent ? parent.depth + 1 : 0,
      label: text(cells, "label"),
      type: text(cells, "type"),
      address: text(cells, "address"),
      shallow: number(cells, "shallow"),
      retained: number(cells, "retained"),
      count: number(cells, "count"),
      hidden: number(cells, "hidden"),
      hiddenBytes: number(cells, "hidden_bytes"),
      group: number(cells, "group"),
      children: [],
    };
    tree.rows.push(row);
    (parent ? parent.children : tree.roots).push(index);
    if (row.address !== "" && row.group === 0 && !tree.rowOfAddress.has(row.address)) {
      tree.rowOfAddress.set(row.address, index);
    }
  });
  return tree;
}

export function isExpandable(row: TreeRow): boolean {
  return row.children.length > 0 || row.hidden > 0;
}

export function ancestors(tree: Tree, index: number): number[] {
  const found: number[] = [];
  for (let at = tree.rows[index]?.parent ?? -1; at >= 0; at = tree.rows[at]?.parent ?? -1) {
    found.push(at);
  }
  return found.reverse();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortRows(rows: TreeRow[], order: Order<TreeKey>): TreeRow[] {
  const sign = order.descending ? -1 : 1;
  const key = order.key;
  const compare = (a: TreeRow, b: TreeRow): number => {
    const first = key === "name" ? compareText(a.label, b.label) : a[key] - b[key];
    return sign * first || a.index - b.index;
  };
  return [...rows].sort(compare);
}

/*
 * The lines to show, top to bottom. `limitOf` says how many children of a row may be shown (siblings beyond become one
 * line). Uses a stack of its own: a heap's tree can be as deep as a linked list is long.
 */
export function linesOf(
  tree: Tree,
  expanded: ReadonlySet<number>,
  order: Order<TreeKey>,
  limitOf: (parent: number) => number,
): TreeLine[] {
  const lines: TreeLine[] = [];
  const stack: TreeLine[] = [];
  const pushChildren = (parent: number, children: number[], hidden: boolean, level: number) => {
    const sorted = sortRows(
      children.map((child) => tree.rows[child]).filter((row): row is TreeRow => row !== undefined),
      order,
    );
    const shown = sorted.slice(0, limitOf(parent));
    if (hidden) {
      stack.push({ kind: "hidden", parent, level });
    }
    if (shown.length < sorted.length) {
      stack.push({ kind: "more", parent, level, left: sorted.length - shown.length });
    }
    for (let place = shown.length - 1; place >= 0; place--) {
      const row = shown[place] as TreeRow;
      stack.push({
        kind: "row",
        row,
        level,
        position: place + 1,
        siblings: sorted.length,
        expanded: expanded.has(row.index),
      });
    }
  };
  pushChildren(-1, tree.roots, false, 0);
  for (let line = stack.pop(); line; line = stack.pop()) {
    lines.push(line);
    if (line.kind === "row" && line.expanded) {
      pushChildren(line.row.index, line.row.children, line.row.hidden > 0, line.level + 1);
    }
  }
  return lines;
}

/*
 * Where the retained size drops away: from each large child of the root, go to the largest child again and again; of the
 * rows on that way, the one that keeps most which no single child of it keeps. This is where things pile up.
 */
export function biggestDrops(tree: Tree, smallestShare = 0.05): Set<number> {
  const drops = new Set<number>();
  const one = (row: TreeRow) => (row.group > 1 ? row.retained / row.group : row.retained);
  for (const root of tree.roots) {
    const heap = tree.rows[root] as TreeRow;
    for (const start of heap.children) {
      let row = tree.rows[start] as TreeRow;
      if (row.group > 0 || row.retained < smallestShare * heap.retained) {
        continue;
      }
      let best = row.index;
      let bestDrop = -1;
      for (;;) {
        const children = row.children.map((child) => tree.rows[child] as TreeRow);
        const largest = children.reduce<TreeRow | null>((a, b) => (a && one(a) >= one(b) ? a : b), null);
        const drop = row.retained - (largest ? one(largest) : 0);
        if (drop > bestDrop) {
          bestDrop = drop;
          best = row.index;
        }
        if (!largest || largest.group > 0) {
          break;
        }
        row = largest;
      }
      drops.add(best);
    }
  }
  return drops;
}
