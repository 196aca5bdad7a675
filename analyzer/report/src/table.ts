// SPDX-License-Identifier: GPL-2.0-or-later

/* Filter, order and group the rows of a histogram. */

import type { TopRow } from "./document.ts";
import type { Order } from "./tree.ts";

export type TopKey = "name" | "count" | "shallow_bytes" | "retained_bytes";

export interface Filter {
  test: (name: string) => boolean;
  /* Why the pattern was taken as plain text, or "". */
  problem: string;
}

/* Longest part of a name that a pattern is tried on: the pattern is the reader's, the name is not. */
const TESTED = 2000;

export function makeFilter(pattern: string): Filter {
  if (pattern === "") {
    return { test: () => true, problem: "" };
  }
  try {
    const expression = new RegExp(pattern, "iu");
    return { test: (name) => expression.test(name.slice(0, TESTED)), problem: "" };
  } catch {
    const plain = pattern.toLowerCase();
    return {
      test: (name) => name.toLowerCase().includes(plain),
      problem: "Not a regular expression: taken as plain text.",
    };
  }
}

export function sortTop<Row extends TopRow>(rows: Row[], order: Order<TopKey>): Row[] {
  const sign = order.descending ? -1 : 1;
  const byName = (a: Row, b: Row) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...rows].sort((a, b) => {
    if (order.key === "name") {
      return sign * byName(a, b);
    }
    return sign * (a[order.key] - b[order.key]) || byName(a, b);
  });
}

/* The module part of a type's name; "" when it has none. */
export function moduleOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : "";
}

/* "app" of "app.models"; "" of a type without a module. */
export function packageOf(name: string): string {
  const module = moduleOf(name);
  const dot = module.indexOf(".");
  return dot > 0 ? module.slice(0, dot) : module;
}

export type Grouping = "none" | "module" | "package";

export interface ModuleGroup {
  name: string;
  rows: TopRow[];
  count: number;
  shallow_bytes: number;
}

/*
 * Rows under their modules or packages, in the rows' own order; modules in the order of their sums. Counts and shallow sizes add up;
 * retained sizes do not, because one type's objects can retain another's, so a group has none.
 */
export function groupByModule(rows: TopRow[], order: Order<TopKey>, nameOf = moduleOf): ModuleGroup[] {
  const groupOf = new Map<string, ModuleGroup>();
  for (const row of rows) {
    const name = nameOf(row.name);
    let group = groupOf.get(name);
    if (!group) {
      group = { name, rows: [], count: 0, shallow_bytes: 0 };
      groupOf.set(name, group);
    }
    group.rows.push(row);
    group.count += row.count;
    group.shallow_bytes += row.shallow_bytes;
  }
  const groups = [...groupOf.values()];
  if (order.key === "retained_bytes") {
    /* Rows come sorted, so a group stands where its first row does. */
    return groups;
  }
  const sign = order.descending ? -1 : 1;
  const key = order.key;
  return groups.sort((a, b) => {
    const byName = a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    return key === "name" ? sign * byName : sign * (a[key] - b[key]) || byName;
  });
}

/* Tab-separated lines with a heading, for a spreadsheet. */
export function toTabbedRows(heading: string[], rows: (string | number)[][]): string {
  return [heading, ...rows].map((row) => row.join("\t")).join("\n") + "\n";
}

export function toTabbed(rows: TopRow[], show: (text: string) => string): string {
  return toTabbedRows(
    ["name", "count", "shallow_bytes", "retained_bytes"],
    rows.map((row) => [show(row.name), row.count, row.shallow_bytes, row.retained_bytes]),
  );
}
