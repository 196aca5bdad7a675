// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * The dominator tree as a table that unfolds.
 *
 * It is not virtualised: the document's own budget bounds it (some thousand rows), each level shows its first rows and
 * a button for more, and so the browser's own search, printing and screen readers see every row that a reader does.
 */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { bytes, count, plural } from "../format.ts";
import { objectHash } from "../route.ts";
import { ancestors, isExpandable, linesOf, type Tree, type TreeKey, type TreeLine, type TreeRow } from "../tree.ts";
import { type SortableColumn, SortableHead, useOrder } from "./grid.tsx";
import { Bytes, Command, MoreButton, Name, ObjectLink, Share } from "./names.tsx";
import { isKnown, type Report, useReport } from "./report.ts";

/* Siblings shown at first: those that matter, a few in any case. How many each "more" adds. */
const FIRST = { least: 5, most: 20, share: 0.001 };
const STEP = 200;

function firstLimits(tree: Tree): (parent: number) => number {
  const heap = tree.rows[tree.roots[0] ?? -1]?.retained ?? 0;
  return (parent) => {
    const children = parent < 0 ? tree.roots : (tree.rows[parent]?.children ?? []);
    const matter = children.filter((child) => (tree.rows[child]?.retained ?? 0) >= FIRST.share * heap).length;
    const shown = Math.min(FIRST.most, Math.max(FIRST.least, matter));
    /* Nobody wants a button for two rows. */
    return children.length <= shown + 2 ? children.length : shown;
  };
}

/* A wish from elsewhere on the page to see one row; a new object each time. */
export interface Reveal {
  row: number;
}

/* Where to look first: the first suspect that the tree has, else the largest row below which things drop away. */
function firstPlace(report: Report): { row: number; name: string } {
  for (const suspect of report.suspectOfAddress.values()) {
    const row = report.tree.rowOfAddress.get(suspect.holder.address);
    if (row !== undefined) {
      return { row, name: "suspect" };
    }
  }
  const retained = (row: number) => report.tree.rows[row]?.retained ?? 0;
  const [row = -1] = [...report.drops].sort((a, b) => retained(b) - retained(a) || a - b);
  return { row, name: "biggest drop" };
}

const COLUMNS: SortableColumn<TreeKey>[] = [
  { key: "name", label: "Name", kind: "name" },
  { key: "retained", label: "Retained", kind: "retained" },
  { key: "shallow", label: "Own size", kind: "shallow" },
  { key: "count", label: "Objects", kind: "count" },
];

/* Unfolded at first: the root, and the way to that place. */
function firstExpanded(report: Report): Set<number> {
  const { row } = firstPlace(report);
  return new Set([...report.tree.roots, ...ancestors(report.tree, row), row]);
}

function keyOf(line: TreeLine): string {
  return line.kind === "row" ? `r${line.row.index}` : `${line.kind}${line.parent}`;
}

function RowName({ row, root }: { row: TreeRow; root: boolean }) {
  return (
    <>
      {row.label !== "" && !(row.group > 0 && row.label === row.type) && (
        <span class="label">
          <ObjectLink address={row.group > 0 ? "" : row.address}>
            <Name text={row.label} limit={120} />
          </ObjectLink>
        </span>
      )}{" "}
      {!root && (
        <span class="type">
          {row.group > 0 && <span class="number">{count(row.group)} × </span>}
          <Name text={row.type} limit={80} />
        </span>
      )}
    </>
  );
}

