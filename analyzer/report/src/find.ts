// SPDX-License-Identifier: GPL-2.0-or-later

/* One search over everything that the document names. */

import type { ReportDocument } from "./document.ts";
import type { Tree } from "./tree.ts";

export interface Entry {
  kind: "suspect" | "object" | "tree" | "type" | "holder" | "module";
  name: string;
  type: string;
  address: string;
  bytes: number;
  /* Row of the tree, or -1. */
  row: number;
  /* A preview of the object's value, or "". */
  value: string;
}

export interface Found {
  entries: Entry[];
  /* How many more match. */
  left: number;
}

export function entriesOf(document: ReportDocument, tree: Tree): Entry[] {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const suspect of document.suspects.suspects) {
    const { name, type, address } = suspect.holder;
    seen.add(address);
    const row = tree.rowOfAddress.get(address) ?? -1;
    entries.push({ kind: "suspect", name, type, address, bytes: suspect.retained_bytes, row, value: "" });
  }
  for (const object of Object.values(document.objects ?? {})) {
    if (!seen.has(object.address)) {
      seen.add(object.address);
      const { label: name, type, address, retained: bytes, preview: value = "" } = object;
      entries.push({ kind: "object", name, type, address, bytes, row: tree.rowOfAddress.get(address) ?? -1, value });
    }
  }
  for (const row of tree.rows) {
    if (row.parent >= 0 && !(row.address !== "" && seen.has(row.address))) {
      const { label: name, type, address, retained: bytes } = row;
      entries.push({ kind: "tree", name, type, address, bytes, row: row.index, value: "" });
    }
  }
  for (const [kind, top] of [
    ["type", document.types],
    ["holder", document.holders],
    ["module", document.modules],
  ] as const) {
    for (const row of top?.rows ?? []) {
      entries.push({ kind, name: row.name, type: "", address: "", bytes: row.retained_bytes, row: -1, value: "" });
    }
  }
  return entries;
}

/* Whole names first, then beginnings, then the rest; larger first among equals. */
export function find(entries: Entry[], query: string, limit: number): Found {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") {
    return { entries: [], left: 0 };
  }
  const ranked: { entry: Entry; rank: number; place: number }[] = [];
  entries.forEach((entry, place) => {
    const name = entry.name.toLowerCase();
    const type = entry.type.toLowerCase();
    let rank: number;
    if (name === wanted || entry.address === wanted) {
      rank = 0;
    } else if (name.startsWith(wanted) || entry.address.startsWith(wanted)) {
      rank = 1;
    } else if (name.includes(wanted)) {
      rank = 2;
    } else if (type.includes(wanted)) {
      rank = 3;
    } else if (entry.value !== "" && entry.value.toLowerCase().includes(wanted)) {
      rank = 4;
    } else {
      return;
    }
    ranked.push({ entry, rank, place });
  });
  ranked.sort((a, b) => a.rank - b.rank || b.entry.bytes - a.entry.bytes || a.place - b.place);
  return { entries: ranked.slice(0, limit).map((found) => found.entry), left: Math.max(0, ranked.length - limit) };
}
