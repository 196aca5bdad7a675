// SPDX-License-Identifier: GPL-2.0-or-later

/* Counts and sizes by type, by holder and by module. */

import { Fragment } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Merged, Top, TopRow } from "../document.ts";
import { bytes, count, exactBytes, percent } from "../format.ts";
import { groupByModule, type Grouping, makeFilter, moduleOf, packageOf, sortTop, type TopKey, toTabbed } from "../table.ts";
import { shellWord, visible } from "../text.ts";
import { CopyButton } from "./copy.tsx";
import { type SortableColumn, SortableHead, useOrder } from "./grid.tsx";
import { Bytes, Command, MoreButton, Name, ObjectLink, QualifiedName, Share } from "./names.tsx";
import { useReport } from "./report.ts";

const FIRST = 20;
const STEP = 200;

export type By = "type" | "holder" | "module";

/* A wish from elsewhere on the page to see one name; a new object each time. */
export interface Wanted {
  by: By;
  name: string;
}

const PLURAL: Record<By, string> = { type: "types", holder: "holders", module: "modules" };
const TITLE: Record<By, string> = { type: "Types", holder: "Holders", module: "Modules" };

function escapePattern(name: string): string {
  return "^" + name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&") + "$";
}

/* "93 % of 120,000 come through app.cache._store", with the branches below. */
function MergedRows({ merged, type }: { merged: Merged; type: string }) {
  const depthOf: number[] = [];
  merged.rows.forEach((row, place) => {
    depthOf[place] = row.parent >= 0 ? (depthOf[row.parent] ?? 0) + 1 : 0;
  });
  const word = shellWord(type);
  return (
    <>
      <p class="quiet">
        Of {count(merged.reached)} objects
        {merged.matching > merged.reached && <> ({count(merged.matching - merged.reached)} more have no path)</>} so many come
        through:
      </p>
      <ul class="plain merged">
        {merged.rows.map((row, place) => (
          <li key={place} style={{ "--level": Math.min(depthOf[place] ?? 0, 16) }}>
            <span class="number part">{percent(row.share)}</span> <span class="number quiet">{count(row.count)}</span>{" "}
            <ObjectLink address={row.address}>
              <Name text={row.name} limit={120} />
            </ObjectLink>{" "}
            <span class="type">
              <Name text={row.type} limit={60} />
            </span>
          </li>
        ))}
      </ul>
      {merged.hidden > 0 && <p class="quiet">{count(merged.hidden)} come through branches of less than 1 %.</p>}
      {word && (
        <p class="quiet">
          Its own paths: <Command words={`path --type ${word}`} />
        </p>
      )}
    </>
  );
}

function Row({ row, heap, inside, by }: { row: TopRow; heap: number; inside: boolean; by: By }) {
  const { document } = useReport();
  const [open, setOpen] = useState(false);
  const all = by === "type" ? (document.merged ?? {}) : {};
  const merged = Object.prototype.hasOwnProperty.call(all, row.name) ? all[row.name] : undefined;
  return (
    <>
    <tr role="row" class={inside ? "inside" : undefined}>
      <th role="rowheader" scope="row" class="name">
        {merged ? (
          <button type="button" class="unfold" aria-expanded={open} onClick={() => setOpen(!open)}>
            <QualifiedName text={row.name} />
          </button>
        ) : (
          <QualifiedName text={row.name} />
        )}
      </th>
      <td role="cell" class="retained">
        <Bytes value={row.retained_bytes} />
        <Share part={row.retained_bytes} whole={heap} />
      </td>
      <td role="cell" class="shallow">
        <Bytes value={row.shallow_bytes} />
      </td>
      <td role="cell" class="count number">
        {count(row.count)}
      </td>
    </tr>
    {merged && open && (
      <tr role="row" class="through">
        <td role="cell" colSpan={4} class="name">
          <MergedRows merged={merged} type={row.name} />
        </td>
      </tr>
    )}
    </>
  );
}

const COLUMNS: SortableColumn<TopKey>[] = [
  { key: "name", label: "Name", kind: "name" },
  { key: "retained_bytes", label: "Retained", kind: "retained" },
  { key: "shallow_bytes", label: "Own size", kind: "shallow" },
  { key: "count", label: "Objects", kind: "count" },
];

