// SPDX-License-Identifier: GPL-2.0-or-later

/* What a reader sees and does on the page of a leaking program. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { healthyDocument, leakyDocument } from "./support/documents.mjs";
import { openSession, sidewaysOverflow } from "./support/report.mjs";

const CACHE = "0x7f3a10c04a00";
const document = leakyDocument();
let session;
before(async () => {
  session = await openSession();
});
after(() => session.close());

async function withPage(source, options, body) {
  const { page, context, problems } = await session.open(source, options);
  try {
    await body(page, context);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

const spaced = (text) => text.replace(/\s+/g, " ").trim();
const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const treeLabels = (page) => page.locator("#tree tbody tr .label").allTextContents();
const firstNames = async (page, many) => (await page.locator("#types tbody th").allTextContents()).slice(0, many);

test("the verdict names holder, size, share and line before anything else", async () => {
  await withPage(document, {}, async (page) => {
    const suspect = document.suspects.suspects[0];
    const card = page.locator("#suspect-1");
    const text = spaced(await card.innerText());
    for (const part of [
      "app.server.sessions._cache",
      "dict, 39,997 items, retains 29.1 MiB, 71 % of the Python heap",
      `${group(suspect.retained_bytes)} B in ${group(suspect.retained_objects)} objects`,
      "server.py:88 in SessionStore.open",
      "growth: exact",
      "models.py:31 in Session.load",
      "39,997 × app.server.Session",
      "cut 2 references: app.server.sessions._cache local rows of serve",
    ]) {
      assert.ok(text.includes(part), `${part} in: ${text}`);
    }
    const meant = await card.locator(".held .line.meant").innerText();
    assert.match(meant, /88\s+self\._cache\[user\.id\] = session/);
    const box = await card.locator(".held .line.meant").boundingBox();
    assert.ok(box.y + box.height < 900, "the line is on the first screen");
    assert.equal(await page.title(), "__main__.py: whoholds");
  });
});

test("what one snapshot cannot settle is a suspect that is not called a leak, and says why", async () => {
  const source = leakyDocument();
  const suspect = source.suspects.suspects[1];
  suspect.verdict = "uncertain";
  suspect.reasons.push({ sign: "taken-out", sentence: "Book.remove, line 20, takes out of it", weight: "doubt" });
  await withPage(source, {}, async (page) => {
    const text = spaced(await page.locator("#suspect-2").innerText());
    assert.match(text, /undecided .*Undecided Book\.remove, line 20, takes out of it\. A second snapshot tells: whoholds suspects \S+ SECOND/i);
    assert.equal(text.split("takes out of it").length, 2, "once");
    assert.doesNotMatch(spaced(await page.locator("#suspect-1").innerText()), /undecided/i);
  });
});

test("the path has one step a line, with dominators bold", async () => {
  await withPage(document, {}, async (page) => {
    const steps = page.locator("#suspect-1 .path li");
    const texts = (await steps.allTextContents()).map(spaced);
    assert.deepEqual(texts, [
      "sys.modules['app.server'] module",
      ".sessions app.server.SessionStore",
      "._cache dict",
      "['u-00016'] app.server.Session",
    ]);
    const weights = await steps.evaluateAll((all) => all.map((step) => Number(getComputedStyle(step).fontWeight) > 500));
    assert.deepEqual(weights, [true, true, true, false]);
  });
});

test("what is merely large is apart, folded, with its reason", async () => {
  await withPage(document, {}, async (page) => {
    assert.equal(await page.locator(".suspect").count(), 2);
    const large = page.locator(".large");
    assert.equal(await large.getAttribute("open"), null);
    await large.locator("summary").click();
    assert.match(await large.innerText(), /app\.geo\.CITIES[\s\S]*Filled once, while its module was imported\./);
  });
});

test("a healthy program's page says that nothing looks like a leak", async () => {
  await withPage(healthyDocument(), {}, async (page) => {
    const text = await page.locator("#verdict").innerText();
    assert.equal(spaced(text), spaced("Verdict Nothing in this heap looks like a leak. It has 1,000 B in 5 objects. " +
      "What it holds most of is in the tree and the table below."));
    assert.equal(await page.locator("#threads").count(), 0);
    assert.match(await page.locator("#memory").innerText(), /resident memory of the process is not known/);
  });
});

test("the verdict is copied as Markdown", async () => {
  await withPage(document, { context: { permissions: ["clipboard-read", "clipboard-write"] } }, async (page) => {
    await page.locator("#suspect-1").getByRole("button", { name: "Copy as Markdown" }).click();
    await page.getByText("Copied").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /^\*\*`app\.server\.sessions\._cache`\*\* \(`dict`, 39,997 items\) retains \*\*29\.1 MiB\*\*/);
    assert.match(text, /- held at: `\/srv\/shop\/app\/server\.py:88` in `SessionStore\.open`/);
    assert.doesNotMatch(text, /\u00a0/);
  });
});

