// SPDX-License-Identifier: GPL-2.0-or-later

/* What every part of the page needs: the document, and what is derived from it once. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReportDocument, Suspect } from "../document.ts";
import { type Entry, entriesOf } from "../find.ts";
import { shellWord } from "../text.ts";
import { biggestDrops, buildTree, type Tree } from "../tree.ts";

export interface Report {
  document: ReportDocument;
  tree: Tree;
  drops: Set<number>;
  suspectOfAddress: Map<string, Suspect>;
  entries: Entry[];
  /* The snapshot's file as a word of a command. */
  snapshot: string;
  /* Those of a comparison. */
  snapshots: string;
}

export function makeReport(document: ReportDocument): Report {
  const tree = buildTree(document.tree);
  const suspectOfAddress = new Map<string, Suspect>();
  for (const suspect of document.suspects.suspects) {
    if (suspect.verdict !== "large" && suspect.holder.address !== "") {
      suspectOfAddress.set(suspect.holder.address, suspect);
    }
  }
  return {
    document,
    tree,
    drops: biggestDrops(tree),
    suspectOfAddress,
    entries: entriesOf(document, tree),
    snapshot: shellWord(document.info.file) ?? "SNAP",
    snapshots: (document.diff?.snapshots ?? []).map((each) => shellWord(each.file) ?? "SNAP").join(" "),
  };
}

export function isKnown(report: Report, address: string): boolean {
  return (
    address !== "" &&
    (report.tree.rowOfAddress.has(address) ||
      Object.prototype.hasOwnProperty.call(report.document.objects ?? {}, address))
  );
}

export const ReportContext = createContext<Report | null>(null);

export function useReport(): Report {
  const report = useContext(ReportContext);
  if (!report) {
    throw new Error("no report");
  }
  return report;
}
