// SPDX-License-Identifier: GPL-2.0-or-later

/* Trees drawn as areas: an icicle (a flame graph that hangs), or a treemap. What the areas are, and where they lie. */

import { hierarchy, partition, treemap, treemapSquarify } from "d3-hierarchy";
import type { AllocNode, Suspect, Top } from "./document.ts";
import { count } from "./format.ts";
import { moduleOf } from "./table.ts";
import type { Tree } from "./tree.ts";

export interface Area {
  key: string;
  /* Hostile, like all names. */
  name: string;
  /* What stands behind the name: a type, a line. */
  note: string;
  bytes: number;
  /* A suspect's part. */
  accent: boolean;
  /* Row of the tree, or -1. */
  row: number;
  children: Area[];
}

export type AreaKind = "icicle" | "treemap";

export interface Cell {
  area: Area;
  /* What the area keeps apart from its children: its own, and children that the document leaves out. */
  own: boolean;
  parent: Area | null;
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Node {
  area: Area;
  own: boolean;
  bytes: number;
  place: number;
}

export const LEVEL_HEIGHT = 24;
/* Smaller cells are not drawn. */
const SMALLEST = 2;

/* `levels`: how many below the top are laid out. */
export function layOut(top: Area, kind: AreaKind, width: number, height: number, levels: number): Cell[] {
  if (top.bytes <= 0 || width <= 0) {
    return [];
  }
  const depthOf = new Map<Area, number>([[top, 0]]);
  const childrenOf = (node: Node): Node[] | null => {
    const { area } = node;
    const depth = depthOf.get(area) ?? 0;
    if (node.own || depth >= levels || area.children.length === 0) {
      return null;
    }
    const nodes = area.children.map((child, place) => {
      depthOf.set(child, depth + 1);
      return { area: child, own: false, bytes: child.bytes, place };
    });
    const rest = area.bytes - area.children.reduce((sum, child) => sum + child.bytes, 0);
    return rest > 0 ? [...nodes, { area, own: true, bytes: rest, place: nodes.length }] : nodes;
  };
  const root = hierarchy<Node>({ area: top, own: false, bytes: top.bytes, place: 0 }, childrenOf)
    .sum((node) => (childrenOf(node) ? 0 : node.bytes))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || a.data.place - b.data.place);
  const placed =
    kind === "icicle"
      ? partition<Node>().size([width, (root.height + 1) * LEVEL_HEIGHT])(root)
      : treemap<Node>().tile(treemapSquarify).size([width, height]).paddingInner(1).paddingOuter(2).paddingTop(18)(root);
  const cells: Cell[] = [];
  placed.each((node) => {
    const cell = {
      area: node.data.area,
      own: node.data.own,
      parent: node.parent?.data.area ?? null,
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

/* The dominator tree: each area is held by the one around it. Everything under a suspect's holder has the accent. */
export function areasOfTree(tree: Tree, suspectOfAddress: ReadonlyMap<string, Suspect>): Area | null {
  const areas: Area[] = [];
  for (const row of tree.rows) {
    const parent = areas[row.parent];
    const area: Area = {
      key: `r${row.index}`,
      name: row.group > 0 ? `${count(row.group)} × ${row.type}` : row.label || row.type,
      note: row.group === 0 && row.label !== "" ? row.type : "",
      bytes: row.retained,
      accent: parent?.accent === true || (row.group === 0 && suspectOfAddress.has(row.address)),
      row: row.index,
      children: [],
    };
    areas.push(area);
    parent?.children.push(area);
  }
  return areas[tree.roots[0] ?? -1] ?? null;
}

/* What the heap consists of: modules, and in them types by what their objects take themselves. These are disjoint. */
export function areasOfTypes(types: Top): Area {
  const root: Area = { key: "types", name: "(heap)", note: "", bytes: 0, accent: false, row: -1, children: [] };
  const groupOf = new Map<string, Area>();
  for (const type of types.rows) {
    const module = moduleOf(type.name);
    let group = groupOf.get(module);
    if (!group) {
      const name = module === "" ? "(built in)" : module;
      group = { key: `m${groupOf.size}`, name, note: "", bytes: 0, accent: false, row: -1, children: [] };
      groupOf.set(module, group);
      root.children.push(group);
    }
    const key = `${group.key}.${group.children.length}`;
    const note = `${count(type.count)} objects`;
    group.children.push({ key, name: type.name, note, bytes: type.shallow_bytes, accent: false, row: -1, children: [] });
    group.bytes += type.shallow_bytes;
    root.bytes += type.shallow_bytes;
  }
  root.bytes += types.omitted?.shallow_bytes ?? 0;
  return root;
}

/* Recorded stacks, outermost call first. With a stack of its own: calls can be deep. */
export function areasOfAllocations(tree: AllocNode): Area {
  const areaOf = (node: AllocNode, key: string): Area => ({
    key,
    name: node.name === "" && node.file === "" ? "(all)" : node.name,
    note: node.file === "" ? "" : `${node.file.slice(node.file.lastIndexOf("/") + 1)}:${node.line}`,
    bytes: node.bytes,
    accent: false,
    row: -1,
    children: [],
  });
  const root = areaOf(tree, "a");
  const stack: [AllocNode, Area][] = [[tree, root]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [node, area] = next;
    node.children.forEach((child, place) => {
      const made = areaOf(child, `${area.key}.${place}`);
      area.children.push(made);
      stack.push([child, made]);
    });
  }
  return root;
}
