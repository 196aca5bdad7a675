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

/* What the kernel's lines mean; together these three are the resident memory. */
const KERNEL = new Set(["anonymous", "file", "shmem"]);

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
    add("live", "Live Python objects", info.live?.bytes ?? 0, "reachable from a name");
    add("native", "Held by native code", info.native?.bytes ?? 0, "Python objects that only native code refers to");
    add("garbage", "Garbage", info.garbage?.bytes ?? 0, "unreachable cycles, not collected yet");
  } else {
    add("live", "Python objects", info.bytes, "");
  }
  for (const line of lines) {
    if (line.of === "rss" && !KERNEL.has(line.name)) {
      add("other", line.name, line.bytes, "");
    }
  }
  const sum = parts.reduce((total, part) => total + part.bytes, 0);
  add("rest", "Not explained", whole - sum, "native libraries, code, allocators' free memory, stacks");
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
        of: line.of ?? (KERNEL.has(line.name) ? "rss" : ""),
      })),
  };
}
