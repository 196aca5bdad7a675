// SPDX-License-Identifier: GPL-2.0-or-later

/* The verdict in words, once for the page and once as Markdown for a ticket. */

import type { HeldAt, Hop, Reason, ReportDocument, Suspect } from "./document.ts";
import { growthSentence } from "./course.ts";
import { bytes, count, exactBytes, percent, plural, SPACE } from "./format.ts";
import { clip, markdownCode, markdownText } from "./text.ts";

/* Longest name that Markdown gets. */
const NAME_LIMIT = 400;

const EVIDENCE: Record<string, string> = {
  growth: "the recorder saw the container grow at this line",
  "store-executed": "an instruction here stores into this container, and it has run",
  store: "an instruction here can store into this container",
  frame: "a local variable of a running function, which stands at this line",
  suspended: "a local variable of a suspended generator or coroutine, which stands at this line",
  definition: "the statement that defines the holder",
  traceback: "a frame of the exception that holds it",
  source: "the text of the module or class body binds or fills it at this line; its code is gone from the heap",
};

export function explainEvidence(evidence: string): string {
  return Object.prototype.hasOwnProperty.call(EVIDENCE, evidence) ? (EVIDENCE[evidence] as string) : "";
}

export function evidenceLabel(held: HeldAt): string {
  return held.certainty ? `${held.evidence}: ${held.certainty}` : held.evidence;
}

/* "list, 6 items" */
export function holderKind(suspect: Suspect): string {
  const { type, length } = suspect.holder;
  return length === undefined ? type : `${type}, ${plural(length, "item")}`;
}

/* What kind of holder this is, where the name alone does not tell. */
export function kindNote(kind: string): string {
  switch (kind) {
    case "cycle":
      return "An unreachable cycle: no name leads to it, and the garbage collector has not freed it.";
    case "native":
      return "Native code holds it: its reference count is higher than the references that Python objects explain.";
    case "frame":
      return "A function that is still running holds it in a local variable.";
    case "thread":
      return "A thread holds it.";
    default:
      return "";
  }
}

/* The path as one expression: the labels are written to be joined. */
export function pathExpression(path: Hop[]): string {
  return path.map((hop) => hop.label).join("");
}

export function contentsLine(suspect: Suspect): string[] {
  return (suspect.contents ?? []).map(
    (content) => `${count(content.count)}${SPACE}×${SPACE}${clip(content.type, NAME_LIMIT)}, ${bytes(content.bytes)}`,
  );
}

export function suspected(document: ReportDocument): Suspect[] {
  return document.suspects.suspects.filter((suspect) => suspect.verdict !== "large");
}

export function merelyLarge(document: ReportDocument): Suspect[] {
  return document.suspects.suspects.filter((suspect) => suspect.verdict === "large");
}

const code = (text: string) => markdownCode(clip(text, NAME_LIMIT));

function place(at: { file: string; line: number; function?: string; text?: string }): string {
  const where = at.function ? ` in ${code(at.function)}` : "";
  const text = at.text ? `: ${code(at.text.trim())}` : "";
  return `${code(`${at.file}:${at.line}`)}${where}${text}`;
}

/* Why it is suspected, but not called a leak. */
export function undecided(suspect: Suspect): Reason | undefined {
  return suspect.verdict === "uncertain" ? suspect.reasons?.find((reason) => reason.weight === "doubt") : undefined;
}

/* "Grows" since a time, or what is said of its growth. */
export function growthTitle(suspect: Suspect): string {
  const { growth } = suspect;
  return growth && growth.since < growth.bytes.length - 1 ? "Grows" : "Growth";
}

/* The references to remove: those of all the ways, where several hold it. */
export function cutOf(document: ReportDocument, suspect: Suspect): string[] {
  const all = document.ways ?? {};
  const { address } = suspect.holder;
  const ways = Object.prototype.hasOwnProperty.call(all, address) ? all[address] : undefined;
  return ways?.cut?.references ?? (suspect.cut ?? []).map((cut) => cut.reference);
}

export function suspectMarkdown(document: ReportDocument, suspect: Suspect): string {
  const { holder } = suspect;
  const length = holder.length === undefined ? "" : `, ${plural(holder.length, "item")}`;
  const lines = [
    `**${code(holder.name)}** (${code(holder.type)}${length}) retains **${bytes(suspect.retained_bytes)}** ` +
      `(${exactBytes(suspect.retained_bytes)}) in ${plural(suspect.retained_objects, "object")}, ` +
      `${percent(suspect.share)} of the Python heap.`,
    "",
  ];
  const doubt = undecided(suspect);
  if (doubt) {
    lines.push(`- undecided: ${markdownText(doubt.sentence)}`);
  }
  if (suspect.growth) {
    lines.push(`- ${growthTitle(suspect).toLowerCase()}: ${growthSentence(suspect.growth)}`);
  }
  for (const held of suspect.held_at ?? []) {
    lines.push(`- held at: ${place(held)} (${markdownText(evidenceLabel(held))})`);
  }
  if (!suspect.held_at?.length) {
    lines.push("- held at: no line is known");
  }
  for (const allocated of suspect.allocated_at ?? []) {
    lines.push(
      `- allocated at: ${place(allocated)}, ${exactBytes(allocated.bytes)} in ${plural(allocated.blocks, "block")}`,
    );
  }
  for (const content of suspect.contents ?? []) {
    lines.push(`- holds: ${count(content.count)} × ${code(content.type)}, ${exactBytes(content.bytes)}`);
  }
  if (suspect.path?.length) {
    lines.push(`- path: ${code(pathExpression(suspect.path))}`);
  }
  const cut = cutOf(document, suspect);
  if (cut.length > 0) {
    lines.push(`- to free it: cut ${plural(cut.length, "reference")}: ${cut.map(code).join(", ")}`);
  }
  for (const reason of suspect.reasons ?? []) {
    lines.push(`- why: ${markdownText(reason.sentence)}`);
  }
  return lines.join("\n").replaceAll(SPACE, " ") + "\n";
}

export function nothingSuspicious(document: ReportDocument): string {
  const { objects, bytes: size } = document.suspects.heap;
  return `Nothing in this heap looks like a leak. It has ${bytes(size)} in ${plural(objects, "object")}.`;
}

/* All of it, for one button. */
export function verdictMarkdown(document: ReportDocument): string {
  const found = suspected(document);
  if (found.length === 0) {
    return nothingSuspicious(document).replaceAll(SPACE, " ") + "\n";
  }
  return found.map((suspect) => suspectMarkdown(document, suspect)).join("\n");
}
