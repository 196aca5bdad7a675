// SPDX-License-Identifier: GPL-2.0-or-later

/* What grew from snapshot to snapshot: holders, types, lines. Only where the report is of several. */

import { useMemo, useState } from "preact/hooks";
import { change, clocksOf, courseWord, heapSentence } from "../course.ts";
import type { Course, DiffTable, HolderCourse, LineCourse, TypeCourse } from "../document.ts";
import { bytes, count, exactBytes, plural } from "../format.ts";
import { makeFilter, toTabbedRows } from "../table.ts";
import { clip, visible } from "../text.ts";
import type { Order } from "../tree.ts";
import { Choice } from "./areas.tsx";
import { CopyButton } from "./copy.tsx";
import { type SortableColumn, SortableHead, useOrder } from "./grid.tsx";
import { Bytes, Command, FileLine, MoreButton, Name, ObjectLink, QualifiedName } from "./names.tsx";
import { useReport } from "./report.ts";

const FIRST = 20;
const STEP = 100;
const SPARK = { bar: 5, gap: 2, height: 18 };

/* One bar a snapshot, from nothing to the largest. What it shows stands as text beside it. */
export function Sparkline({ series }: { series: number[] }) {
  const most = Math.max(1, ...series);
  const width = series.length * (SPARK.bar + SPARK.gap) - SPARK.gap;
  return (
    <svg class="spark" width={width} height={SPARK.height} viewBox={`0 0 ${width} ${SPARK.height}`} aria-hidden="true">
      {series.map((value, place) => {
        const height = value > 0 ? Math.max(1, (value / most) * SPARK.height) : 0;
        return (
          <rect
            key={place}
            class={place === series.length - 1 ? "now" : undefined}
            x={place * (SPARK.bar + SPARK.gap)}
            y={SPARK.height - height}
            width={SPARK.bar}
            height={height}
          />
        );
      })}
    </svg>
  );
}

type By = "holder" | "type" | "line";
type Row = Course & Partial<HolderCourse & TypeCourse & LineCourse>;
type Key = "name" | "bytes_change" | "first" | "last";
type Show = "changed" | "grown" | "gone" | "all";

const PLURAL: Record<By, string> = { holder: "holders", type: "types", line: "lines" };

const nameOf = (row: Row) => row.name ?? `${row.file ?? ""}:${row.line ?? 0} in ${row.function ?? ""}`;
const firstOf = (row: Row) => row.bytes[0] ?? 0;
const lastOf = (row: Row) => row.bytes[row.bytes.length - 1] ?? 0;

function isShown(row: Row, show: Show): boolean {
  switch (show) {
    case "all":
      return true;
    case "grown":
      return row.change === "new" || row.change === "grown";
    case "gone":
      return row.change === "gone" || row.change === "shrunk";
    default:
      return row.change !== "flat";
  }
}

function sortCourses(rows: Row[], order: Order<Key>): Row[] {
  const sign = order.descending ? -1 : 1;
  const value = (row: Row) =>
    order.key === "bytes_change" ? row.bytes_change : order.key === "first" ? firstOf(row) : lastOf(row);
  const byName = (a: Row, b: Row) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0);
  return [...rows].sort((a, b) =>
    order.key === "name" ? sign * byName(a, b) : sign * (value(a) - value(b)) || byName(a, b),
  );
}

function RowName({ row, by }: { row: Row; by: By }) {
  if (by === "line") {
    return (
      <>
        {row.file ? <FileLine file={row.file} line={row.line ?? 0} /> : null}{" "}
        {row.file ? "in " : ""}
        <Name text={row.function ?? ""} limit={80} />
        {row.text && (
          <span class="code block">
            <bdi dir="ltr">{visible(clip(row.text.trim(), 160))}</bdi>
          </span>
        )}
      </>
    );
  }
  if (by === "type") {
    return <QualifiedName text={row.name ?? ""} />;
  }
  return (
    <>
      <span class="label">
        <ObjectLink address={row.address}>
          <Name text={row.name ?? ""} limit={120} />
        </ObjectLink>
      </span>{" "}
      <span class="type">
        <Name text={row.type ?? ""} limit={80} />
        {(row.alike ?? 1) > 1 && <>, and {count((row.alike ?? 1) - 1)} alike</>}
      </span>
    </>
  );
}

/* Where it was not found, it may have been there, too small to be seen. */
function Cell({ row, place }: { row: Row; place: number }) {
  const unseen = row.at_most?.[place] ?? 0;
  return unseen > 0 ? (
    <span class="number" title={`not found; it may have had up to ${exactBytes(unseen)}`}>
      &lt; {bytes(unseen)}
    </span>
  ) : (
    <Bytes value={row.bytes[place] ?? 0} />
  );
}

function CourseRow({ row, by }: { row: Row; by: By }) {
  return (
    <tr role="row" data-change={row.change}>
      <th role="rowheader" scope="row" class="name">
        <RowName row={row} by={by} />
      </th>
      <td role="cell" class="change number" title={exactBytes(row.bytes_change)}>
        {change(row.bytes_change)}
      </td>
      <td role="cell" class="first">
        <Cell row={row} place={0} />
      </td>
      <td role="cell" class="last">
        <Cell row={row} place={row.bytes.length - 1} />
      </td>
      <td role="cell" class="course">
        <span title={row.bytes.map((value) => bytes(value)).join(", ")}>
          <Sparkline series={row.bytes} />
        </span>{" "}
        {courseWord(row)}
      </td>
    </tr>
  );
}

