// SPDX-License-Identifier: GPL-2.0-or-later

/* Where the cells of the icicle and of the treemap lie. */

import { hierarchy, partition, treemap, treemapSquarify } from "d3-hierarchy";
import type { Tree, TreeRow } from "./tree.ts";

export type MapKind = "icicle" | "treemap";

export interface Cell {
  row: TreeRow;
  /* What the row keeps apart from its children: its own size, and children that the document leaves out. */
  own: boolean;
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Node {
  row: TreeRow;
  own: boolean;
  bytes: number;
}

/* Levels below the zoomed row that are laid out. */
const LEVELS: Record<MapKind, number> = { icicle: 10, treemap: 4 };
export const LEVEL_HEIGHT = 24;
/* Smaller cells are not drawn. */
const SMALLEST = 2;

export function layOut(tree: Tree, zoomed: number, kind: MapKind, width: number, height: number): Cell[] {
  const top = tree.rows[zoomed];
  if (!top || top.retained <= 0 || width <= 0) {
    return [];
  }
  const childrenOf = (node: Node): Node[] | null => {
    const { row } = node;
    if (node.own || row.depth - top.depth >= LEVELS[kind] || row.children.length === 0) {
      return null;
    }
    const children = row.children.flatMap((child) => tree.rows[child] ?? []);
    const nodes = children.map((child) => ({ row: child, own: false, bytes: child.retained }));
    const rest = row.retained - children.reduce((sum, child) => sum + child.retained, 0);
    return rest > 0 ? [...nodes, { row, own: true, bytes: rest }] : nodes;
  };
  const root = hierarchy<Node>({ row: top, own: false, bytes: top.retained }, childrenOf)
    .sum((node) => (childrenOf(node) ? 0 : node.bytes))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || a.data.row.index - b.data.row.index);
  const placed =
    kind === "icicle"
      ? partition<Node>().size([width, (root.height + 1) * LEVEL_HEIGHT])(root)
      : treemap<Node>().tile(treemapSquarify).size([width, height]).paddingInner(1).paddingOuter(2).paddingTop(18)(root);
  const cells: Cell[] = [];
  placed.each((node) => {
    const cell = {
      row: node.data.row,
      own: node.data.own,
      depth: node.depth,
      x: node.x0,
      y: node.y0,
      width: node.x1 - node.x0,
      height: node.y1 - node.y0,
    };
    if (cell.width >= SMALLEST && cell.height >= SMALLEST && !(kind === "icicle" && cell.own)) {
      cells.push(cell);
    }
  });
  return cells;
}
