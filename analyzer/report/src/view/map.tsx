// SPDX-License-Identifier: GPL-2.0-or-later

/* The heap as areas: by who holds what, or by what it consists of. */

import { useMemo, useState } from "preact/hooks";
import { type AreaKind, areasOfTree, areasOfTypes } from "../areas.ts";
import { Areas, Choice } from "./areas.tsx";
import { useReport } from "./report.ts";

const LEVELS: Record<AreaKind, number> = { icicle: 10, treemap: 4 };

export function MapSection({ onReveal, shown }: { onReveal: (row: number) => void; shown: boolean }) {
  const { document, tree, suspectOfAddress } = useReport();
  const [kind, setKind] = useState<AreaKind>("icicle");
  const [by, setBy] = useState<"holder" | "type">("holder");
  const holders = useMemo(() => areasOfTree(tree, suspectOfAddress), [tree, suspectOfAddress]);
  const types = useMemo(() => areasOfTypes(document.types), [document]);
  const root = by === "holder" ? holders : types;
  return (
    <section id="map" aria-labelledby="map-heading">
      <div class="heading">
        <h2 id="map-heading">Map</h2>
        <p class="hint">
          {by === "holder"
            ? "The dominator tree as areas: each part is held by the one around it."
            : "What the heap consists of: modules and their types, by what the objects take themselves."}{" "}
          A click zooms in; the outermost part zooms out.
        </p>
        <div class="tools">
          <Choice label="Parts" words={[["holder", "By holder"], ["type", "By type"]]} chosen={by} onChoose={setBy} />
          <Choice label="Kind of map" words={[["icicle", "Icicle"], ["treemap", "Treemap"]]} chosen={kind} onChoose={setKind} />
        </div>
      </div>
      {root && (
        <Areas
          key={by}
          root={root}
          kind={kind}
          levels={LEVELS[kind]}
          shown={shown}
          what="map"
          label={
            by === "holder"
              ? "Map of the dominator tree; the table above has the same rows"
              : "Map of the types; the table below has the same rows"
          }
          onLeaf={(area) => area.row >= 0 && onReveal(area.row)}
        />
      )}
    </section>
  );
}
