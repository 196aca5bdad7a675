// SPDX-License-Identifier: GPL-2.0-or-later

/* Pictures of each view of a real report, to be looked at: WHOHOLDS_SCREENSHOTS names the folder. */

import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openSession } from "./support/report.mjs";

const { WHOHOLDS_SHOP: shop, WHOHOLDS_SCREENSHOTS: folder } = process.env;
const skip = shop && folder ? false : "WHOHOLDS_SHOP or WHOHOLDS_SCREENSHOTS is not set";
const VARIANTS = {
  light: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  narrow: { viewport: { width: 360, height: 760 } },
  print: { viewport: { width: 794, height: 1123 } },
};

let session;
before(async () => {
  session = await openSession();
});
after(() => session.close());

for (const [name, options] of Object.entries(VARIANTS)) {
  test(`pictures are made: ${name}`, { skip }, async () => {
    mkdirSync(folder, { recursive: true });
    const { page, context, problems } = await session.open(join(shop, "report.html"), { context: options });
    const save = async (part, target, more) => {
      const path = join(folder, `${name}-${part}.png`);
      await target.screenshot({ path, ...more });
      assert.ok(statSync(path).size > 1000, path);
    };
    await save("first", page);
    /* The bar would lie over whatever is taken below it. */
    await page.locator(".bar-top").evaluate((bar) => bar.style.setProperty("position", "static"));
    await page.emulateMedia({ media: name === "print" ? "print" : "screen" });
    if (name === "print") {
      await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    }
    for (const id of await page.locator("main section[id]").evaluateAll((all) => all.map((section) => section.id))) {
      await save(id, page.locator(`#${id}`));
    }
    assert.deepEqual(problems, []);
    await context.close();
  });
}
