// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * How large a report is, how soon it can be used, and how soon it answers: from an input to the frame after the one that shows its effect.
 * Prints figures and asserts nothing: they are the machine's as much as the page's.
 *
 *     node support/measure.mjs REPORT.html [ROUNDS]
 */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./report.mjs";

const [, , file, rounds = "3"] = process.argv;

/* Runs in the page. Returns milliseconds until a frame has been drawn after the effect. */
const timed = (act) => `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  await drawn();
  const start = performance.now();
  ${act};
  await drawn();
  return performance.now() - start;
})()`;

/* Parts of a drawing have no click(). */
const click = (selector) => `document.querySelector(${JSON.stringify(selector)})?.dispatchEvent(new MouseEvent("click", { bubbles: true }))`;
const type = (selector, text) => `{
  const input = document.querySelector(${JSON.stringify(selector)});
  input.value = ${JSON.stringify(text)};
  input.dispatchEvent(new Event("input", { bubbles: true }));
}`;
const key = (selector, name) => `{
  const element = document.querySelector(${JSON.stringify(selector)});
  element.focus();
  element.dispatchEvent(new KeyboardEvent("keydown", { key: ${JSON.stringify(name)}, bubbles: true }));
}`;

const INTERACTIONS = [
  ["tree: unfold a row", click('#tree tr[aria-expanded="false"]')],
  ["tree: show 200 more", click("#tree tr.rest button")],
  ["tree: arrow down", key('#tree tbody tr[tabindex="0"]', "ArrowDown")],
  ["tree: order by own size", click("#tree th.shallow button")],
  ["types: filter", type("#types-filter", "^[a-m].*t")],
  ["types: filter off", type("#types-filter", "")],
  ["types: order by count", click("#types th.count button")],
  ["types: show all", click("#types .actions button")],
  ["types: where they come through", click("#types .unfold")],
  ["map: zoom", click("#map .cell:nth-of-type(3)")],
  ["map: treemap", click('#map .tabs[aria-label="Kind of map"] .tab:nth-child(2)')],
  ["map: by type", click('#map .tabs[aria-label="Parts"] .tab:nth-child(2)')],
  ["growth: types", click('#growth .tabs[aria-label="Rows"] .tab:nth-child(2)')],
  ["growth: all", click('#growth .tabs[aria-label="Which"] .tab:nth-child(4)')],
  ["allocations: allocated", click("#allocations .tab:nth-child(2)")],
  ["search: a letter", type("#search", "s")],
  ["search: a word", type("#search", "dict")],
  ["search: nothing", type("#search", "no such thing")],
  ["to an object", "location.hash = document.querySelector('a.object').hash"],
  ["and back", "history.back()"],
];

/* Milliseconds that the page's main thread has worked: what a busy machine does not stretch. */
async function startMeter(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "TaskDuration").value * 1000;
  };
}

async function measure(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const work = await startMeter(page);
  await page.goto(url);
  await page.waitForSelector("#verdict, .broken");
  /* From the beginning of the navigation to the first frame that has the verdict. */
  const open = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0))));
  const script = await page.evaluate(() => performance.getEntriesByType("navigation")[0]?.domContentLoadedEventEnd ?? 0);
  const opened = await work();
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const answers = [];
  for (const [name, act] of INTERACTIONS) {
    const before = await work();
    const wall = await page.evaluate(timed(act));
    answers.push({ name, wall, work: (await work()) - before });
  }
  await page.close();
  return { open, script, opened, heap, elements, answers };
}

const browser = await launch();
const url = pathToFileURL(resolve(file)).href;
const all = [];
for (let round = 0; round < Number(rounds); round++) {
  all.push(await measure(browser, url));
}
await browser.close();
const least = (numbers) => Math.min(...numbers).toFixed(0);
const most = (numbers) => Math.max(...numbers).toFixed(0);
const range = (numbers) => `${least(numbers)} to ${most(numbers)} ms`;
console.log(`${file}: ${statSync(file).size} bytes, ${rounds} rounds`);
console.log(`parsed and built  ${range(all.map((one) => one.script))}`);
console.log(`first frame       ${range(all.map((one) => one.open))}, of which the main thread worked ${range(all.map((one) => one.opened))}`);
console.log(`elements          ${all[0].elements}, JavaScript heap ${(all[0].heap / 1048576).toFixed(1)} MiB`);
INTERACTIONS.forEach(([name], place) => {
  const of = (what) => range(all.map((one) => one.answers[place][what]));
  console.log(`${name.padEnd(32)}${of("wall").padEnd(18)}work ${of("work")}`);
});
