// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * Names in a heap are hostile: they may hold control characters, marks that turn the writing direction, half surrogate
 * pairs, or a megabyte of anything. The page shows them as text only, and this file decides what that text is.
 */

/* Controls, invisible and direction-changing characters, line and paragraph separators, and unpaired surrogates. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeUnit(unit: string): string {
  switch (unit) {
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
  }
}

/* The text with everything that cannot be seen written as an escape. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapeUnit);
}

/* The first `limit` UTF-16 units, or one less where that would halve a pair. */
export function headOf(text: string, limit: number): string {
  const head = text.slice(0, limit);
  return /[\ud800-\udbff]$/.test(head) && head.length < text.length ? head.slice(0, -1) : head;
}

function tailOf(text: string, limit: number): string {
  const tail = text.slice(text.length - limit);
  return /^[\udc00-\udfff]/.test(tail) && tail.length < text.length ? tail.slice(1) : tail;
}

/* At most `limit` UTF-16 units, the middle left out, and how much was. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) {
    return text;
  }
  const left = text.length - limit;
  const head = Math.ceil(limit * 0.7);
  return `${headOf(text, head)}…(${left} more)…${tailOf(text, limit - head)}`;
}

/* A code span of Markdown that shows exactly the text, whatever backticks it holds. */
export function markdownCode(text: string): string {
  const shown = visible(text);
  let longest = 0;
  for (const run of shown.match(/`+/g) ?? []) {
    longest = Math.max(longest, run.length);
  }
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 || shown === "" || /^ .* $/.test(shown) ? " " : "";
  return fence + pad + shown + pad + fence;
}

/* Plain words inside Markdown: nothing in them may start markup. */
export function markdownText(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");
}

/* A word of a shell command; null when it cannot be written in one readable word. */
export function shellWord(text: string): string | null {
  if (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text)) {
    return text;
  }
  if (text === "" || text.length > 400 || text.startsWith("-") || visible(text) !== text) {
    return null;
  }
  return "'" + text.replace(/'/g, "'\\''") + "'";
}

/* With a capital letter. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function baseName(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return name === "" ? file : name;
}

export function directory(file: string): string {
  const name = baseName(file);
  return file.slice(0, file.length - name.length);
}

/* "app.models.Order" -> ["app.models.", "Order"]; what a reader looks for is the second. */
export function splitQualified(name: string): [string, string] {
  const plain = /^([^\s<>()[\]'"]*\.)?([^.]+)$/.exec(name);
  return plain ? [plain[1] ?? "", plain[2] ?? name] : ["", name];
}
