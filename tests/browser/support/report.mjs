// SPDX-License-Identifier: GPL-2.0-or-later

/* Make finished report pages, as the analyzer does, and open them in Chromium. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const PLACEHOLDER = "WHOHOLDS_DOCUMENT";

export function readTemplate() {
  const path = process.env.WHOHOLDS_TEMPLATE ?? join(here, "../../../analyzer/report/dist/report.html");
  return readFileSync(path, "utf8");
}

/* JSON that may stand inside a script element: what could end the element or a line is written as an escape. */
export function escapeForHtml(json) {
  return json.replace(/[<>&\u2028\u2029]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));
}

export function fillTemplate(template, document) {
  const parts = template.split(PLACEHOLDER);
  assert.equal(parts.length, 2, "the template holds its placeholder exactly once");
  return parts.join(escapeForHtml(JSON.stringify(document)));
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.WHOHOLDS_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}

/*
 * A browser whose pages are watched: `open` writes a page for the document (or takes a finished file) and opens it;
 * `problems` collects what a good page never does: errors, console messages, requests beyond its own file.
 */
export async function openSession() {
  const browser = await launch();
  const folder = mkdtempSync(join(tmpdir(), "whoholds-browser-"));
  const template = readTemplate();
  let serial = 0;

  async function open(source, { context: options = {}, hash = "" } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const problems = [];
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    page.on("console", (message) => problems.push(`console ${message.type()}: ${message.text()}`));
    let file = source;
    if (typeof source !== "string") {
      file = join(folder, `report-${serial++}.html`);
      writeFileSync(file, fillTemplate(template, source));
    }
    const url = pathToFileURL(file).href;
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== url) {
        problems.push(`request: ${request.url()}`);
      }
    });
    await page.goto(url + hash);
    await page.waitForSelector("#verdict, .broken, #object");
    return { page, context, problems };
  }

  async function close() {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { browser, open, close };
}

/* The page itself never scrolls sideways. */
export async function sidewaysOverflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
