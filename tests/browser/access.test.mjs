// SPDX-License-Identifier: GPL-2.0-or-later

/* Roles, names and contrast, as axe-core checks them. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { leakyDocument } from "./support/documents.mjs";
import { openSession } from "./support/report.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let session;
before(async () => {
  session = await openSession();
});
after(() => session.close());

async function violations(options) {
  const { page, context } = await session.open(leakyDocument(), options);
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run({ resultTypes: ["violations"] });
    /* A cell of an icicle has room for the beginning of its name, and an ellipsis is no part of the whole. */
    const isCut = (rule, node) =>
      rule.id === "label-content-name-mismatch" && document.querySelector(node.target[0])?.closest(".map .cell");
    return result.violations.flatMap((rule) =>
      rule.nodes
        .filter((node) => !isCut(rule, node))
        .map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
    );
  });
  await context.close();
  return found;
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    for (const hash of ["", "#obj=0x7f3a10c04a00"]) {
      test(`roles, names and contrast are right: ${colorScheme}, ${width} px, ${hash || "overview"}`, async () => {
        const found = await violations({ context: { colorScheme, viewport: { width, height: 800 } }, hash });
        assert.deepEqual(found, []);
      });
    }
  }
}
