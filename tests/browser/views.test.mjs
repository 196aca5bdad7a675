// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * Growth, allocations, other ways, merged paths, waste, garbage: what a reader sees and does there. The real report is of three snapshots of
 * support/shop.py (WHOHOLDS_SHOP names its folder), and its numbers are those that the commands print as JSON.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { leakyDocument } from "./support/documents.mjs";
import { openSession, sidewaysOverflow } from "./support/report.mjs";

const shop = process.env.WHOHOLDS_SHOP;
const skip = shop ? false : "WHOHOLDS_SHOP is not set";
const CACHE = "0x7f3a10c04a00";
const document = leakyDocument();
let session;
before(async () => {
  session = await openSession();
});
after(() => session.close());

const answer = (name) => JSON.parse(readFileSync(join(shop, `${name}.json`), "utf8"));
const spaced = (text) => text.replace(/\s+/g, " ").trim();
const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const exact = (number) => `${group(number)}\u00a0B`;

async function withPage(source, options, body) {
  const { page, context, problems } = await session.open(source, options);
  try {
    await body(page, context);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

const withShop = (body) => withPage(join(shop, "report.html"), {}, body);

/* Presses every "Show … more" of a section. */
async function showAll(page, section) {
  const more = page.locator(section).getByRole("button", { name: /^Show .* more$/ });
  while ((await more.count()) > 0) {
    await more.first().click();
  }
}

/* --- growth --- */

test("a suspect says since when it grows", async () => {
  await withPage(document, {}, async (page) => {
    const card = spaced(await page.locator("#suspect-1").innerText());
    assert.match(card, /Suspect 1 grew in every step/);
    assert.match(card, /Grows since 2026-11-23 03:27:12 UTC, in each of 3 steps: 2\.0 MiB to 29\.1 MiB in 4 snapshots/);
  });
});

test("growth is shown by holder, type and line, in the order of change", async () => {
  await withPage(document, {}, async (page) => {
    const rows = async () => (await page.locator("#growth tbody tr").allInnerTexts()).map(spaced);
    assert.deepEqual(await rows(), [
      "app.server.sessions._cache dict +27.1 MiB 2.0 MiB 29.1 MiB grown, each step",
      "app.index.BY_NAME dict +878.9 KiB 0 B 878.9 KiB new, since 2",
      "app.shards[3].rows list, and 2 alike -585.9 KiB 585.9 KiB < 39.1 KiB gone",
    ]);
    const text = spaced(await page.locator("#growth").innerText());
    assert.match(text, /4 snapshots, 2026-11-23 03:27:12 UTC to 2026-11-23 06:27:12 UTC: the live heap went from 11\.0 MiB to 41\.0 MiB\./);
    assert.match(text, /1 holder changed by less than a hundredth or 1 KiB/);
    assert.match(text, /7 holders that changed less are not in this page: whoholds diff \/var\/tmp\/shop-4711-0\.whs .*-3\.whs/);
    await page.locator("#growth").getByRole("button", { name: "All" }).click();
    assert.equal((await rows()).length, 4);
    await page.locator("#growth").getByRole("button", { name: "Shrunk" }).click();
    assert.equal((await rows()).length, 1);
    await page.locator("#growth").getByRole("button", { name: "Types" }).click();
    await page.locator("#growth").getByRole("button", { name: "Grown" }).click();
    assert.deepEqual((await rows()).map((row) => row.split(" ")[0]), ["app.server.Session", "builtins.dict"]);
    await page.locator("#growth-filter").fill("dict$");
    assert.deepEqual((await rows()).map((row) => row.split(" ")[0]), ["builtins.dict"]);
    await page.locator("#growth-filter").fill("");
    await page.locator("#growth").getByRole("button", { name: "Lines" }).click();
    assert.match((await rows())[0], /models\.py:31 in Session\.load return cls\(user\) \+4\.0 MiB/);
  });
});

test("the growth table is ordered by its columns, and its holders are links", async () => {
  await withPage(document, {}, async (page) => {
    await page.locator("#growth").getByRole("button", { name: "All" }).click();
    const names = async () => page.locator("#growth tbody .label").allTextContents();
    const first = page.locator("#growth th", { hasText: "First" });
    await first.getByRole("button").click();
    assert.equal(await first.getAttribute("aria-sort"), "descending");
    assert.equal((await names())[0], "app.geo.CITIES");
    await page.locator("#growth th").getByRole("button", { name: "Name" }).click();
    assert.deepEqual(await names(), ["app.geo.CITIES", "app.index.BY_NAME", "app.server.sessions._cache", "app.shards[3].rows"]);
    await page.locator("#growth tbody a", { hasText: "_cache" }).click();
    await page.waitForSelector("#object");
    assert.ok(page.url().endsWith(`#obj=${CACHE}`));
  });
});

test("a caution about the snapshots stands above what grew", async () => {
  const caution = "The snapshots are of different processes: what differs between them need not have grown.";
  await withPage({ ...document, diff: { ...document.diff, caution } }, {}, async (page) => {
    assert.equal(await page.locator("#growth .caution").innerText(), caution);
  });
});

test("a report of one snapshot has no growth, and one without a recorder no allocations", async () => {
  await withPage({ ...document, diff: null, alloc: null }, {}, async (page) => {
    assert.equal(await page.locator("#growth, #allocations").count(), 0);
    assert.doesNotMatch(await page.locator("nav").first().innerText(), /Growth|Allocations/);
  });
});

test("the numbers of growth are those of whoholds diff", { skip }, async () => {
  const diff = answer("diff");
  await withShop(async (page) => {
    for (const [tab, table, name] of [["Holders", diff.holders, (row) => row.name], ["Types", diff.types, (row) => row.name], ["Lines", diff.lines, (row) => `${row.file}:${row.line} in ${row.function}`]]) {
      await page.locator("#growth").getByRole("button", { name: tab }).click();
      const changed = table.rows.slice(0, 100).filter((row) => row.change !== "flat").sort((a, b) => b.bytes_change - a.bytes_change || (name(a) < name(b) ? -1 : 1));
      await showAll(page, "#growth");
      const shown = page.locator("#growth tbody tr");
      assert.equal(await shown.count(), changed.length, tab);
      const numbers = await shown.evaluateAll((rows) => rows.map((row) => [row.querySelector(".change").title, row.querySelector(".first [title]").title, row.querySelector(".last [title]").title]));
      const cell = (row, place) => (row.at_most?.[place] ? `not found; it may have had up to ${exact(row.at_most[place])}` : exact(row.bytes[place]));
      assert.deepEqual(numbers, changed.map((row) => [exact(row.bytes_change), cell(row, 0), cell(row, 2)]));
    }
    const cards = answer("suspects").suspects.filter((suspect) => suspect.verdict !== "large" && suspect.growth);
    assert.ok(cards.length >= 2);
    for (const suspect of cards.filter((each) => each.growth.every_step)) {
      assert.match(await page.locator(`#suspect-${suspect.rank}`).innerText(), /grew in every step/);
    }
  });
});

/* --- allocations --- */

test("allocations are a flame graph of what is left and of all that was", async () => {
  await withPage(document, {}, async (page) => {
    const cells = async () => page.locator("#allocations .cell").evaluateAll((all) => all.map((cell) => cell.getAttribute("aria-label").replace(/\s+/g, " ")));
    assert.deepEqual(await cells(), [
      "(all): 1,000 B, 100 %", "main server.py:9: 900 B, 90 %", "(no Python code): 100 B, 10 %", "serve server.py:141: 700 B, 70 %", "load server.py:31: 600 B, 60 %",
    ]);
    const widths = await page.locator("#allocations .cell rect").evaluateAll((all) => all.map((rect) => rect.width.baseVal.value));
    assert.ok(Math.abs(widths[3] / widths[0] - 0.7) < 0.01);
    await page.locator('#allocations .cell[aria-label^="serve"]').click();
    assert.deepEqual((await page.locator("#allocations .crumb").allTextContents()).map(spaced), ["(all)", "main", "serve"]);
    await page.locator("#allocations .cell").first().focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await page.evaluate(() => globalThis.document.activeElement.getAttribute("aria-label")), /^load/);
    await page.keyboard.press("Escape");
    assert.equal((await cells()).length, 5);

    await page.locator("#allocations").getByRole("button", { name: "Allocated" }).click();
    assert.match(spaced(await page.locator("#allocations tbody tr").first().innerText()), /server\.py:142 in serve churn reply = bytes\(n\) 7\.8 KiB 89 % 7/);
    const text = spaced(await page.locator("#allocations").innerText());
    assert.match(text, /In 12\.5 s 8\.8 KiB were allocated, of which 1,000 B \(11 %\) are left; estimates, one sample in 512\.0 KiB/);
    assert.match(text, /no room for 3 blocks and 0 stacks/);
  });
});

test("the numbers of allocations are those of whoholds alloc", { skip }, async () => {
  await withShop(async (page) => {
    for (const mode of ["live", "allocated"]) {
      const expected = answer(mode);
      await page.locator("#allocations").getByRole("button", { name: mode === "live" ? "Live" : "Allocated" }).click();
      await showAll(page, "#allocations");
      const shown = await page.locator("#allocations tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector(".retained [title]").title, row.querySelector(".count").textContent]));
      const lines = expected.rows.slice(0, 100);
      assert.deepEqual(shown, lines.map((row) => [exact(row.bytes), group(row.blocks)]));
      const whole = mode === "live" ? expected.total.live_bytes : expected.total.allocated_bytes;
      assert.equal(answer("report").alloc[mode].tree.bytes, whole);
    }
  });
});

/* --- other ways --- */

test("what is held in several ways lists them, draws them, and says what to cut", async () => {
  await withPage(document, {}, async (page) => {
    const card = page.locator("#suspect-1");
    assert.match(spaced(await card.innerText()), /To free it cut 2 references: app\.server\.sessions\._cache local rows of serve/);
    await card.getByText("Held in 2 ways").click();
    assert.deepEqual((await card.locator(".ways li").allInnerTexts()).map(spaced), [
      "app.server.sessions._cache", "local rows of serve in thread MainThread (frame)",
    ]);
    const nodes = card.locator(".drawing .node");
    assert.equal(await nodes.count(), 4);
    assert.equal(await card.locator(".drawing .way").count(), 3);
    const tops = await nodes.evaluateAll((all) => all.map((node) => node.getBoundingClientRect().top));
    assert.ok(tops[0] < tops[1] && tops[1] < tops[2] && tops[3] === tops[0], "in layers");
    assert.match(await card.locator(".drawing svg").getAttribute("aria-label"), /list before has the same ways/);
  });
});

test("what nothing else holds says so", async () => {
  const ways = { ...document.ways[CACHE], paths: document.ways[CACHE].paths.slice(0, 1) };
  await withPage({ ...document, ways: { [CACHE]: ways } }, {}, async (page) => {
    assert.match(await page.locator("#suspect-1").innerText(), /Nothing else holds it\./);
  });
});

test("the ways and the cut are those of the commands", { skip }, async () => {
  const [ways, cut] = [answer("ways"), answer("cut")];
  await withShop(async (page) => {
    const card = page.locator(".suspect", { hasText: "__main__.history" });
    await card.getByText(`Held in ${ways.paths.length} ways`).click();
    assert.deepEqual((await card.locator(".ways li").allInnerTexts()).map(spaced), ways.paths.map((path) => spaced(path.expression)));
    const text = spaced(await card.innerText());
    assert.ok(text.includes(`cut ${cut.references} references: ${cut.cut.map((row) => row.reference).join(" ")}`), text);
  });
});

/* --- types --- */

test("a type's row unfolds to where its objects come through", async () => {
  await withPage(document, {}, async (page) => {
    const button = page.locator("#types").getByRole("button", { name: "app.server.Session", exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    const text = spaced(await page.locator("#types .through").innerText());
    assert.match(text, /Of 39,997 objects \(3 more have no path\) so many come through: > 99 % 39,985 app\.server\.sessions app\.server\.SessionStore > 99 % 39,985 app\.server\.sessions\._cache dict 12 come through branches of less than 1 %/);
    await button.click();
    assert.equal(await page.locator("#types .through").count(), 0);
  });
});

test("merged paths and the histogram are those of the commands", { skip }, async () => {
  const [merged, types] = [answer("merged"), answer("types")];
  await withShop(async (page) => {
    await page.locator("#types").getByRole("button", { name: "__main__.Session", exact: true }).click();
    const rows = (await page.locator("#types .merged li").allInnerTexts()).map(spaced);
    assert.equal(rows.length, merged.rows.length);
    merged.rows.forEach((row, place) => assert.ok(rows[place].includes(`${group(row.count)} ${row.name} ${row.type}`), rows[place]));
    await page.locator("#types").getByRole("button", { name: "__main__.Session", exact: true }).click();
    await showAll(page, "#types");
    const shown = await page.locator("#types tbody tr").evaluateAll((all) => all.map((row) => [row.querySelector(".retained [title]").title, row.querySelector(".shallow [title]").title, row.querySelector(".count").textContent]));
    const sorted = [...types.rows].sort((a, b) => b.retained_bytes - a.retained_bytes || (a.name < b.name ? -1 : 1));
    assert.deepEqual(shown, sorted.map((row) => [exact(row.retained_bytes), exact(row.shallow_bytes), group(row.count)]));
    assert.match(await page.locator("#types .hint").innerText(), /sum over a row’s topmost objects/);
  });
});

test("the map is of holders, and of types by what they take themselves", async () => {
  await withPage(document, {}, async (page) => {
    await page.locator("#map").getByRole("button", { name: "By type" }).click();
    const labels = await page.locator("#map .cell").evaluateAll((all) => all.map((cell) => cell.getAttribute("aria-label")));
    const whole = document.types.rows.reduce((sum, row) => sum + row.shallow_bytes, document.types.omitted.shallow_bytes);
    assert.match(labels[0], /^\(heap\): .* 100\s%$/);
    assert.ok(labels.some((label) => label.startsWith("app.server.Session  39,997 objects:")), labels.join("; "));
    assert.equal(spaced(labels[0]), spaced(`(heap): ${(whole / 1024 / 1024).toFixed(1)} MiB, 100 %`));
  });
});

/* --- rules --- */

test("what rules found stands beside the verdict, with bytes and the command", async () => {
  await withPage(document, {}, async (page) => {
    const items = page.locator("#verdict .triage > .findings > li");
    assert.equal(await items.count(), 5);
    assert.equal(spaced(await items.first().innerText()), "878.9 KiB Duplicate strings: 900000 bytes are at stake. whoholds waste /var/tmp/shop-4711-2.whs --only duplicates");
    await page.locator(".triage summary").click();
    assert.equal(await page.locator(".triage li").count(), 7);
  });
});

test("waste is shown by kind, with who is to blame", async () => {
  await withPage(document, {}, async (page) => {
    const kinds = page.locator("#waste .kind");
    assert.equal(await kinds.count(), 2);
    await kinds.first().locator("summary").click();
    const text = spaced(await kinds.first().innerText());
    assert.match(text, /Duplicate strings 12 objects 878\.9 KiB Duplicate strings: 900000 bytes are at stake\.+ .* app\.server\.sessions\._cache\['u-00016'\]\.history list 6 of 1000 places in use 878\.9 KiB 3 9 more not in this page: whoholds waste/);
    const section = spaced(await page.locator("#waste").innerText());
    assert.match(section, /Not found: Empty dicts\. The snapshot does not tell: Instances without slots\./);
    await kinds.first().locator("a").click();
    await page.waitForSelector("#object");
  });
});

test("garbage is shown by where its cycles are entered, and what native code holds", async () => {
  await withPage(document, {}, async (page) => {
    const text = spaced(await page.locator("#garbage").innerText());
    for (const part of [
      "4,400 objects, 294.0 KiB, that no root reaches: cycles that wait for the collector.",
      "The collector is off (gc.disable). Its thresholds: 700; collections so far: 12. 5 objects (320 B) are frozen (gc.freeze). gc.garbage holds 2 objects.",
      "2,000 × plugin_3.Handler has __del__ holds itself by .request.handler 273.4 KiB 4,000",
      "lxml.etree._Element 0x7f3a30000000 2 more references are counted than objects hold. 4.0 KiB 2",
      "33 more not in this page: whoholds garbage /var/tmp/shop-4711-2.whs",
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
  });
});

test("waste, garbage and findings are those of the commands", { skip }, async () => {
  const [waste, garbage, triage] = [answer("waste"), answer("garbage"), answer("triage")];
  await withShop(async (page) => {
    const titles = await page.locator("#waste .kind").evaluateAll((all) => all.map((kind) => kind.querySelector("summary [title]").title));
    assert.deepEqual(titles, waste.kinds.filter((kind) => kind.known && kind.bytes > 0).map((kind) => exact(kind.bytes)));
    const groups = await page.locator("#garbage table.garbage tbody tr").evaluateAll((all) => all.map((row) => [row.querySelector(".shallow [title]").title, row.querySelector(".count").textContent]));
    assert.deepEqual(groups, garbage.groups.slice(0, 10).map((row) => [exact(row.bytes), group(row.objects)]));
    assert.ok(garbage.groups.some((row) => row.type === "__main__.Ring"));
    const text = spaced(await page.locator("#garbage .hint").first().innerText());
    assert.ok(text.includes(`${group(garbage.garbage.objects)} objects`), text);
    const shown = await page.locator(".triage li").count();
    assert.equal(shown, triage.findings.filter((finding) => finding.known).length);
    await page.locator("#garbage table.garbage a").first().click();
    await page.waitForSelector("#object");
  });
});

/* --- all of it --- */

test("search finds values, and says where it found them", async () => {
  const record = { ...Object.values(document.objects)[0], address: "0x7f3a99999900", label: "app.key", preview: "'first-token'" };
  await withPage({ ...document, objects: { ...document.objects, [record.address]: record } }, {}, async (page) => {
    await page.locator("#search").fill("FIRST-tok");
    const option = page.getByRole("option").first();
    assert.match(spaced(await option.innerText()), /app\.key '?first-token/);
    await option.click();
    await page.waitForSelector("#object");
    assert.ok(page.url().endsWith("#obj=0x7f3a99999900"));
  });
});

test("a real heap's hostile names do nothing, and what they name can be read", { skip }, async () => {
  await withShop(async (page) => {
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    for (const summary of await page.locator("details:not([open]) > summary").all()) {
      if (await summary.isVisible()) {
        await summary.click();
      }
    }
    await page.locator("#search").fill("</script>");
    await page.getByRole("option", { name: /img src=x/ }).first().waitFor();
    await page.locator("#search").fill("");
    await page.getByRole("button", { name: "Treemap" }).click();
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    assert.equal(await page.evaluate(() => globalThis.document.querySelectorAll("img, iframe, object, embed").length), 0);
    assert.equal(await sidewaysOverflow(page), 0);
  });
});

test("at 360 px the views do not make the page scroll sideways", async () => {
  await withPage(document, { context: { viewport: { width: 360, height: 760 } } }, async (page) => {
    for (const summary of await page.locator("details:not([open]) > summary").all()) {
      if (await summary.isVisible()) {
        await summary.click();
      }
    }
    assert.equal(await sidewaysOverflow(page), 0);
  });
});