test("the tree unfolds on demand and shows what the document leaves out", async () => {
  await withPage(document, {}, async (page) => {
    const before = await treeLabels(page);
    assert.ok(before.includes("._cache"), "unfolded to the suspect");
    assert.ok(!before.includes(".CITIES"));
    const geo = page.locator("#tree tr", { hasText: "sys.modules['app.geo']" });
    assert.equal(await geo.getAttribute("aria-expanded"), "false");
    await geo.locator(".twisty").click();
    assert.equal(await geo.getAttribute("aria-expanded"), "true");
    const cities = page.locator("#tree tr", { hasText: ".CITIES" });
    assert.match(spaced(await cities.innerText()), /\.CITIES dict (biggest drop )?5\.4 MiB 13 % 576\.1 KiB 61,005/);
    await cities.locator(".twisty").click();
    const rest = page.locator("#tree tr.rest", { hasText: "61,004 smaller objects" });
    assert.match(await rest.innerText(), /whoholds tree \/var\/tmp\/shop-4711-2\.whs/);
  });
});

test("the tree marks the suspect and the biggest drop", async () => {
  await withPage(document, {}, async (page) => {
    const row = page.locator(`#tree tr[data-address="${CACHE}"]`);
    assert.match(spaced(await row.innerText()), /._cache dict suspect 1 biggest drop/);
  });
});

test("a long level shows its first rows and more on demand", async () => {
  await withPage(document, {}, async (page) => {
    const rows = page.locator('#tree tbody tr[aria-level="2"]:not(.rest)');
    assert.equal(await rows.count(), 5);
    await page.locator("#tree").getByRole("button", { name: "Show 63 more" }).click();
    assert.equal(await rows.count(), 68);
  });
});

test("the tree is walked by keys", async () => {
  await withPage(document, {}, async (page) => {
    const focused = () => page.evaluate(() => globalThis.document.activeElement?.querySelector(".label")?.textContent);
    await page.locator("#tree").getByRole("button", { name: "Fold all" }).click();
    await page.locator("#tree tbody tr").first().focus();
    assert.equal(await focused(), "(heap)");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "sys.modules['app.server']");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), "sys.modules['app.server']");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), ".sessions");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await focused(), "sys.modules['app.server']");
    await page.keyboard.press("ArrowLeft");
    assert.ok(!(await treeLabels(page)).includes(".sessions"), "folded again");
    await page.keyboard.press("Home");
    assert.equal(await focused(), "(heap)");
    assert.equal(await page.locator('#tree tbody tr[tabindex="0"]').count(), 1, "one stop of the tabulator key");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#object");
    assert.match(page.url(), /#obj=0x7f3a10c00040$/);
  });
});

test("tree and histogram are ordered by their columns", async () => {
  await withPage(document, {}, async (page) => {
    const header = page.locator("#types th", { hasText: "Objects" });
    await header.getByRole("button").click();
    assert.equal(await header.getAttribute("aria-sort"), "descending");
    const largest = [...document.types.rows].sort((a, b) => b.count - a.count).map((row) => row.name);
    assert.deepEqual(await firstNames(page, 3), largest.slice(0, 3));
    await header.getByRole("button").click();
    assert.equal(await header.getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await firstNames(page, 1), ["app.server.SessionStore"]);

    await page.locator("#tree th").getByRole("button", { name: "Name" }).click();
    const labels = (await treeLabels(page)).filter((label) => label.startsWith("("));
    assert.deepEqual(labels, ["(heap)", "(modules of the standard library)", "(types)"]);
  });
});

test("the histogram shows the document's numbers and says what is left out", async () => {
  await withPage(document, {}, async (page) => {
    const row = page.locator("#types tbody tr", { hasText: "app.server.Session" }).nth(1);
    assert.match(spaced(await row.innerText()), /app\.server\.Session 27\.8 MiB 68 % 1\.8 MiB 39,997/);
    assert.equal(await row.locator(".retained [title]").first().getAttribute("title"), "29,184,000\u00a0B");
    assert.equal(await page.locator("#types tbody tr").count(), 20);
    await page.locator("#types").getByRole("button", { name: /^Show 33 more/ }).click();
    assert.equal(await page.locator("#types tbody tr").count(), document.types.rows.length);
    assert.match(
      await page.locator("#types").innerText(),
      /1,151 smaller types \(20,118 objects, 1\.7\sMiB of their own\) are not in this page: whoholds top .* --by type/,
    );
  });
});

