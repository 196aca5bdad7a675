// SPDX-License-Identifier: GPL-2.0-or-later

/* The dominator tree as areas: an icicle, whose levels have names, or a treemap. A click zooms. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { bytes, count, percent, shareOf } from "../format.ts";
import { type Cell, layOut, LEVEL_HEIGHT, type MapKind } from "../map.ts";
import { clip, headOf, visible } from "../text.ts";
import { ancestors, type TreeRow } from "../tree.ts";
import { Name } from "./names.tsx";
import { useReport } from "./report.ts";

const TREEMAP_HEIGHT = 420;
/* Of the monospaced letters in a cell, in pixels. */
const LETTER = 6.7;

function rowTitle(row: TreeRow): string {
  const type = row.group > 0 ? `${count(row.group)} × ${row.type}` : row.type;
  return visible(clip([row.label, type].filter((part) => part !== "").join("  "), 120));
}

export function MapSection({ onReveal, shown }: { onReveal: (row: number) => void; shown: boolean }) {
  const { tree, suspectOfAddress } = useReport();
  const top = tree.roots[0] ?? -1;
  const [kind, setKind] = useState<MapKind>("icicle");
  const [zoomed, setZoomed] = useState(top);
  const [width, setWidth] = useState(0);
  const [focused, setFocused] = useState("");
  const wantFocus = useRef(false);
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !shown) {
      return;
    }
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [shown]);

  /* Everything under a suspect's holder is drawn in the accent. */
  const suspected = useMemo(() => {
    const rows = new Set<number>();
    for (const row of tree.rows) {
      if (rows.has(row.parent) || (row.group === 0 && suspectOfAddress.has(row.address))) {
        rows.add(row.index);
      }
    }
    return rows;
  }, [tree, suspectOfAddress]);
  const cells = useMemo(
    () => layOut(tree, zoomed, kind, width, TREEMAP_HEIGHT),
    [tree, zoomed, kind, width],
  );
  const height = cells.reduce((largest, cell) => Math.max(largest, cell.y + cell.height), LEVEL_HEIGHT);
  const heap = tree.rows[top]?.retained ?? 0;
  const keyOf = (cell: Cell) => `${cell.row.index}${cell.own ? "o" : ""}`;
  const at = Math.max(
    0,
    cells.findIndex((cell) => keyOf(cell) === focused),
  );

  useLayoutEffect(() => {
    if (wantFocus.current) {
      wantFocus.current = false;
      box.current?.querySelector<SVGElement>('g[tabindex="0"]')?.focus();
    }
  });

  const zoom = (row: TreeRow) => {
    if (row.index === zoomed && row.parent >= 0) {
      setZoomed(row.parent);
    } else if (row.children.length > 0) {
      setZoomed(row.index);
    } else {
      onReveal(row.index);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const cell = cells[at];
    if (!cell) {
      return;
    }
    let next: Cell | undefined;
    if (event.key === "ArrowDown") {
      next = cells.find((other) => other.row.parent === cell.row.index && !other.own);
    } else if (event.key === "ArrowUp") {
      next = cells.find((other) => other.row.index === cell.row.parent && !other.own);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const siblings = cells.filter((other) => other.row.parent === cell.row.parent && !other.own);
      next = siblings[siblings.indexOf(cell) + (event.key === "ArrowRight" ? 1 : -1)];
    } else if (event.key === "Enter" || event.key === " ") {
      zoom(cell.row);
      wantFocus.current = true;
    } else if (event.key === "Escape") {
      setZoomed(top);
      wantFocus.current = true;
    } else {
      return;
    }
    if (next) {
      setFocused(keyOf(next));
      wantFocus.current = true;
    }
    event.preventDefault();
  };

  const way = [...ancestors(tree, zoomed), zoomed].flatMap((index) => tree.rows[index] ?? []);
  return (
    <section id="map" aria-labelledby="map-heading">
      <div class="heading">
        <h2 id="map-heading">Map</h2>
        <p class="hint">The same tree as areas. A click zooms in; the outermost cell zooms out.</p>
        <div class="tools">
          <div class="tabs" role="group" aria-label="Kind of map">
            {(["icicle", "treemap"] as const).map((name) => (
              <button
                key={name}
                type="button"
                class="tab"
                aria-pressed={kind === name}
                onClick={() => setKind(name)}
              >
                {name === "icicle" ? "Icicle" : "Treemap"}
              </button>
            ))}
          </div>
        </div>
      </div>
      <nav class="crumbs" aria-label="Zoom">
        {way.map((row) => (
          <button
            key={row.index}
            type="button"
            class="crumb"
            aria-current={row.index === zoomed ? "true" : undefined}
            onClick={() => setZoomed(row.index)}
          >
            <Name text={row.label || row.type} limit={40} />
          </button>
        ))}
      </nav>
      <div class="map" ref={box}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${Math.max(1, width)} ${height}`}
          role="group"
          aria-label="Map of the dominator tree; the table above has the same rows"
          onKeyDown={onKeyDown}
        >
          {cells.map((cell, place) => {
            const { row } = cell;
            const room = Math.floor((cell.width - 10) / LETTER);
            const title = cell.own ? "own and left out" : rowTitle(row);
            const size = `${bytes(row.retained)}, ${percent(shareOf(row.retained, heap))}`;
            return (
              <g
                key={keyOf(cell)}
                role="button"
                tabIndex={place === at ? 0 : -1}
                aria-label={cell.own ? title : `${title}: ${size}`}
                class={[
                  "cell",
                  cell.own ? "own" : "",
                  suspected.has(row.index) ? "suspected" : "",
                  cell.depth % 2 ? "odd" : "",
                ]
                  .join(" ")
                  .trim()}
                onClick={() => zoom(row)}
                onFocus={() => setFocused(keyOf(cell))}
              >
                {!cell.own && <title>{`${title}\n${size}`}</title>}
                <rect x={cell.x} y={cell.y} width={Math.max(0, cell.width - 1)} height={Math.max(0, cell.height - 1)} rx="2" />
                {room >= 3 && cell.height >= 14 && !cell.own && (
                  <text aria-hidden="true" x={cell.x + 5} y={cell.y + (kind === "icicle" ? 16 : 13)}>
                    {title.length > room ? headOf(title, room - 1) + "…" : title}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </div>
    </section>
  );
}
