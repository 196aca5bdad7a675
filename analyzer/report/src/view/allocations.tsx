// SPDX-License-Identifier: GPL-2.0-or-later

/* Which code allocated: what is left of it, or all that ever was. Only where a recorder ran. */

import { useMemo, useState } from "preact/hooks";
import { areasOfAllocations } from "../areas.ts";
import type { AllocLine } from "../document.ts";
import { bytes, count, percent, plural, shareOf } from "../format.ts";
import { clip, visible } from "../text.ts";
import { Areas, Choice } from "./areas.tsx";
import { Head } from "./grid.tsx";
import { Bytes, Command, FileLine, MoreButton, Name, Share } from "./names.tsx";
import { useReport } from "./report.ts";

const FIRST = 10;
const STEP = 100;
const LEVELS = 24;

function Line({ line, whole }: { line: AllocLine; whole: number }) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row" class="name">
        {line.file === "" ? (
          <span class="quiet">{visible(clip(line.function, 80))}</span>
        ) : (
          <>
            <FileLine file={line.file} line={line.line} /> in <Name text={line.function} limit={80} />
          </>
        )}{" "}
        {line.churn && (
          <span class="tag" title="Much was allocated here, and hardly any of it is left">
            churn
          </span>
        )}
        {line.text !== "" && (
          <span class="code block">
            <bdi dir="ltr">{visible(clip(line.text.trim(), 160))}</bdi>
          </span>
        )}
      </th>
      <td role="cell" class="retained">
        <Bytes value={line.bytes} />
        <Share part={line.bytes} whole={whole} />
      </td>
      <td role="cell" class="count number">
        {count(line.blocks)}
      </td>
    </tr>
  );
}

export function Allocations({ shown }: { shown: boolean }) {
  const { document } = useReport();
  const alloc = document.alloc;
  const [mode, setMode] = useState<"live" | "allocated">("live");
  const [limit, setLimit] = useState(FIRST);
  const root = useMemo(() => (alloc ? areasOfAllocations(alloc[mode].tree) : null), [alloc, mode]);
  if (!alloc || !root) {
    return null;
  }
  const view = alloc[mode];
  const { recorder, total } = alloc;
  const whole = mode === "live" ? total.live_bytes : total.allocated_bytes;
  const lost = recorder.lost_blocks + recorder.lost_stacks > 0;
  return (
    <section id="allocations" aria-labelledby="allocations-heading">
      <div class="heading">
        <h2 id="allocations-heading">Allocations</h2>
        <p class="hint">
          In {recorder.seconds.toFixed(1)} s {bytes(total.allocated_bytes)} were allocated, of which {bytes(total.live_bytes)} (
          {percent(shareOf(total.live_bytes, total.allocated_bytes))}) are left
          {recorder.mode !== "exact" && <>; estimates, one sample in {bytes(recorder.interval)}</>}. Who allocates is not
          who holds: that is the verdict.
        </p>
        <div class="tools">
          <Choice
            label="Allocations"
            words={[["live", "Live"], ["allocated", "Allocated"]]}
            chosen={mode}
            onChoose={(next) => {
              setMode(next);
              setLimit(FIRST);
            }}
          />
        </div>
      </div>
      {lost && (
        <p class="note">
          The recorder had no room for {plural(recorder.lost_blocks, "block")} and {plural(recorder.lost_stacks, "stack")}.
        </p>
      )}
      <Areas
        key={mode}
        root={root}
        kind="icicle"
        levels={LEVELS}
        shown={shown}
        what="allocations"
        label={`Flame graph of what ${mode === "live" ? "is left" : "was allocated"}: calls, outermost first; the table below has the lines`}
      />
      <table class="grid lines" role="table" aria-label="Lines that allocated">
        <Head
          columns={[
            { label: "Line", kind: "name" },
            { label: mode === "live" ? "Live" : "Allocated", kind: "retained" },
            { label: "Blocks", kind: "count" },
          ]}
        />
        <tbody role="rowgroup">
          {view.lines.slice(0, limit).map((line, place) => (
            <Line key={place} line={line} whole={whole} />
          ))}
        </tbody>
      </table>
      {view.lines.length > limit && (
        <p class="actions">
          <MoreButton step={STEP} left={view.lines.length - limit} onMore={() => setLimit(limit + STEP)} />
        </p>
      )}
      {view.omitted.rows > 0 && (
        <p class="quiet">
          {plural(view.omitted.rows, "line")} with less, {bytes(view.omitted.bytes)} together, are not in this page:{" "}
          <Command words={`alloc --${mode}`} />
        </p>
      )}
    </section>
  );
}