test("the histogram is filtered by a regular expression", async () => {
  await withPage(document, {}, async (page) => {
    const filter = page.locator("#types-filter");
    await filter.fill("^app\\.|DICT$");
    assert.deepEqual(await firstNames(page, 9), [
      "builtins.dict", "app.server.SessionStore", "app.server.Session", "app.geo.City", "collections.OrderedDict",
    ]);
    assert.match(await page.locator("#types-problem").innerText(), /5 of 53 types/);
    await filter.fill("dict[");
    assert.match(await page.locator("#types-problem").innerText(), /taken as plain text/);
    await filter.fill("no such type");
    assert.match(await page.locator("#types").innerText(), /No name matches/);
  });
});

test("types are grouped by module; holders and modules have their own rows", async () => {
  await withPage(document, {}, async (page) => {
    await page.locator("#types-filter").fill("^app\\.");
    await page.getByLabel("Group by").selectOption("module");
    const rows = (await page.locator("#types tbody tr").allInnerTexts()).map(spaced);
    assert.deepEqual(rows.map((row) => row.split(" ")[0]), [
      "app.server", "app.server.SessionStore", "app.server.Session", "app.geo", "app.geo.City",
    ]);
    assert.match(rows[0], /^app\.server overlap 1\.8 MiB 39,998$/);
    await page.getByLabel("Group by").selectOption("package");
    const packages = (await page.locator("#types tbody tr.group").allInnerTexts()).map(spaced);
    assert.deepEqual(packages.map((row) => row.split(" ")[0]), ["app"]);
    await page.locator("#types-filter").fill("");
    await page.getByRole("tab", { name: "Types" }).focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.getByRole("tab", { name: "Holders" }).getAttribute("aria-selected"), "true");
    assert.deepEqual(await firstNames(page, 9), ["app.server.sessions._cache", "app.geo.CITIES"]);
    await page.getByRole("tab", { name: "Modules" }).click();
    assert.deepEqual(await firstNames(page, 9), ["app.server", "app.geo"]);
  });
});

