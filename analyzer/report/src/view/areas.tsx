// SPDX-License-Identifier: GPL-2.0-or-later

/* A tree of areas that is zoomed by clicks and keys. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Area, type AreaKind, type Cell, layOut, LEVEL_HEIGHT } from "../areas.ts";
import { bytes, percent, shareOf } from "../format.ts";
import { clip, headOf, visible } from "../text.ts";
import { Name } from "./names.tsx";

const TREEMAP_HEIGHT = 420;
/* Of the monospaced letters in a cell, in pixels. */
const LETTER = 6.7;

function titleOf(area: Area): string {
  return visible(clip([area.name, area.note].filter((part) => part !== "").join("  "), 120));
}

export function Areas({
  root,
  kind,
  levels,
  what,
  label,
  shown = true,
  onLeaf,
}: {
  root: Area;
  kind: AreaKind;
  levels: number;
  /* In a word, and in a sentence. */
  what: string;
  label: string;
  shown?: boolean;
  /* A click on what has no children. */
  onLeaf?: (area: Area) => void;
}) {
  /* From the root to what is zoomed. */
  const [way, setWay] = useState<Area[]>([root]);
  const [width, setWidth] = useState(0);
  const [focused, setFocused] = useState("");
  const wantFocus = useRef(false);
  const box = useRef<HTMLDivElement>(null);
  const here = way[0] === root ? way : [root];
  const top = here[here.length - 1] as Area;

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

  const cells = useMemo(() => layOut(top, kind, width, TREEMAP_HEIGHT, levels), [top, kind, width, levels]);
  const height = cells.reduce((largest, cell) => Math.max(largest, cell.y + cell.height), LEVEL_HEIGHT);
  const keyOf = (cell: Cell) => `${cell.area.key}${cell.own ? "o" : ""}`;
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

  const zoom = (cell: Cell) => {
    if (cell.area === top) {
      setWay(here.length > 1 ? here.slice(0, -1) : here);
    } else if (cell.area.children.length > 0) {
      /* What lies between the zoomed area and this one. */
      const between: Area[] = [];
      for (let each: Cell | undefined = cell; each && each.area !== top; ) {
        const { parent }: Cell = each;
        between.unshift(each.area);
        each = cells.find((other) => other.area === parent && !other.own);
      }
      setWay([...here, ...between]);
    } else {
      onLeaf?.(cell.area);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const cell = cells[at];
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    let next: Cell | undefined;
    if (event.key === "ArrowDown") {
      next = cells.find((other) => other.parent === cell.area && !other.own);
    } else if (event.key === "ArrowUp") {
      next = cells.find((other) => other.area === cell.parent && !other.own);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const siblings = cells.filter((other) => other.parent === cell.parent && !other.own);
      next = siblings[siblings.indexOf(cell) + (event.key === "ArrowRight" ? 1 : -1)];
    } else if (event.key === "Enter" || event.key === " ") {
      zoom(cell);
      wantFocus.current = true;
    } else if (event.key === "Escape") {
      setWay([root]);
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

  return (
    <>
      <nav class="crumbs" aria-label={`Zoom of the ${what}`}>
        {here.map((area, depth) => (
          <button
            key={area.key}
            type="button"
            class="crumb"
            aria-current={area === top ? "true" : undefined}
            onClick={() => setWay(here.slice(0, depth + 1))}
          >
            <Name text={area.name} limit={40} />
          </button>
        ))}
      </nav>
      <div class="map" ref={box}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${Math.max(1, width)} ${height}`}
          role="group"
          aria-label={label}
          onKeyDown={onKeyDown}
        >
          {cells.map((cell, place) => {
            const { area } = cell;
            const room = Math.floor((cell.width - 10) / LETTER);
            const title = cell.own ? "own and left out" : titleOf(area);
            const size = `${bytes(area.bytes)}, ${percent(shareOf(area.bytes, root.bytes))}`;
            return (
              <g
                key={keyOf(cell)}
                role="button"
                tabIndex={place === at ? 0 : -1}
                aria-label={cell.own ? title : `${title}: ${size}`}
                class={["cell", cell.own ? "own" : "", area.accent ? "suspected" : "", cell.depth % 2 ? "odd" : ""]
                  .filter((word) => word !== "")
                  .join(" ")}
                onClick={() => zoom(cell)}
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
    </>
  );
}

/* A choice of a few words, of which one is pressed. */
export function Choice<Word extends string>({
  label,
  words,
  chosen,
  onChoose,
}: {
  label: string;
  words: readonly (readonly [Word, string])[];
  chosen: Word;
  onChoose: (word: Word) => void;
}) {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {words.map(([word, title]) => (
        <button key={word} type="button" class="tab" aria-pressed={chosen === word} onClick={() => onChoose(word)}>
          {title}
        </button>
      ))}
    </div>
  );
}
