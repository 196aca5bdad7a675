// SPDX-License-Identifier: GPL-2.0-or-later

/* Names in a heap belong to whoever filled it: the page shows them as text and does nothing else with them. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HOSTILE, hostileDocument, leakyDocument, LONG } from "./support/documents.mjs";
import { escapeForHtml, fillTemplate, openSession, readTemplate, sidewaysOverflow } from "./support/report.mjs";

let session;
before(async () => {
  session = await openSession();
});
after(() => session.close());

const CACHE = "0x7f3a10c04a00";

test("hostile names are shown as text: no error, no request, nothing run", async () => {
  const { page, context, problems } = await session.open(hostileDocument());
  const names = await page.locator("#types tbody th").allTextContents();
  assert.equal(names[0], HOSTILE.script);
  assert.ok(names.includes(HOSTILE.image));
  assert.ok(names.includes("user\\u202etxt.exe\\u2066 \\u200f\\u200bend"), "direction marks are escapes");
  assert.ok(names.includes("half \\ud800 pair \\udc00 end"), "half pairs are escapes");
  for (const button of await page.locator("details summary").all()) {
    await button.click();
  }
  const folded = page.locator('#tree tr[aria-expanded="false"] .twisty');
  for (let turn = 0; turn < 25 && (await folded.count()) > 0; turn++) {
    await folded.first().click();
  }
  await page.getByRole("button", { name: "Treemap" }).click();
  await page.locator("#search").fill("script");
  await page.evaluate((hash) => { location.hash = hash; }, `#obj=${CACHE}`);
  await page.waitForSelector("#object");
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  const elements = await page.evaluate(() => ({
    scripts: document.scripts.length,
    images: document.querySelectorAll("img, iframe, object, embed, base, form").length,
    links: [...document.querySelectorAll("a")].filter((link) => !link.getAttribute("href")?.startsWith("#")).length,
  }));
  assert.deepEqual(elements, { scripts: 2, images: 0, links: 0 });
  assert.deepEqual(problems, []);
  await context.close();
});

test("a name of a megabyte is cut in the middle and slows nothing down", async () => {
  const started = Date.now();
  const { page, context, problems } = await session.open(hostileDocument(), {
    context: { viewport: { width: 360, height: 760 } },
  });
  const heading = await page.locator("#suspect-1 h3").innerText();
  assert.ok(heading.length < 300 && heading.includes(`(${LONG.length - 160} more)`), heading);
  const longest = await page.evaluate(() => {
    let most = 0;
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      most = Math.max(most, walker.currentNode.data.length);
    }
    return most;
  });
  assert.ok(longest < 5000, `${longest}`);
  assert.equal(await sidewaysOverflow(page), 0);
  assert.ok(Date.now() - started < 20_000);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a copied verdict keeps hostile names inside their code spans", async () => {
  const document = leakyDocument();
  document.suspects.suspects[0].holder.name = HOSTILE.markup;
  document.suspects.suspects[0].reasons[0].sentence = HOSTILE.image;
  const { page, context, problems } = await session.open(document, {
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  await page.locator("#suspect-1").getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByText("Copied").waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(text.startsWith(`**\`\` ${HOSTILE.markup} \`\`**`), text);
  assert.ok(text.includes('\\<img src=x onerror="window.hit = 2"\\>'), text);
  assert.deepEqual(problems, []);
  await context.close();
});

test("the page's policy stops what a broken analyzer would let in", async () => {
  const folder = mkdtempSync(join(tmpdir(), "whoholds-hostile-"));
  const file = join(folder, "report.html");
  const page = fillTemplate(readTemplate(), leakyDocument()).replace(
    "</body>",
    "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'><style>body{display:none}</style></body>",
  );
  writeFileSync(file, page);
  const { page: opened, context, problems } = await session.open(file);
  assert.equal(await opened.evaluate(() => globalThis.hit), undefined);
  assert.notEqual(await opened.evaluate(() => getComputedStyle(document.body).display), "none");
  assert.ok(problems.some((problem) => /Content Security Policy/.test(problem)));
  await context.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the template's policy allows nothing inline but its own", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(readTemplate())[1];
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.doesNotMatch(readTemplate().replace(/<!--[\s\S]*?-->/, ""), /\ssrc=|<link|@import/);
});

test("what is embedded cannot end its element", () => {
  const json = escapeForHtml(JSON.stringify(hostileDocument()));
  assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
  assert.deepEqual(JSON.parse(json), hostileDocument());
});

test("a page whose document is missing, cut or of another schema says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "whoholds-hostile-"));
  const filled = fillTemplate(readTemplate(), leakyDocument());
  const cases = [
    [readTemplate(), /holds no report/],
    [filled.replace(/"tree":\{[\s\S]*?<\/script>/, "</script>"), /missing or was cut/],
    [fillTemplate(readTemplate(), { schema: "whoholds.report/2" }), /whoholds\.report\/2/],
    [fillTemplate(readTemplate(), { ...leakyDocument(), types: { rows: [{}] }, info: {} }), /cannot be shown|__main__|Heap/],
  ];
  for (const [html, message] of cases) {
    const file = join(folder, "report.html");
    writeFileSync(file, html);
    const { page, context, problems } = await session.open(file);
    assert.match(await page.locator("#page").innerText(), message);
    assert.deepEqual(problems, []);
    await context.close();
  }
  rmSync(folder, { recursive: true, force: true });
});
