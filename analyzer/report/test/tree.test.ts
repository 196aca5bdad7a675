// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TreeTable } from "../src/document.ts";
import { ancestors, biggestDrops, buildTree, linesOf, type Order, type TreeKey } from "../src/tree.ts";

const COLUMNS = [
  "parent", "label", "type", "address", "shallow", "retained", "count", "hidden", "hidden_bytes", "group",
];
const BY_SIZE: Order<TreeKey> = { key: "retained", descending: true };
const ALL = () => Infinity;

/* Rows of: parent, label, retained, and optionally hidden and group. */
function table(...rows: [number, string, number, number?, number?][]): TreeTable {
  return {
    columns: COLUMNS,
    rows: rows.map(([parent, label, retained, hidden = 0, group = 0], index) => [
      parent, label, "t", `0x${index + 1}`, 1, retained, 1, hidden, hidden * 8, group,
    ]),
  };
}

const shown = (lines: ReturnType<typeof linesOf>) =>
  lines.map((line) => (line.kind === "row" ? "  ".repeat(line.level) + line.row.label : `${line.kind} ${line.level}`));

test("only what is unfolded is shown, largest first, with its level", () => {
  const tree = buildTree(table([-1, "heap", 100], [0, "small", 10], [0, "large", 90], [2, "inner", 80]));
  assert.deepEqual(shown(linesOf(tree, new Set(), BY_SIZE, ALL)), ["heap"]);
  assert.deepEqual(shown(linesOf(tree, new Set([0]), BY_SIZE, ALL)), ["heap", "  large", "  small"]);
  assert.deepEqual(shown(linesOf(tree, new Set([0, 2]), BY_SIZE, ALL)), ["heap", "  large", "    inner", "  small"]);
});

test("rows are ordered by any column, and equal ones as the document has them", () => {
  const tree = buildTree(table([-1, "heap", 30], [0, "b", 10], [0, "a", 10], [0, "c", 10]));
  const labels = (key: TreeKey, descending: boolean) =>
    shown(linesOf(tree, new Set([0]), { key, descending }, ALL)).slice(1).map((label) => label.trim());
  assert.deepEqual(labels("retained", true), ["b", "a", "c"]);
  assert.deepEqual(labels("name", false), ["a", "b", "c"]);
  assert.deepEqual(labels("name", true), ["c", "b", "a"]);
});

test("siblings beyond the limit and children that were left out each get a line", () => {
  const tree = buildTree(table([-1, "heap", 30, 7], [0, "a", 12], [0, "b", 10], [0, "c", 8]));
  const lines = linesOf(tree, new Set([0]), BY_SIZE, (parent) => (parent === 0 ? 2 : Infinity));
  assert.deepEqual(shown(lines), ["heap", "  a", "  b", "more 1", "hidden 1"]);
  const more = lines[3];
  assert.ok(more?.kind === "more" && more.left === 1 && more.parent === 0);
  const first = lines[1];
  assert.ok(first?.kind === "row" && first.position === 1 && first.siblings === 3);
});

test("a tree as deep as a long linked list is walked", () => {
  const rows: [number, string, number][] = [];
  for (let depth = 0; depth < 100_000; depth++) {
    rows.push([depth - 1, `n${depth}`, 100_000 - depth]);
  }
  const tree = buildTree(table(...rows));
  const all = new Set(rows.keys());
  assert.equal(linesOf(tree, all, BY_SIZE, ALL).length, 100_000);
  assert.equal(ancestors(tree, 99_999).length, 99_999);
  assert.equal(biggestDrops(tree).size, 1);
});

test("a parent that does not stand before its child makes the child a root, never a loop", () => {
  const tree = buildTree(table([-1, "heap", 10], [5, "later", 3], [2, "itself", 3]));
  assert.deepEqual(tree.roots, [0, 1, 2]);
});

test("columns are found by name, and a missing one is nothing", () => {
  const tree = buildTree({ columns: ["label", "retained", "parent"], rows: [["heap", 5, -1], ["x", 4, 0]] });
  assert.equal(tree.rows[1]?.label, "x");
  assert.equal(tree.rows[1]?.retained, 4);
  assert.equal(tree.rows[1]?.group, 0);
  assert.equal(tree.rowOfAddress.size, 0);
});

test("the biggest drop is where no single child keeps the greater part", () => {
  const tree = buildTree(
    table([-1, "heap", 1000], [0, "module", 900], [1, "cache", 890], [2, "item", 100], [2, "item", 95], [0, "tiny", 10]),
  );
  assert.deepEqual([...biggestDrops(tree)], [2]);
});

test("a row that stands for many weighs as one of them", () => {
  const tree = buildTree(table([-1, "heap", 1000], [0, "module", 900], [1, "cache", 890], [2, "100 items", 880, 0, 100]));
  assert.deepEqual([...biggestDrops(tree)], [2]);
});