export function GrowthSection() {
  const { document, snapshots } = useReport();
  const diff = document.diff;
  const [by, setBy] = useState<By>("holder");
  const [show, setShow] = useState<Show>("changed");
  const [pattern, setPattern] = useState("");
  const [order, sortBy] = useOrder<Key>("bytes_change");
  const [limit, setLimit] = useState(FIRST);
  const table: DiffTable<Row> | undefined =
    by === "holder" ? diff?.holders : by === "type" ? diff?.types : diff?.lines;
  const filter = useMemo(() => makeFilter(pattern), [pattern]);
  const matching = useMemo(
    () => sortCourses((table?.rows ?? []).filter((row) => isShown(row, show) && filter.test(nameOf(row))), order),
    [table, show, filter, order],
  );
  if (!diff || !table) {
    return null;
  }
  const clocks = clocksOf(diff.snapshots.map((snapshot) => snapshot.created));
  const flat = table.rows.filter((row) => row.change === "flat").length;
  const columns: SortableColumn<Key>[] = [
    { key: "name", label: by === "line" ? "Line" : "Name", kind: "name" },
    { key: "bytes_change", label: "Change", kind: "change" },
    { key: "first", label: "First", kind: "first" },
    { key: "last", label: "Last", kind: "last" },
  ];
  const words: [By, string][] = [["holder", "Holders"], ["type", "Types"]];
  if (diff.lines) {
    words.push(["line", "Lines"]);
  }
  const copied = () =>
    toTabbedRows(
      ["name", "change", "bytes_change", ...diff.snapshots.map((_, place) => `bytes_${place + 1}`)],
      matching.map((row) => [visible(nameOf(row)), row.change, row.bytes_change, ...row.bytes]),
    );
  return (
    <section id="growth" aria-labelledby="growth-heading">
      <div class="heading">
        <h2 id="growth-heading">Growth</h2>
        <p class="hint">
          {heapSentence(diff)} Matched by names and types, never by address: addresses are reused.
          {by === "holder" && " What lies behind indexes, and behind keys that are no names, is one row."}
          {by === "type" && " By what the objects take themselves."}
          {by === "line" && " By what the line allocated that is alive."}
        </p>
      </div>
      {diff.caution !== "" && <p class="note caution">{visible(clip(diff.caution, 400))}</p>}
      <ol class="snapshots" tabIndex={0} aria-label="Snapshots, in the order of time">
        {diff.snapshots.map((snapshot, place) => (
          <li key={place}>
            <span class="quiet">{clocks[place]}</span>
            <span class="pillar" aria-hidden="true">
              <span
                style={{
                  height: `${(snapshot.bytes / Math.max(1, ...diff.snapshots.map((other) => other.bytes))) * 100}%`,
                }}
              />
            </span>
            <Bytes value={snapshot.bytes} />
          </li>
        ))}
      </ol>
      <div class="tools">
        <Choice
          label="Rows"
          words={words}
          chosen={by}
          onChoose={(next) => {
            setBy(next);
            setLimit(FIRST);
          }}
        />
        <Choice
          label="Which"
          words={[["changed", "Changed"], ["grown", "Grown"], ["gone", "Shrunk"], ["all", "All"]]}
          chosen={show}
          onChoose={setShow}
        />
        <label class="field">
          <span class="unseen">Filter growth by a regular expression</span>
          <input
            type="search"
            id="growth-filter"
            placeholder="Filter"
            autocomplete="off"
            spellcheck={false}
            maxLength={1000}
            value={pattern}
            onInput={(event) => setPattern(event.currentTarget.value)}
          />
        </label>
        <CopyButton label="Copy table" text={copied} />
      </div>
      <table class="grid growth" role="table" aria-labelledby="growth-heading">
        <SortableHead columns={columns} order={order} onSort={sortBy} more={[{ label: "Course", kind: "course" }]} />
        <tbody role="rowgroup">
          {matching.slice(0, limit).map((row, place) => (
            <CourseRow key={place} row={row} by={by} />
          ))}
        </tbody>
      </table>
      {matching.length === 0 && <p class="quiet">{pattern === "" ? `No ${PLURAL[by]} here.` : "No name matches."}</p>}
      {matching.length > limit && (
        <p class="actions">
          <MoreButton step={STEP} left={matching.length - limit} onMore={() => setLimit(limit + STEP)} />
        </p>
      )}
      {flat > 0 && show !== "all" && (
        <p class="quiet">
          {plural(flat, PLURAL[by].slice(0, -1))} changed by less than a hundredth or 1 KiB.
        </p>
      )}
      {table.omitted.rows > 0 && (
        <p class="quiet">
          {count(table.omitted.rows)} {PLURAL[by]} that changed less are not in this page:{" "}
          <Command words="diff" files={snapshots} />
        </p>
      )}
    </section>
  );
}
