// SPDX-License-Identifier: GPL-2.0-or-later

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Entry } from "../find.ts";
import { count, duration, time } from "../format.ts";
import { objectHash, parseRoute, type Route } from "../route.ts";
import { baseName, clip, visible } from "../text.ts";
import { Allocations } from "./allocations.tsx";
import { GarbageSection } from "./garbage.tsx";
import { GrowthSection } from "./growth.tsx";
import { Histogram, type Wanted } from "./histogram.tsx";
import { MapSection } from "./map.tsx";
import { Memory } from "./memory.tsx";
import { Bytes, Name } from "./names.tsx";
import { ObjectPage } from "./object.tsx";
import { isKnown, type Report, ReportContext, useReport } from "./report.ts";
import { WasteSection } from "./findings.tsx";
import { Search } from "./search.tsx";
import { Threads } from "./threads.tsx";
import { type Reveal, TreeSection } from "./tree.tsx";
import { Verdict } from "./verdict.tsx";

/* Where the overview stood when it was left, to come back to. */
function useRoute(): Route {
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  const left = useRef({ top: 0, section: "" });
  const now = useRef(route);

  useEffect(() => {
    const onHash = () => {
      const next = parseRoute(location.hash);
      if (now.current.view === "overview" && next.view === "object") {
        left.current = { top: window.scrollY, section: now.current.section };
      }
      setRoute(next);
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  useLayoutEffect(() => {
    const before = now.current;
    now.current = route;
    if (route.view !== "overview") {
      return;
    }
    const target = route.section === "" ? null : document.getElementById(route.section);
    if (before.view === "object" && route.section === left.current.section) {
      window.scrollTo(0, left.current.top);
    } else if (target) {
      target.closest("details")?.setAttribute("open", "");
      target.scrollIntoView();
    }
  }, [route]);
  return route;
}

function optional(there: unknown, id: string, title: string): [string, string][] {
  return there ? [[id, title]] : [];
}

function Header({ onChoose }: { onChoose: (entry: Entry) => void }) {
  const { document } = useReport();
  const { info } = document;
  const sections: [string, string][] = [
    ["verdict", "Verdict"],
    ...optional(document.diff, "growth", "Growth"),
    ["tree", "Tree"],
    ["map", "Map"],
    ["types", "Types"],
    ...optional(document.alloc, "allocations", "Allocations"),
    ...optional(document.threads?.length, "threads", "Threads"),
    ...optional(document.waste, "waste", "Waste"),
    ...optional(document.garbage, "garbage", "Garbage"),
    ["memory", "Memory"],
  ];
  return (
    <>
      <div class="bar-top">
        <a class="mark" href="#verdict" aria-label="whoholds, to the verdict">
          who<b>holds</b>
        </a>
        <nav aria-label="Sections">
          {sections.map(([id, title]) => (
            <a key={id} href={`#${id}`}>
              {title}
            </a>
          ))}
        </nav>
        <Search onChoose={onChoose} />
      </div>
      <header>
        <h1>
          <Name text={baseName(info.program) || "Heap"} />
        </h1>
        <p class="provenance">
          <span>Python {visible(clip(info.python, 40))}</span>
          <span>pid {info.pid}</span>
          <span>
            <Bytes value={info.bytes} /> in <span class="number">{count(info.objects)}</span> objects
          </span>
          <span>{visible(clip(time(info.created), 60))}</span>
        </p>
      </header>
    </>
  );
}

function Footer() {
  const { document } = useReport();
  const { info, budget } = document;
  return (
    <footer class="quiet">
      <p>
        <Name text={info.file} />: {count(info.objects)} objects, {count(info.references)} references,{" "}
        {count(info.types)} types. Taken by {visible(clip(info.trigger, 60))}, mode {visible(clip(info.mode, 60))}
        {info.pause_ns !== undefined && <>, paused {duration(info.pause_ns)}</>}
        {info.dump_ns !== undefined && <>, written in {duration(info.dump_ns)}</>}.
      </p>
      {budget && Object.keys(budget).length > 0 && (
        <p>
          This page holds at most{" "}
          {Object.entries(budget)
            .map(([name, limit]) => `${count(limit)} ${visible(clip(name, 40)).replaceAll("_", " ")}`)
            .join(", ")}
          .
        </p>
      )}
    </footer>
  );
}

/* Folded parts would be missing on paper. */
function useUnfoldedPrint(): void {
  useEffect(() => {
    let opened: HTMLDetailsElement[] = [];
    const before = () => {
      const folded = ["folded", "large", "ways"].map((name) => `#verdict details.${name}:not([open])`).join(", ");
      opened = [...document.querySelectorAll<HTMLDetailsElement>(folded)];
      opened.forEach((element) => element.setAttribute("open", ""));
    };
    const after = () => opened.forEach((element) => element.removeAttribute("open"));
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }, []);
}

export function App({ report }: { report: Report }) {
  const route = useRoute();
  const [reveal, setReveal] = useState<Reveal | null>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  useUnfoldedPrint();
  useEffect(() => {
    const program = visible(clip(baseName(report.document.info.program), 60)) || "heap";
    document.title = `${program}: whoholds`;
  }, [report]);

  const revealRow = (row: number) => {
    location.hash = "#tree";
    setReveal({ row });
  };
  const onChoose = (entry: Entry) => {
    if (isKnown(report, entry.address)) {
      location.hash = objectHash(entry.address);
    } else if (entry.row >= 0) {
      revealRow(entry.row);
    } else if (entry.kind === "type" || entry.kind === "holder" || entry.kind === "module") {
      setWanted({ by: entry.kind, name: entry.name });
      location.hash = "#types";
    }
  };
  return (
    <ReportContext.Provider value={report}>
      <Header onChoose={onChoose} />
      {route.view === "object" && <ObjectPage address={route.address} />}
      <main id="overview" hidden={route.view === "object"}>
        <Verdict onReveal={revealRow} />
        <GrowthSection />
        <TreeSection reveal={reveal} />
        <MapSection onReveal={revealRow} shown={route.view === "overview"} />
        <Histogram wanted={wanted} />
        <Allocations shown={route.view === "overview"} />
        <Threads />
        <WasteSection />
        <GarbageSection />
        <Memory />
      </main>
      <Footer />
    </ReportContext.Provider>
  );
}