export function TreeSection({ reveal }: { reveal: Reveal | null }) {
  const report = useReport();
  const { tree, drops, suspectOfAddress } = report;
  const [expanded, setExpanded] = useState(() => firstExpanded(report));
  const [order, sortBy] = useOrder<TreeKey>("retained");
  const [limits, setLimits] = useState<ReadonlyMap<number, number>>(new Map());
  const [current, setCurrent] = useState("");
  const first = useMemo(() => firstLimits(tree), [tree]);
  const wantFocus = useRef(false);
  const body = useRef<HTMLTableSectionElement>(null);

  const lines = useMemo(
    () => linesOf(tree, expanded, order, (parent) => limits.get(parent) ?? first(parent)),
    [tree, expanded, order, limits],
  );
  const heap = tree.rows[tree.roots[0] ?? -1]?.retained ?? 0;
  const place = Math.max(
    0,
    lines.findIndex((line) => keyOf(line) === current),
  );

  useEffect(() => {
    if (!reveal) {
      return;
    }
    const way = ancestors(tree, reveal.row);
    setExpanded((before) => new Set([...before, ...way, reveal.row]));
    setLimits((before) => {
      const next = new Map(before);
      for (const at of [...way, reveal.row]) {
        const parent = tree.rows[at]?.parent ?? -1;
        next.set(parent, Math.max(next.get(parent) ?? first(parent), tree.rows[parent]?.children.length ?? 1));
      }
      return next;
    });
    setCurrent(`r${reveal.row}`);
    wantFocus.current = true;
  }, [reveal]);

  useLayoutEffect(() => {
    if (wantFocus.current) {
      wantFocus.current = false;
      const row = body.current?.querySelector<HTMLElement>('tr[tabindex="0"]');
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: "nearest" });
    }
  });

  const setOpen = (row: TreeRow, open: boolean) => {
    setExpanded((before) => {
      const next = new Set(before);
      if (open) {
        next.add(row.index);
      } else {
        next.delete(row.index);
      }
      return next;
    });
  };
  const showMore = (parent: number) => {
    setLimits((before) => new Map(before).set(parent, (before.get(parent) ?? first(parent)) + STEP));
  };
  const moveTo = (target: number) => {
    const line = lines[Math.min(lines.length - 1, Math.max(0, target))];
    if (line) {
      setCurrent(keyOf(line));
      wantFocus.current = true;
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[place];
    /* A link or button inside a row has its own keys. */
    const inside = event.target instanceof HTMLElement && event.target.tagName !== "TR";
    if (!line || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const row = line.kind === "row" ? line.row : null;
    switch (event.key) {
      case "ArrowDown":
        moveTo(place + 1);
        break;
      case "ArrowUp":
        moveTo(place - 1);
        break;
      case "Home":
        moveTo(0);
        break;
      case "End":
        moveTo(lines.length - 1);
        break;
      case "PageDown":
        moveTo(place + 15);
        break;
      case "PageUp":
        moveTo(place - 15);
        break;
      case "ArrowRight":
        if (row && isExpandable(row) && !expanded.has(row.index)) {
          setOpen(row, true);
          wantFocus.current = true;
        } else if (row && expanded.has(row.index)) {
          moveTo(place + 1);
        }
        break;
      case "ArrowLeft":
        if (row && expanded.has(row.index) && isExpandable(row)) {
          setOpen(row, false);
          wantFocus.current = true;
        } else {
          const parent = row ? row.parent : line.kind === "row" ? -1 : line.parent;
          const target = lines.findIndex((other) => other.kind === "row" && other.row.index === parent);
          if (target >= 0) {
            moveTo(target);
          }
        }
        break;
      case "Enter":
      case " ":
        if (inside) {
          return;
        }
        if (line.kind === "more") {
          showMore(line.parent);
        } else if (row && event.key === "Enter" && row.group === 0 && isKnown(report, row.address)) {
          location.hash = objectHash(row.address);
        } else if (row && isExpandable(row)) {
          setOpen(row, !expanded.has(row.index));
        }
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <section id="tree" aria-labelledby="tree-heading">
      <div class="heading">
        <h2 id="tree-heading">Dominator tree</h2>
        <p class="hint">What would be freed if this alone went away. Arrow keys move and unfold.</p>
        <p class="tools">
          <button type="button" class="button" onClick={() => setExpanded(firstExpanded(report))}>
            To the {firstPlace(report).name}
          </button>
          <button type="button" class="button" onClick={() => setExpanded(new Set(tree.roots))}>
            Fold all
          </button>
        </p>
      </div>
      <table class="grid tree" role="treegrid" aria-labelledby="tree-heading" aria-rowcount={lines.length + 1}>
        <SortableHead columns={COLUMNS} order={order} onSort={sortBy} />
        <tbody role="rowgroup" ref={body} onKeyDown={onKeyDown}>
          {lines.map((line, at) => {
            const focus = {
              tabIndex: at === place ? 0 : -1,
              onFocus: () => setCurrent(keyOf(line)),
            };
            const indent = { "--level": Math.min(line.level, 24) };
            if (line.kind !== "row") {
              const parent = tree.rows[line.parent];
              return (
                <tr key={keyOf(line)} role="row" aria-level={line.level + 1} class="rest" {...focus}>
                  <td role="gridcell" class="name" colSpan={4} style={indent}>
                    {line.kind === "more" ? (
                      <MoreButton step={STEP} left={line.left} onMore={() => showMore(line.parent)} inRow />
                    ) : (
                      <>
                        {plural(parent?.hidden ?? 0, "smaller object")}, {bytes(parent?.hiddenBytes ?? 0)}, not in this
                        page: <Command words="tree" />
                      </>
                    )}
                  </td>
                </tr>
              );
            }
            const { row } = line;
            const expandable = isExpandable(row);
            const suspect = row.group === 0 ? suspectOfAddress.get(row.address) : undefined;
            return (
              <tr
                key={keyOf(line)}
                role="row"
                class={[drops.has(row.index) ? "drop" : "", suspect ? "suspected" : ""].join(" ").trim() || undefined}
                aria-level={line.level + 1}
                aria-posinset={line.position}
                aria-setsize={line.siblings}
                aria-expanded={expandable ? line.expanded : undefined}
                data-address={row.address || undefined}
                onClick={(event) => {
                  if (!(event.target instanceof Element && event.target.closest("a")) && expandable) {
                    setOpen(row, !line.expanded);
                  }
                }}
                {...focus}
              >
                <td role="gridcell" class="name" style={indent}>
                  <span class={expandable ? "twisty" : "twisty leaf"} aria-hidden="true">
                    {expandable ? (line.expanded ? "▾" : "▸") : ""}
                  </span>
                  <RowName row={row} root={row.parent < 0} />{" "}
                  {suspect && <span class="tag strong">suspect {count(suspect.rank)}</span>}{" "}
                  {drops.has(row.index) && (
                    <span class="tag" title="Below this row, no single child keeps the greater part">
                      biggest drop
                    </span>
                  )}
                </td>
                <td role="gridcell" class="retained">
                  <Bytes value={row.retained} />
                  <Share part={row.retained} whole={heap} />
                </td>
                <td role="gridcell" class="shallow">
                  <Bytes value={row.shallow} />
                </td>
                <td role="gridcell" class="count number">
                  {count(row.count)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
