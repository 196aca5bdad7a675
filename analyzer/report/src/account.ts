// SPDX-License-Identifier: GPL-2.0-or-later

/* The process' memory, explained by what the document knows of it. */

import type { Info } from "./document.ts";

export interface Part {
  name: string;
  bytes: number;
  /* What the page may say about it beside the number. */
  note: string;
  kind: "live" | "garbage" | "native" | "other" | "rest";
}

export interface Account {
  /* Resident memory; 0 when unknown. */
  whole: number;
  parts: Part[];
  /* Parts are larger than the whole: some of the heap is swapped out. */
  over: boolean;
  /* Lines that are no part of the sum, with what they are a part of. */
  facts: { name: string; bytes: number; of: string }[];
}

const NOTES = new Map([
  ["file", "mapped files: programs and libraries"],
  ["shmem", "shared memory"],
  ["library_data", "data of programs and libraries"],
  ["thread_stacks", "stacks of threads"],
  ["rounding", "what allocators take beyond the objects' sizes"],
  ["pymalloc_headers", "heads of the pools of Python's allocator"],
  ["pymalloc_free", "free blocks of Python's allocator"],
  ["recorder", "what whoholds' recorder keeps"],
]);

export function accountOf(info: Info): Account {
  const lines = info.account ?? [];
  const whole = info.rss ?? lines.find((line) => line.name === "rss")?.bytes ?? 0;
  const parts: Part[] = [];
  const add = (kind: Part["kind"], name: string, bytes: number, note: string) => {
    if (bytes > 0) {
      parts.push({ kind, name, bytes, note });
    }
  };
  if (info.live || info.garbage || info.native) {
    /* Those that only native code refers to are among the live ones; static ones are in a mapped file, which counts below. */
    const elsewhere = (info.native?.bytes ?? 0) + (lines.find((line) => line.name === "static_objects")?.bytes ?? 0);
    add("live", "Live Python objects", (info.live?.bytes ?? 0) - elsewhere, "reachable from a name");
    add("native", "Held by native code", info.native?.bytes ?? 0, "Python objects that only native code refers to");
    add("garbage", "Garbage", info.garbage?.bytes ?? 0, "unreachable cycles, not collected yet");
  } else {
    add("live", "Python objects", info.bytes, "");
  }
  for (const line of lines) {
    if (line.of === "rss") {
      add("other", line.name, line.bytes, NOTES.get(line.name) ?? "");
    }
  }
  const sum = parts.reduce((total, part) => total + part.bytes, 0);
  add("rest", "Not explained", whole - sum, "memory of native code, allocators' free memory");
  const inSum = new Set(parts.map((part) => part.name));
  return {
    whole,
    parts,
    over: whole > 0 && sum > whole,
    facts: lines
      .filter((line) => line.name !== "rss" && !inSum.has(line.name))
      .map((line) => ({
        name: line.name,
        bytes: line.bytes,
        of: line.of ?? "",
      })),
  };
}
