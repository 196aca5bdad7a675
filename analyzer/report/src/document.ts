// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * The document that the analyzer writes into the page: the contract between the two.
 *
 * Every number on the page comes from here. Sizes are bytes, times are nanoseconds, both exact integers; addresses are
 * "0x" and hexadecimal digits, or "" where there is no object. Every string may be hostile (see text.ts).
 */

export const SCHEMA = "whoholds.report/1";

export interface Mass {
  objects: number;
  bytes: number;
}

/* One line of the process' memory as the kernel or an allocator tells it. Lines with the same `of` are disjoint parts of
 * the line that it names. */
export interface AccountLine {
  name: string;
  bytes: number;
  of?: string;
}

export interface Info {
  schema: string;
  file: string;
  python: string;
  program: string;
  pid: number;
  created: string;
  mode: string;
  trigger: string;
  objects: number;
  references: number;
  bytes: number;
  types: number;
  rss?: number;
  pause_ns?: number;
  dump_ns?: number;
  live?: Mass;
  garbage?: Mass;
  native?: Mass;
  account?: AccountLine[];
}

export type Evidence =
  | "growth"
  | "store"
  | "store-executed"
  | "frame"
  | "suspended"
  | "definition"
  | "traceback"
  | "source";

export interface Holder {
  name: string;
  type: string;
  address: string;
  length?: number;
}

export interface HeldAt {
  file: string;
  line: number;
  function?: string;
  text?: string;
  evidence: Evidence | string;
  certainty?: string;
}

export interface AllocatedAt {
  file: string;
  line: number;
  function?: string;
  text?: string;
  bytes: number;
  blocks: number;
}

export interface Content {
  type: string;
  count: number;
  bytes: number;
}

export interface Hop {
  label: string;
  type: string;
  address?: string;
  dominator?: boolean;
}

export interface Reason {
  sign: string;
  sentence: string;
  weight?: "for" | "doubt" | "against";
}

/* A row's course over several snapshots; `since` counts them from 0. */
export interface Course {
  change: "new" | "grown" | "flat" | "shrunk" | "gone";
  every_step: boolean;
  since: number;
  bytes_change: number;
  count_change: number;
  bytes: number[];
  count: number[];
  at_most?: number[];
}

export interface Growth extends Course {
  since_created: string;
}

export interface HolderCourse extends Course {
  name: string;
  type: string;
  address: string;
  fingerprint: string;
  alike: number;
}

export interface TypeCourse extends Course {
  name: string;
}

export interface LineCourse extends Course {
  file: string;
  line: number;
  function: string;
  text: string;
}

export interface DiffTable<Row> {
  rows: Row[];
  omitted: { rows: number; bytes_grown: number; bytes_shrunk: number };
}

export interface DiffSnapshot {
  file: string;
  python: string;
  program: string;
  pid: number;
  created: string;
  objects: number;
  bytes: number;
  rss?: number;
}

export interface Diff {
  snapshots: DiffSnapshot[];
  same_process: boolean;
  caution: string;
  holders: DiffTable<HolderCourse>;
  types: DiffTable<TypeCourse>;
  lines?: DiffTable<LineCourse>;
}

export interface Suspect {
  rank: number;
  verdict: "leak" | "uncertain" | "large";
  kind: string;
  holder: Holder;
  retained_bytes: number;
  retained_objects: number;
  /* Of the heap's bytes, 0 to 1. */
  share: number;
  held_at?: HeldAt[];
  allocated_at?: AllocatedAt[];
  contents?: Content[];
  path?: Hop[];
  cut?: { reference: string }[];
  reasons?: Reason[];
  fingerprint?: string;
  growth?: Growth;
}

/* How else an object is held: paths without a removable reference in common, and their drawing. */
export interface WayNode {
  name: string;
  type: string;
  address: string;
  retained: number;
  first: boolean;
  target: boolean;
  dominator: boolean;
  layer: number;
  /* In hundredths of the distance of neighbours. */
  x: number;
}

export interface WayEdge {
  from: number;
  to: number;
  label: string;
  /* [layer, x] of what it passes. */
  bends: [number, number][];
}

export interface Ways {
  paths: { root: { kind: string; name: string }; expression: string; hops: Hop[] }[];
  nodes: WayNode[];
  edges: WayEdge[];
  /* The fewest references to remove, where one is not enough. */
  cut?: { complete: boolean; references: string[]; references_omitted: number };
}

export interface MergedRow {
  parent: number;
  name: string;
  type: string;
  address: string;
  count: number;
  share: number;
  hidden: number;
}

/* Where the objects of a type come through; rows stand depth-first. */
export interface Merged {
  matching: number;
  reached: number;
  hidden: number;
  rows: MergedRow[];
}

export interface Suspects {
  schema: string;
  heap: { objects: number; bytes: number; rss?: number };
  suspects: Suspect[];
}

