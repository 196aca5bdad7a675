// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReportDocument, DocumentError, readDocument, type Suspect } from "../src/document.ts";
import { suspectMarkdown, verdictMarkdown } from "../src/verdict.ts";

const SUSPECT: Suspect = {
  rank: 1,
  verdict: "leak",
  kind: "container",
  holder: { name: "__main__.cache", type: "list", address: "0x7f00", length: 6 },
  retained_bytes: 30000462,
  retained_objects: 7,
  share: 0.71,
  held_at: [
    {
      file: "demo.py", line: 14, function: "make_and_hold", text: "    cache.append(obj)", evidence: "growth",
      certainty: "exact",
    },
  ],
  allocated_at: [
    { file: "demo.py", line: 8, function: "allocate", text: "return bytearray(n)", bytes: 30000342, blocks: 12 },
  ],
  contents: [{ type: "bytearray", count: 6, bytes: 30000342 }],
  path: [
    { label: "sys.modules['__main__']", type: "module" },
    { label: ".cache", type: "list", dominator: true },
    { label: "[0…5]", type: "bytearray" },
  ],
  cut: [{ reference: "__main__.cache" }],
  reasons: [{ sign: "grew", sentence: "It *grew*.", weight: "for" }],
};

function documentWith(suspects: Suspect[]): ReportDocument {
  return {
    suspects: { schema: "whoholds.suspects/1", heap: { objects: 5, bytes: 2048 }, suspects },
  } as unknown as ReportDocument;
}

test("the verdict reads as one paragraph and a list of facts", () => {
  assert.equal(
    suspectMarkdown(documentWith([SUSPECT]), SUSPECT),
    "**`__main__.cache`** (`list`, 6 items) retains **28.6 MiB** (30,000,462 B) in 7 objects, 71 % of the Python heap.\n" +
      "\n" +
      "- held at: `demo.py:14` in `make_and_hold`: `cache.append(obj)` (growth: exact)\n" +
      "- allocated at: `demo.py:8` in `allocate`: `return bytearray(n)`, 30,000,342 B in 12 blocks\n" +
      "- holds: 6 × `bytearray`, 30,000,342 B\n" +
      "- path: `sys.modules['__main__'].cache[0…5]`\n" +
      "- to free it: cut 1 reference: `__main__.cache`\n" +
      "- why: It \\*grew\\*.\n",
  );
});

test("a suspect without a line says that none is known", () => {
  const bare: Suspect = {
    rank: 1, verdict: "leak", kind: "native", holder: { name: "x", type: "dict", address: "" }, retained_bytes: 10,
    retained_objects: 1, share: 0.5,
  };
  assert.match(suspectMarkdown(documentWith([bare]), bare), /- held at: no line is known\n/);
});

test("what one snapshot cannot settle is told as undecided", () => {
  const doubt = { sign: "taken-out", sentence: "Book.remove takes out of it", weight: "doubt" as const };
  const suspect = { ...SUSPECT, verdict: "uncertain" as const, reasons: [doubt] };
  assert.match(suspectMarkdown(documentWith([suspect]), suspect), /\n- undecided: Book\.remove takes out of it\n/);
  assert.doesNotMatch(suspectMarkdown(documentWith([SUSPECT]), SUSPECT), /undecided/);
});

test("what several ways hold is freed by cutting each, and growth is told with its time", () => {
  const growth = {
    change: "grown", every_step: true, since: 0, bytes_change: 9, count_change: 1, bytes: [1024, 2048, 4096], count: [1, 2, 3],
    since_created: "2026-11-23T06:27:12Z",
  } as const;
  const suspect = { ...SUSPECT, growth: { ...growth, bytes: [...growth.bytes], count: [...growth.count] } };
  const cut = { complete: true, references: ["__main__.cache", "app.copy['k']"], references_omitted: 0 };
  const document = { ...documentWith([suspect]), ways: { "0x7f00": { paths: [], nodes: [], edges: [], cut } } };
  const text = suspectMarkdown(document, suspect);
  assert.match(text, /\n- to free it: cut 2 references: `__main__\.cache`, `app\.copy\['k'\]`\n/);
  assert.match(text, /\n- grows: since 2026-11-23 06:27:12 UTC, in each of 2 steps: 1\.0 KiB to 4\.0 KiB in 3 snapshots\n/);
});

test("with nothing suspicious the verdict says so, whatever is merely large", () => {
  const large = { ...SUSPECT, verdict: "large" as const };
  assert.equal(
    verdictMarkdown(documentWith([large])),
    "Nothing in this heap looks like a leak. It has 2.0 KiB in 5 objects.\n",
  );
});

test("a hostile name cannot leave its code span", () => {
  const hostile = { ...SUSPECT, holder: { ...SUSPECT.holder, name: "a`**b**\n# c <img>" } };
  assert.ok(suspectMarkdown(documentWith([hostile]), hostile).startsWith("**`` a`**b**\\n# c <img> ``** ("));
});

test("a broken document is refused in one sentence", () => {
  const cases: [string, RegExp][] = [
    ["", /missing or was cut/],
    ["{\"schema\":", /missing or was cut/],
    ["[]", /schema whoholds.report\/1, and its document has object/],
    ['{"schema":"whoholds.report/9"}', /has whoholds.report\/9/],
    ['{"schema":"whoholds.report/1"}', /no list suspects.suspects/],
    ['{"schema":"whoholds.report/1","suspects":{"suspects":[]},"types":{"rows":1}}', /no list types.rows/],
    [
      '{"schema":"whoholds.report/1","suspects":{"suspects":[]},"types":{"rows":[]},"tree":{"columns":[],"rows":[]}}',
      /no info/,
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => readDocument(text), (error) => error instanceof DocumentError && message.test(error.message));
  }
});
