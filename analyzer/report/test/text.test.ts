// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baseName,
  clip,
  directory,
  headOf,
  markdownCode,
  markdownText,
  shellWord,
  splitQualified,
  visible,
} from "../src/text.ts";

test("what cannot be seen is written as an escape", () => {
  assert.equal(visible("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  assert.equal(visible("\u0000\u001b\u007f\u0085"), "\\u0000\\u001b\\u007f\\u0085");
  assert.equal(visible("user\u202etxt.exe"), "user\\u202etxt.exe");
  assert.equal(visible("\u2066\u2069\u200e\u200f\u061c\ufeff\u200b"), "\\u2066\\u2069\\u200e\\u200f\\u061c\\ufeff\\u200b");
  assert.equal(visible("\u2028\u2029"), "\\u2028\\u2029");
});

test("half of a surrogate pair is an escape, a whole pair is a letter", () => {
  assert.equal(visible("\ud800"), "\\ud800");
  assert.equal(visible("\udc00x"), "\\udc00x");
  assert.equal(visible("\ud83d\ude00"), "\ud83d\ude00");
  assert.equal(visible("\ud83d\ud83d\ude00\ude00"), "\\ud83d\ud83d\ude00\\ude00");
});

test("ordinary text of any script stays as it is", () => {
  for (const text of ["plain", "größe", "שלום", "変数", "a b", "<b>&amp;"]) {
    assert.equal(visible(text), text);
  }
});

test("a long text loses its middle and says how much", () => {
  assert.equal(clip("abc", 3), "abc");
  assert.equal(clip("x".repeat(100), 10), "xxxxxxx…(90 more)…xxx");
  assert.ok(clip("x".repeat(1 << 20), 160).length < 190);
});

test("a cut does not halve a surrogate pair", () => {
  assert.equal(headOf("a\ud83d\ude00b", 2), "a");
  assert.equal(headOf("a\ud83d\ude00b", 3), "a\ud83d\ude00");
  const clipped = clip("\ud83d\ude00".repeat(50), 9);
  assert.equal(visible(clipped), clipped);
});

test("a code span of Markdown holds any backticks", () => {
  assert.equal(markdownCode("cache"), "`cache`");
  assert.equal(markdownCode("a`b"), "`` a`b ``");
  assert.equal(markdownCode("``"), "``` `` ```");
  assert.equal(markdownCode(""), "`  `");
  assert.equal(markdownCode("a\n# b"), "`a\\n# b`");
});

test("words in Markdown start no markup", () => {
  assert.equal(markdownText("**b** [x](y) <i> `c`"), "\\*\\*b\\*\\* \\[x\\](y) \\<i\\> \\`c\\`");
});

test("a file becomes one word of a command, or none", () => {
  assert.equal(shellWord("/tmp/a-1.whs"), "/tmp/a-1.whs");
  assert.equal(shellWord("my dump.whs"), "'my dump.whs'");
  assert.equal(shellWord("it's"), "'it'\\''s'");
  assert.equal(shellWord("$(reboot)"), "'$(reboot)'");
  for (const bad of ["", "-rf", "a\nb", "a\u202eb", "x".repeat(500)+" "]) {
    assert.equal(shellWord(bad), null);
  }
});

test("a path divides into folder and name", () => {
  assert.deepEqual([directory("/srv/app/server.py"), baseName("/srv/app/server.py")], ["/srv/app/", "server.py"]);
  assert.deepEqual([directory("<string>"), baseName("<string>")], ["", "<string>"]);
  assert.deepEqual([directory("/srv/"), baseName("/srv/")], ["", "/srv/"]);
});

test("a qualified name divides before its last part, other text does not", () => {
  assert.deepEqual(splitQualified("app.models.Order"), ["app.models.", "Order"]);
  assert.deepEqual(splitQualified("list"), ["", "list"]);
  assert.deepEqual(splitQualified("f.<locals>.g"), ["", "f.<locals>.g"]);
  assert.deepEqual(splitQualified(""), ["", ""]);
});