export interface TopRow {
  name: string;
  count: number;
  shallow_bytes: number;
  retained_bytes: number;
}

export interface Top {
  schema: string;
  by?: string;
  rows: TopRow[];
  /* What the rows leave out. */
  omitted?: { rows: number; count: number; shallow_bytes: number };
}

/* Rows in depth-first order, so that a parent always stands before its children. */
export interface TreeTable {
  columns: string[];
  rows: (string | number)[][];
}

export interface Local {
  name: string;
  type: string;
  address: string;
  retained_bytes: number;
}

export interface Frame {
  function: string;
  file: string;
  line: number;
  text?: string;
  locals?: Local[];
}

/* Frames stand innermost call first. */
export interface Thread {
  name: string;
  ident: number;
  frames: Frame[];
}

export interface Reference {
  label: string;
  type: string;
  address: string;
  retained: number;
}

export interface ObjectRecord {
  type: string;
  address: string;
  label: string;
  shallow: number;
  retained: number;
  preview?: string;
  references?: Reference[];
  referrers?: Reference[];
  /* How many of them the lists leave out. */
  references_omitted?: number;
  referrers_omitted?: number;
  path?: Hop[];
}

export interface AllocNode {
  name: string;
  file: string;
  line: number;
  bytes: number;
  blocks: number;
  hidden: number;
  hidden_bytes: number;
  children: AllocNode[];
}

export interface AllocLine {
  file: string;
  line: number;
  function: string;
  text: string;
  bytes: number;
  blocks: number;
  live_bytes: number;
  allocated_bytes: number;
  churn: boolean;
}

export interface AllocView {
  lines: AllocLine[];
  omitted: { rows: number; bytes: number };
  tree: AllocNode;
}

export interface Alloc {
  recorder: { mode: string; interval: number; seconds: number; lost_blocks: number; lost_stacks: number };
  total: { allocated_bytes: number; allocated_blocks: number; live_bytes: number; live_blocks: number };
  live: AllocView;
  allocated: AllocView;
}

export interface Example {
  address: string;
  type: string;
  shallow_bytes: number;
  retained_bytes: number;
}

/* What a rule found. */
export interface Finding {
  id: string;
  title: string;
  sentence: string;
  /* Arguments of whoholds, with SNAPSHOT for the file. */
  query: string;
  /* False: the snapshot does not tell. */
  known: boolean;
  count: number;
  bytes: number;
  offenders: { name: string; object: Example; count: number; bytes: number; detail: string }[];
  omitted: number;
}

export interface Triage {
  rules: number;
  findings: Finding[];
}

export interface Waste {
  live_bytes: number;
  kinds: Finding[];
}

export interface Garbage {
  garbage: Mass;
  native: Mass;
  collector: {
    known: boolean;
    enabled: boolean;
    collecting: boolean;
    generations: { threshold: number; count: number; collections: number }[];
    frozen: Mass;
    garbage_list: number;
  };
  entries: number;
  groups: {
    type: string;
    entries: number;
    objects: number;
    bytes: number;
    finalizer: boolean;
    example: Example;
    cycle: string;
  }[];
  groups_omitted: number;
  native_objects: { object: Example; unaccounted: number; sentence: string }[];
  native_objects_omitted: number;
}

export interface ReportDocument {
  schema: string;
  info: Info;
  suspects: Suspects;
  types: Top;
  holders?: Top;
  modules?: Top;
  tree: TreeTable;
  /* By address of a suspect's holder. */
  ways?: Record<string, Ways>;
  /* By type. */
  merged?: Record<string, Merged>;
  diff?: Diff | null;
  alloc?: Alloc | null;
  triage?: Triage | null;
  waste?: Waste | null;
  garbage?: Garbage | null;
  threads?: Thread[];
  objects?: Record<string, ObjectRecord>;
  source?: Record<string, Record<string, string>>;
  budget?: Record<string, number>;
}

export class DocumentError extends Error {}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/*
 * Read the document. What must be there is checked here, by name, so that a page made from a broken document says so
 * in one sentence and nothing is shown half.
 */
export function readDocument(text: string): ReportDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DocumentError("This page holds no report: its document is missing or was cut.");
  }
  if (!isRecord(value) || value["schema"] !== SCHEMA) {
    const found = isRecord(value) ? String(value["schema"]) : typeof value;
    throw new DocumentError(`This page reads the schema ${SCHEMA}, and its document has ${found.slice(0, 100)}.`);
  }
  const lists: [string, string][] = [
    ["suspects", "suspects"],
    ["types", "rows"],
    ["tree", "columns"],
    ["tree", "rows"],
  ];
  for (const [part, list] of lists) {
    const record = value[part];
    if (!isRecord(record) || !Array.isArray(record[list])) {
      throw new DocumentError(`The document has no list ${part}.${list}.`);
    }
  }
  if (!isRecord(value["info"])) {
    throw new DocumentError("The document has no info.");
  }
  return value as unknown as ReportDocument;
}
