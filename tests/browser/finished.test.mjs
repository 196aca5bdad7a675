// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * A report that the analyzer made of a real dump: WHOHOLDS_REPORT names the page, WHOHOLDS_SUSPECTS what
 * `whoholds suspects --json` printed for the same snapshot. The numbers on the page are those of the JSON.
 */

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { openSession, sidewaysOverflow } from "./support/report.mjs";

const report = process.env.WHOHOLDS_REPORT;
const suspects = process.env.WHOHOLDS_SUSPECTS;
const skip = report ? false : "WHOHOLDS_REPORT is not set";

let session;
before(async () => {
  if (!skip) {
    session = await openSession();
  }
});
after(() => session?.close());

const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const spaced = (text) => text.replace(/\s+/g, " ").trim();

test("a finished report opens without errors and requests, at any width", { skip }, async () => {
  assert.ok(statSync(report).size <= 5 * 1024 * 1024, "at most 5 MB");
  for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 760 }]) {
    const { page, context, problems } = await session.open(resolve(report), { context: { viewport } });
    assert.equal(await page.locator(".broken").count(), 0);
    assert.equal(await sidewaysOverflow(page), 0);
    assert.ok((await page.locator("#tree tbody tr").count()) > 0);
    assert.ok((await page.locator("#types tbody tr").count()) > 0);
    assert.deepEqual(problems, []);
    await context.close();
  }
});

test("a finished report shows exactly the suspects of the JSON", { skip: skip || (suspects ? false : "WHOHOLDS_SUSPECTS is not set") }, async () => {
  const expected = JSON.parse(readFileSync(suspects, "utf8")).suspects.filter((suspect) => suspect.verdict !== "large");
  const { page, context } = await session.open(resolve(report));
  const cards = page.locator(".suspect");
  assert.equal(await cards.count(), expected.length);
  if (expected.length === 0) {
    assert.match(await page.locator("#verdict").innerText(), /Nothing in this heap looks like a leak/);
  }
  for (const [place, suspect] of expected.entries()) {
    const text = spaced(await cards.nth(place).textContent());
    const retained = await cards.nth(place).locator('[data-field="retained"]').getAttribute("title");
    assert.equal(spaced(retained), `${group(suspect.retained_bytes)} B`);
    assert.ok(text.includes(`in ${group(suspect.retained_objects)} object`), text);
    if (suspect.holder.name.length < 160) {
      assert.equal(spaced(await cards.nth(place).locator("h3").textContent()), spaced(suspect.holder.name));
    }
    for (const held of (suspect.held_at ?? []).slice(0, 5)) {
      assert.ok(text.includes(`${held.file.split("/").pop()}:${held.line}`), `${held.file}:${held.line} in ${text}`);
    }
  }
  await context.close();
});
