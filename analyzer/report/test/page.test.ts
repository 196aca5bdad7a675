// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import { accountOf } from "../src/account.ts";
import { type Area, areasOfAllocations, areasOfTree, areasOfTypes, layOut } from "../src/areas.ts";
import { change, clocksOf, courseWord, growthSentence } from "../src/course.ts";
import type { Course, Info } from "../src/document.ts";
import { type Entry, find } from "../src/find.ts";
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
  kind: "tree", name, type: "", address: "", bytes, row: -1, value: "", ...more,
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

test("search finds a value, after everything that is called so", () => {
  const entries = [entry("a", 9, { value: "'Token-1'" }), entry("token", 1)];
  assert.deepEqual(find(entries, "token", 9).entries.map((one) => one.name), ["token", "a"]);
});

const COLUMNS = ["parent", "label", "retained", "shallow"];

const treeOf = (rows: (string | number)[][]) => areasOfTree(buildTree({ columns: COLUMNS, rows }), new Map()) as Area;

test("areas are proportional to retained sizes at every level", () => {
  const heap = treeOf([[-1, "heap", 1000, 0], [0, "a", 750, 250], [1, "b", 500, 500], [0, "c", 250, 250]]);
  const icicle = layOut(heap, "icicle", 1000, 0, 10);
  const widths = new Map(icicle.map((cell) => [cell.area.name, cell.width]));
  assert.deepEqual(Object.fromEntries(widths), { heap: 1000, a: 750, b: 500, c: 250 });
  for (const cell of layOut(heap, "treemap", 1000, 400, 4)) {
    assert.ok(cell.x >= 0 && cell.x + cell.width <= 1000 && cell.y >= 0 && cell.y + cell.height <= 400);
  }
  const inner = heap.children[0] as Area;
  assert.deepEqual(layOut(inner, "icicle", 100, 0, 10).map((cell) => cell.area.name), ["a", "b"]);
  assert.deepEqual(layOut(heap, "icicle", 100, 0, 1).map((cell) => cell.area.name), ["heap", "a", "c"]);
});

test("nothing is laid out of nothing", () => {
  const heap = treeOf([[-1, "heap", 0, 0]]);
  assert.deepEqual(layOut(heap, "icicle", 100, 100, 10), []);
  assert.deepEqual(layOut({ ...heap, bytes: 9 }, "icicle", 0, 100, 10), []);
});

test("types are areas of their own sizes inside their modules, and what is left out has its place", () => {
  const row = (name: string, shallow_bytes: number) => ({ name, count: 1, shallow_bytes, retained_bytes: 1 });
  const rows = [row("app.A", 30), row("dict", 50), row("app.B", 10)];
  const root = areasOfTypes({ schema: "", rows, omitted: { rows: 1, count: 1, shallow_bytes: 10 } });
  assert.equal(root.bytes, 100);
  assert.deepEqual(root.children.map((area) => [area.name, area.bytes, area.children.map((type) => type.name)]), [
    ["app", 40, ["app.A", "app.B"]], ["(built in)", 50, ["dict"]],
  ]);
});

test("recorded calls are areas, the outermost on top", () => {
  const node = (name: string, bytes: number, children: unknown[] = []) =>
    ({ name, file: name && `/srv/${name}.py`, line: 3, bytes, blocks: 1, hidden: 0, hidden_bytes: 0, children });
  const root = areasOfAllocations(node("", 100, [node("main", 90, [node("read", 60)])]) as never);
  assert.deepEqual([root.name, root.note], ["(all)", ""]);
  const cells = layOut(root, "icicle", 100, 0, 10).map((cell) => [cell.area.name, cell.area.note, cell.width]);
  assert.deepEqual(cells, [["(all)", "", 100], ["main", "main.py:3", 90], ["read", "read.py:3", 60]]);
});

const course = (bytes: number[], more: Partial<Course> = {}): Course => ({
  change: "grown", every_step: false, since: bytes.length - 1, bytes_change: 0, count_change: 0, bytes, count: bytes, ...more,
});

test("a course is told in two words", () => {
  assert.equal(courseWord(course([1, 2, 3], { since: 0, every_step: true })), "grown, each step");
  assert.equal(courseWord(course([1, 0, 3], { since: 1 })), "grown, since 2");
  assert.equal(courseWord(course([1, 3, 2])), "grown");
  assert.equal(courseWord(course([3, 2, 0], { change: "gone" })), "gone");
  assert.equal(change(1536), "+1.5\u00a0KiB");
  assert.equal(change(-3), "-3\u00a0B");
});

test("a suspect's growth is a sentence with a time", () => {
  const since_created = "2026-11-23T06:27:12.250Z";
  const growth = (more: Course) => growthSentence({ ...more, since_created }).replaceAll("\u00a0", " ");
  assert.equal(growth(course([1, 2, 3], { since: 0 })), "since 2026-11-23 06:27:12 UTC, in each of 2 steps: 1 B to 3 B in 3 snapshots");
  assert.equal(growth(course([2, 1, 3], { since: 1 })), "since 2026-11-23 06:27:12 UTC, in the last step: 2 B to 3 B in 3 snapshots");
  assert.equal(growth(course([3, 3], { change: "flat" })), "It did not grow: 3 B to 3 B in 2 snapshots");
  assert.equal(growth(course([1, 4, 3])), "not in the last step: 1 B to 3 B in 3 snapshots");
});

test("times are written as far as it takes to tell them apart", () => {
  const day = "2026-11-23T";
  assert.deepEqual(clocksOf([`${day}06:27:12.250Z`, `${day}07:00:00.000Z`]), ["06:27:12", "07:00:00"]);
  assert.deepEqual(clocksOf([`${day}06:27:12.250Z`, `${day}06:27:12.500Z`]), ["06:27:12.250", "06:27:12.500"]);
  assert.deepEqual(clocksOf([`${day}06:27:12Z`, "2026-11-24T06:27:12Z"]), ["2026-11-23 06:27:12", "2026-11-24 06:27:12"]);
  assert.deepEqual(clocksOf(["then", `${day}06:27:12Z`]), ["then", `${day}06:27:12Z`]);
});
