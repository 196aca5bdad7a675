// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * Make the page's template: one HTML file with its script and style inside, and one placeholder for the document.
 *
 *     node build.mjs [OUTPUT]        default: dist/report.html
 *
 * Needs the packages of `npm ci --ignore-scripts` and no network. The same sources give the same bytes.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ? resolve(process.argv[2]) : join(here, "dist", "report.html");

const PLACEHOLDER = "WHOHOLDS_DOCUMENT";
const LARGEST = 150_000;
/* What the bundle contains of others, whose licences ask for their notice in every copy. */
const PACKAGES = ["preact", "d3-hierarchy"];

async function bundle(entry) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2021", "chrome100", "firefox100", "safari16.4"],
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return result.outputFiles[0].text.trim();
}

const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

function notice(name) {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const licence = readFileSync(join(folder, "LICENSE"), "utf8").trim();
  return `${name} ${version}\n\n${licence}`;
}

const script = await bundle("src/main.tsx");
const style = await bundle("src/styles.css");
const notices = [
  "This page is made by whoholds. SPDX-License-Identifier: GPL-2.0-or-later\nIt contains:",
  ...PACKAGES.map(notice),
].join("\n\n");
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

if (/<\/script|<!--/i.test(script) || /<\//.test(style) || notices.includes("--")) {
  throw new Error("the bundle would end its own HTML element");
}
const parts = { policy, notices, style, script };
const page = readFileSync(join(here, "template.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
if (page.split(PLACEHOLDER).length !== 2) {
  throw new Error(`the page must hold ${PLACEHOLDER} exactly once`);
}
const size = Buffer.byteLength(page);
if (size > LARGEST) {
  throw new Error(`the page has ${size} bytes, more than ${LARGEST}`);
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, page);
console.log(`${output}: ${size} bytes`);
