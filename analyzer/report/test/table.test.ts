// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TopRow } from "../src/document.ts";
import { groupByModule, makeFilter, moduleOf, sortTop, toTabbed } from "../src/table.ts";

const row = (name: string, count: number, shallow_bytes: number, retained_bytes: number): TopRow => ({
  name, count, shallow_bytes, retained_bytes,
});
const ROWS = [row("app.A", 2, 20, 300), row("builtins.dict", 9, 90, 200), row("app.B", 5, 10, 200)];

test("rows are ordered by each column, equal ones by name", () => {
  const names = (key: keyof TopRow, descending: boolean) =>
    sortTop(ROWS, { key, descending }).map((sorted) => sorted.name);
  assert.deepEqual(names("retained_bytes", true), ["app.A", "app.B", "builtins.dict"]);
  assert.deepEqual(names("count", true), ["builtins.dict", "app.B", "app.A"]);
  assert.deepEqual(names("name", true), ["builtins.dict", "app.B", "app.A"]);
  assert.deepEqual(names("shallow_bytes", false), ["app.B", "app.A", "builtins.dict"]);
});

test("the filter is a regular expression that ignores case", () => {
  const filter = makeFilter("^APP\\.|dict$");
  assert.deepEqual(ROWS.map((one) => filter.test(one.name)), [true, true, true]);
  assert.equal(makeFilter("^dict").test("builtins.dict"), false);
  assert.equal(makeFilter("").test("anything"), true);
});

test("a pattern that is no regular expression is plain text, and says so", () => {
  const filter = makeFilter("dict[");
  assert.equal(filter.test("my.Dict[int]"), true);
  assert.equal(filter.test("my.dict"), false);
  assert.match(filter.problem, /plain text/);
});

test("modules add up counts and own sizes of their types", () => {
  assert.equal(moduleOf("app.models.Order"), "app.models");
  assert.equal(moduleOf("Order"), "");
  const groups = groupByModule(ROWS, { key: "count", descending: true });
  assert.deepEqual(
    groups.map((group) => [group.name, group.count, group.shallow_bytes, group.rows.length]),
    [["builtins", 9, 90, 1], ["app", 7, 30, 2]],
  );
});

test("a copied table has one line a row", () => {
  assert.equal(
    toTabbed([row("a\tb", 1, 2, 3)], (text) => text.replace("\t", "\\t")),
    "name\tcount\tshallow_bytes\tretained_bytes\na\\tb\t1\t2\t3\n",
  );
});
