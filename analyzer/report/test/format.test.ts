// SPDX-License-Identifier: GPL-2.0-or-later

import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, duration, exactBytes, percent, plural, shareOf, SPACE, time } from "../src/format.ts";

const spaced = (text: string) => text.replaceAll(SPACE, " ");

test("counts are grouped by three digits, exactly", () => {
  assert.equal(count(0), "0");
  assert.equal(count(999), "999");
  assert.equal(count(1000), "1,000");
  assert.equal(count(30000462), "30,000,462");
  assert.equal(count(-1234), "-1,234");
  assert.equal(count(Number.MAX_SAFE_INTEGER), "9,007,199,254,740,991");
  assert.equal(count(Number.NaN), "?");
});

test("bytes have one decimal and never show 1024.0 of a unit", () => {
  assert.equal(spaced(bytes(0)), "0 B");
  assert.equal(spaced(bytes(1023)), "1,023 B");
  assert.equal(spaced(bytes(1024)), "1.0 KiB");
  assert.equal(spaced(bytes(30000462)), "28.6 MiB");
  assert.equal(spaced(bytes(1024 * 1024 - 1)), "1.0 MiB");
  assert.equal(spaced(bytes(2 ** 50 * 3)), "3.0 PiB");
  assert.equal(spaced(exactBytes(30000462)), "30,000,462 B");
});

test("a share that is not nothing is not written as nothing, nor a part as the whole", () => {
  assert.equal(spaced(percent(0)), "0 %");
  assert.equal(spaced(percent(0.0001)), "< 0.1 %");
  assert.equal(spaced(percent(0.0713)), "7.1 %");
  assert.equal(spaced(percent(0.0996)), "10 %");
  assert.equal(spaced(percent(0.713)), "71 %");
  assert.equal(spaced(percent(0.999)), "> 99 %");
  assert.equal(spaced(percent(1)), "100 %");
  assert.equal(shareOf(1, 0), 0);
});

test("durations choose their unit", () => {
  assert.equal(spaced(duration(812_000)), "812 µs");
  assert.equal(spaced(duration(3_412_900)), "3.4 ms");
  assert.equal(spaced(duration(61_204_118)), "61 ms");
  assert.equal(spaced(duration(1_500_000_000)), "1.50 s");
});

test("one item is not plural", () => {
  assert.equal(spaced(plural(1, "item")), "1 item");
  assert.equal(spaced(plural(6, "item")), "6 items");
});

test("only a time of the known form is rewritten", () => {
  assert.equal(time("2026-11-23T06:27:12Z"), "2026-11-23 06:27:12 UTC");
  assert.equal(time("2026-11-23T06:27:12.123Z"), "2026-11-23 06:27:12 UTC");
  assert.equal(time("yesterday"), "yesterday");
});