export function Histogram({ wanted }: { wanted: Wanted | null }) {
  const { document } = useReport();
  const heap = document.info.bytes;
  const tables = useMemo(() => {
    const all: [By, Top | undefined][] = [
      ["type", document.types],
      ["holder", document.holders],
      ["module", document.modules],
    ];
    return all.filter((entry): entry is [By, Top] => entry[1] !== undefined);
  }, [document]);
  const [by, setBy] = useState<By>("type");
  const [pattern, setPattern] = useState("");
  const [order, sortBy] = useOrder<TopKey>("retained_bytes");
  const [limit, setLimit] = useState(FIRST);
  const [grouping, setGrouping] = useState<Grouping>("none");

  useEffect(() => {
    if (wanted) {
      setBy(wanted.by);
      setPattern(wanted.name.length > 500 ? "" : escapePattern(wanted.name));
    }
  }, [wanted]);

  const top = tables.find((entry) => entry[0] === by)?.[1] ?? document.types;
  const filter = useMemo(() => makeFilter(pattern), [pattern]);
  const matching = useMemo(
    () => sortTop(top.rows.filter((row) => filter.test(row.name)), order),
    [top, filter, order],
  );
  const shown = matching.slice(0, limit);
  const groups =
    grouping !== "none" && by === "type"
      ? groupByModule(matching, order, grouping === "module" ? moduleOf : packageOf)
      : null;
  const choose = (next: By) => {
    setBy(next);
    setLimit(FIRST);
  };
  const onTabKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step !== 0) {
      const at = tables.findIndex((entry) => entry[0] === by);
      const next = tables[(at + step + tables.length) % tables.length];
      if (next) {
        choose(next[0]);
        globalThis.document.getElementById(`by-${next[0]}`)?.focus();
      }
      event.preventDefault();
    }
  };

  const omitted = top.omitted;
  return (
    <section id="types" aria-labelledby="types-heading">
      <div class="heading">
        <h2 id="types-heading">{tables.length > 1 ? "Types, holders, modules" : "Types"}</h2>
        <p class="hint">
          {by === "holder"
            ? "Retained: what would be freed if this holder alone went away. Rows can overlap."
            : "Retained: the sum over a row’s topmost objects, those that no other object of the row holds. Where several hold something together, the whole set frees more: "}
          {by !== "holder" && <Command words={`retained --${by} NAME`} />}
        </p>
      </div>
      <div class="tools">
        {tables.length > 1 && (
          <div class="tabs" role="tablist" aria-label="Rows" onKeyDown={onTabKey}>
            {tables.map(([key]) => (
              <button
                key={key}
                id={`by-${key}`}
                type="button"
                role="tab"
                class="tab"
                aria-selected={key === by}
                aria-controls="types-panel"
                tabIndex={key === by ? 0 : -1}
                onClick={() => choose(key)}
              >
                {TITLE[key]}
              </button>
            ))}
          </div>
        )}
        <label class="field">
          <span class="unseen">Filter names by a regular expression</span>
          <input
            type="search"
            id="types-filter"
            placeholder="Filter, e.g. ^app\.|dict"
            autocomplete="off"
            spellcheck={false}
            maxLength={1000}
            value={pattern}
            aria-describedby="types-problem"
            onInput={(event) => {
              setPattern(event.currentTarget.value);
              setLimit(FIRST);
            }}
          />
        </label>
        {by === "type" && (
          <label class="check">
            Group by{" "}
            <select value={grouping} onChange={(event) => setGrouping(event.currentTarget.value as Grouping)}>
              <option value="none">nothing</option>
              <option value="module">module</option>
              <option value="package">package</option>
            </select>
          </label>
        )}
        <CopyButton label="Copy table" text={() => toTabbed(matching, visible)} />
      </div>
      <p id="types-problem" class="quiet" role="status">
        {filter.problem}
        {pattern !== "" && ` ${count(matching.length)} of ${count(top.rows.length)} ${PLURAL[by]}`}
      </p>
      <div id="types-panel" role={tables.length > 1 ? "tabpanel" : undefined}>
        <table class="grid top" role="table" aria-labelledby="types-heading">
          <SortableHead columns={COLUMNS} order={order} onSort={sortBy} />
          <tbody role="rowgroup">
            {groups
              ? groups.map((group) => (
                  <Fragment key={group.name}>
                    <tr role="row" class="group">
                      <th role="rowheader" scope="row" class="name">
                        {group.name === "" ? <span class="quiet">no module</span> : <QualifiedName text={group.name} />}
                      </th>
                      <td role="cell" class="retained quiet">
                        overlap
                      </td>
                      <td role="cell" class="shallow">
                        <Bytes value={group.shallow_bytes} />
                      </td>
                      <td role="cell" class="count number">
                        {count(group.count)}
                      </td>
                    </tr>
                    {group.rows.slice(0, limit).map((row) => (
                      <Row key={row.name} row={row} heap={heap} inside by={by} />
                    ))}
                  </Fragment>
                ))
              : shown.map((row) => <Row key={row.name} row={row} heap={heap} inside={false} by={by} />)}
          </tbody>
        </table>
        {matching.length === 0 && <p class="quiet">No name matches.</p>}
        {!groups && shown.length < matching.length && (
          <p class="actions">
            <MoreButton step={STEP} left={matching.length - shown.length} onMore={() => setLimit(limit + STEP)} />
          </p>
        )}
        {omitted && omitted.rows > 0 && (
          <p class="quiet">
            {count(omitted.rows)} smaller {PLURAL[by]} ({count(omitted.count)} objects,{" "}
            <span title={exactBytes(omitted.shallow_bytes)}>{bytes(omitted.shallow_bytes)}</span> of their own) are not
            in this page: <Command words={`top --by ${by}`} />
          </p>
        )}
      </div>
    </section>
  );
}