test("an object is a place: hash, back and forward", async () => {
  await withPage(document, {}, async (page) => {
    const link = page.locator(`#tree a[href="#obj=${CACHE}"]`).first();
    await link.scrollIntoViewIfNeeded();
    const left = await page.evaluate(() => window.scrollY);
    assert.ok(left > 0);
    await link.click();
    await page.waitForSelector("#object");
    assert.equal(await page.locator("#overview").isVisible(), false);
    const text = spaced(await page.locator("#object").innerText());
    assert.match(text, /app\.server\.sessions\._cache retains 29\.1 MiB, 71 % of the Python heap/);
    assert.match(text, /Value \{'u-00016': <Session>/);
    assert.equal(await page.evaluate(() => window.scrollY), 0);

    await page.locator("#object .references a", { hasText: "['u-00016']" }).first().click();
    await page.waitForFunction(() => location.hash === "#obj=0x7f3a10c20000");
    assert.match(spaced(await page.locator("#object").innerText()), /Dominators sys\.modules\['app\.server'\] module \.sessions/);

    await page.goBack();
    await page.getByRole("heading", { name: "app.server.sessions._cache", level: 2 }).waitFor();
    await page.goBack();
    await page.locator("#overview").waitFor({ state: "visible" });
    assert.ok(Math.abs((await page.evaluate(() => window.scrollY)) - left) < 3, "back where the reader was");
    await page.goForward();
    await page.waitForSelector("#object");
  });
});

test("a link to an object opens it, known or not", async () => {
  await withPage(document, { hash: `#obj=${CACHE}` }, async (page) => {
    assert.match(await page.locator("#object").innerText(), /app\.server\.sessions\._cache/);
    await page.locator(".back a").click();
    await page.locator("#suspect-1").waitFor({ state: "visible" });
  });
  await withPage(document, { hash: "#obj=0xdead" }, async (page) => {
    assert.match(spaced(await page.locator("#object").innerText()), /not among those .* whoholds show .* 0xdead/);
  });
});

test("search finds by name, type and address, and goes there", async () => {
  await withPage(document, {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("_cache");
    const options = page.getByRole("option");
    assert.match(spaced(await options.first().innerText()), /app\.server\.sessions\._cache.*suspect, 29\.1 MiB/);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#object");
    assert.ok(page.url().endsWith(`#obj=${CACHE}`));

    await page.locator("#search").fill("geo.City");
    await page.getByRole("option", { name: /type,/ }).click();
    await page.locator("#overview").waitFor({ state: "visible" });
    assert.deepEqual(await firstNames(page, 9), ["app.geo.City"]);

    await page.locator("#search").fill("nothing like this");
    assert.match(await page.locator(".results").innerText(), /Nothing on this page has that name/);
  });
});

test("a suspect is shown in the tree on demand, however it was folded", async () => {
  await withPage(document, {}, async (page) => {
    await page.locator("#tree").getByRole("button", { name: "Fold all" }).click();
    await page.locator("#suspect-1").getByRole("button", { name: "Show in the tree" }).click();
    const row = page.locator(`#tree tr[data-address="${CACHE}"]`);
    await row.waitFor();
    await page.waitForFunction((address) => globalThis.document.activeElement?.dataset.address === address, CACHE);
    const top = await row.evaluate((element) => element.getBoundingClientRect().top);
    assert.ok(top > 0 && top < 900, `in sight: ${top}`);
  });
});

test("the map zooms and draws the suspect's part in the accent", async () => {
  await withPage(document, {}, async (page) => {
    const cell = page.locator('#map .cell.suspected[aria-label^="._cache"]');
    await cell.click();
    assert.deepEqual((await page.locator("#map .crumb").allTextContents()).map(spaced), [
      "(heap)", "sys.modules['app.server']", ".sessions", "._cache",
    ]);
    await page.locator("#map .crumb").first().click();
    await page.getByRole("button", { name: "Treemap" }).click();
    const size = await cell.locator("rect").evaluate((rect) => rect.getBoundingClientRect().width);
    assert.ok(size > 500);
    await cell.focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#map .crumb").count(), 4);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#map .crumb").count(), 1);
  });
});

test("threads show frames and what their locals retain", async () => {
  await withPage(document, {}, async (page) => {
    await page.locator("#threads summary").first().click();
    const text = spaced(await page.locator("#threads").innerText());
    assert.match(text, /MainThread 2 frames, largest local 29\.1 MiB serve .*server\.py:141 conn, peer = listener\.accept\(\)/);
    assert.match(text, /store app\.server\.SessionStore 29\.1 MiB/);
  });
});

test("the memory account explains the resident memory", async () => {
  await withPage(document, {}, async (page) => {
    const text = spaced(await page.locator("#memory").innerText());
    assert.match(text, /68\.0 MiB resident \(RSS\), of which 79 % is explained/);
    assert.match(text, /Live Python objects reachable from a name 40\.5 MiB 60 %/);
    assert.match(text, /Garbage .* 294\.0 KiB 0\.4 %/);
    assert.match(text, /Not explained .* 14\.2 MiB 21 %/);
  });
});

test("at 360 px nothing makes the page scroll sideways", async () => {
  await withPage(document, { context: { viewport: { width: 360, height: 760 } } }, async (page) => {
    assert.equal(await sidewaysOverflow(page), 0);
    const font = await page.locator("#suspect-1 .lead").evaluate((lead) => parseFloat(getComputedStyle(lead).fontSize));
    assert.ok(font >= 14);
    await page.evaluate((hash) => { location.hash = hash; }, `#obj=${CACHE}`);
    await page.waitForSelector("#object");
    assert.equal(await sidewaysOverflow(page), 0);
  });
});

test("dark and light follow the reader's system", async () => {
  const grounds = [];
  for (const colorScheme of ["light", "dark"]) {
    await withPage(document, { context: { colorScheme } }, async (page) => {
      grounds.push(await page.evaluate(() => getComputedStyle(globalThis.document.body).backgroundColor));
    });
  }
  assert.deepEqual(grounds, ["rgb(253, 253, 252)", "rgb(20, 22, 26)"]);
});

test("on paper the tools are gone, the folds of the verdict open, and the ground is white", async () => {
  await withPage(document, { context: { colorScheme: "dark" } }, async (page) => {
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.locator(".bar-top").isVisible(), false);
    assert.equal(await page.getByRole("button", { name: "Copy as Markdown" }).first().isVisible(), false);
    assert.equal(await page.getByText("Filled once, while its module was imported.").isVisible(), true);
    assert.equal(await page.evaluate(() => getComputedStyle(globalThis.document.body).backgroundColor), "rgb(255, 255, 255)");
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    assert.equal(await page.getByText("Filled once, while its module was imported.").isVisible(), false);
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 10_000);
  });
});

test("the same document makes the same page", async () => {
  const pages = [];
  for (let turn = 0; turn < 2; turn++) {
    await withPage(document, { context: { locale: turn ? "de-DE" : "en-US", timezoneId: turn ? "Asia/Tokyo" : "UTC" } },
      async (page) => pages.push(await page.locator("#page").innerHTML()));
  }
  assert.equal(pages[0], pages[1]);
});
