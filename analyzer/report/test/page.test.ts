// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import { accountOf } from "../src/account.ts";
import type { Info } from "../src/document.ts";
import { type Entry, find } from "../src/find.ts";
import { layOut } from "../src/map.ts";
import { objectHash, parseRoute } from "../src/route.ts";
import { buildTree } from "../src/tree.ts";

test("an address in the hash is an object, a word is a section, anything else is the overview", () => {
  assert.deepEqual(parseRoute("#obj=0x7F3a"), { view: "object", address: "0x7f3a" });
  assert.deepEqual(parseRoute(objectHash("0x1")), { view: "object", address: "0x1" });
  assert.deepEqual(parseRoute("#tree"), { view: "overview", section: "tree" });
  for (const hash of ["", "#", "#obj=", "#obj=<b>", "#obj=0x" + "f".repeat(17), "#Tree", "#a b"]) {
    assert.deepEqual(parseRoute(hash), { view: "overview", section: "" });
  }
});

const info = (more: Partial<Info>): Info => ({
  schema: "whoholds.info/1", file: "", python: "", program: "", pid: 1, created: "", mode: "", trigger: "", objects: 1,
  references: 1, bytes: 600, types: 1, ...more,
});

test("the parts of the memory account add up to the resident memory", () => {
  const account = accountOf(
    info({
      rss: 1000,
      live: { objects: 3, bytes: 530 },
      garbage: { objects: 1, bytes: 100 },
      native: { objects: 1, bytes: 20 },
      account: [
        { name: "rss", bytes: 1000 },
        { name: "anonymous", bytes: 900 },
        { name: "arena free", bytes: 130, of: "rss" },
        { name: "static_objects", bytes: 10 },
        { name: "stacks", bytes: 30 },
      ],
    }),
  );
  assert.deepEqual(account.parts.map((part) => [part.kind, part.bytes]), [
    ["live", 500], ["native", 20], ["garbage", 100], ["other", 130], ["rest", 250],
  ]);
  assert.deepEqual(account.facts, [
    { name: "anonymous", bytes: 900, of: "" }, { name: "static_objects", bytes: 10, of: "" }, { name: "stacks", bytes: 30, of: "" },
  ]);
  assert.equal(account.over, false);
});

test("a heap larger than the resident memory is said to be so", () => {
  const account = accountOf(info({ rss: 100 }));
  assert.equal(account.over, true);
  assert.deepEqual(account.parts.map((part) => part.kind), ["live"]);
});

const entry = (name: string, bytes: number, more: Partial<Entry> = {}): Entry => ({
  kind: "tree", name, type: "", address: "", bytes, row: -1, ...more,
});

test("search puts whole names first, then beginnings, then the rest, larger first", () => {
  const entries = [
    entry("my cache", 50), entry("cache_b", 1), entry("cache_a", 9), entry("Cache", 2), entry("x", 5, { type: "Cache" }),
    entry("none", 1000),
  ];
  const found = find(entries, " cache ", 4);
  assert.deepEqual(found.entries.map((one) => one.name), ["Cache", "cache_a", "cache_b", "my cache"]);
  assert.equal(found.left, 1);
  assert.deepEqual(find(entries, "  ", 4), { entries: [], left: 0 });
});

test("search finds an address", () => {
  const entries = [entry("a", 1, { address: "0x7f10" }), entry("b", 1, { address: "0x7f20" })];
  assert.deepEqual(find(entries, "0x7f2", 9).entries.map((one) => one.name), ["b"]);
});

const COLUMNS = ["parent", "label", "retained", "shallow"];

test("areas are proportional to retained sizes at every level", () => {
  const tree = buildTree({
    columns: COLUMNS,
    rows: [[-1, "heap", 1000, 0], [0, "a", 750, 250], [1, "b", 500, 500], [0, "c", 250, 250]],
  });
  const icicle = layOut(tree, 0, "icicle", 1000, 0);
  const widths = new Map(icicle.map((cell) => [cell.row.label, cell.width]));
  assert.deepEqual(Object.fromEntries(widths), { heap: 1000, a: 750, b: 500, c: 250 });
  for (const cell of layOut(tree, 0, "treemap", 1000, 400)) {
    assert.ok(cell.x >= 0 && cell.x + cell.width <= 1000 && cell.y >= 0 && cell.y + cell.height <= 400);
  }
  assert.deepEqual(layOut(tree, 1, "icicle", 100, 0).map((cell) => cell.row.label), ["a", "b"]);
});

test("nothing is laid out of nothing", () => {
  const tree = buildTree({ columns: COLUMNS, rows: [[-1, "heap", 0, 0]] });
  assert.deepEqual(layOut(tree, 0, "icicle", 100, 100), []);
  assert.deepEqual(layOut(tree, 7, "icicle", 100, 100), []);
});
