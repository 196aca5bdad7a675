// SPDX-License-Identifier: GPL-2.0-or-later

/* What no name reaches: cycles that wait for the collector, and what native code holds. */

import { useState } from "preact/hooks";
import type { Garbage } from "../document.ts";
import { bytes, count, plural } from "../format.ts";
import { clip, visible } from "../text.ts";
import { Head, massColumns, MassRow } from "./grid.tsx";
import { Command, MoreButton, Name, ObjectLink, QualifiedName } from "./names.tsx";
import { useReport } from "./report.ts";

const FIRST = 10;
const STEP = 100;

function collectorSentence({ collector }: Garbage): string {
  const words: string[] = [];
  if (!collector.known) {
    words.push("The snapshot does not tell what the collector does.");
  } else {
    words.push(collector.enabled ? "The collector is on." : "The collector is off (gc.disable).");
    const thresholds = collector.generations.map((generation) => count(generation.threshold)).join(", ");
    if (thresholds !== "") {
      words.push(`Its thresholds: ${thresholds}; collections so far: ${collector.generations.map((generation) => count(generation.collections)).join(", ")}.`);
    }
  }
  if (collector.collecting) {
    words.push("A collection was running when the snapshot was taken.");
  }
  if (collector.frozen.objects > 0) {
    words.push(`${plural(collector.frozen.objects, "object")} (${bytes(collector.frozen.bytes)}) are frozen (gc.freeze).`);
  }
  if (collector.garbage_list > 0) {
    words.push(`gc.garbage holds ${plural(collector.garbage_list, "object")}.`);
  }
  return words.join(" ");
}

function Groups({ garbage }: { garbage: Garbage }) {
  const [limit, setLimit] = useState(FIRST);
  return (
    <>
      <table class="grid garbage" role="table" aria-label="Unreachable cycles">
        <Head columns={massColumns("Entered at", "Retained", "Objects")} />
        <tbody role="rowgroup">
          {garbage.groups.slice(0, limit).map((group, place) => (
            <MassRow key={place} bytes={group.bytes} number={group.objects}>
              <span class="number">{count(group.entries)} × </span>
              <ObjectLink address={group.example.address}>
                <QualifiedName text={group.type} />
              </ObjectLink>{" "}
              {group.finalizer && <span class="tag">has __del__</span>}
              {group.cycle !== "" && (
                <span class="quiet block">
                  holds itself by <Name text={group.cycle} limit={120} />
                </span>
              )}
            </MassRow>
          ))}
        </tbody>
      </table>
      {garbage.groups.length > limit && (
        <p class="actions">
          <MoreButton step={STEP} left={garbage.groups.length - limit} onMore={() => setLimit(limit + STEP)} />
        </p>
      )}
    </>
  );
}

function Natives({ garbage }: { garbage: Garbage }) {
  const [limit, setLimit] = useState(FIRST);
  return (
    <>
      <h3>Held by native code</h3>
      <p class="hint">Python objects whose reference count is higher than the references that Python objects explain.</p>
      <table class="grid natives" role="table" aria-label="Held by native code">
        <Head columns={massColumns("Object", "Retained", "References")} />
        <tbody role="rowgroup">
          {garbage.native_objects.slice(0, limit).map((native, place) => (
            <MassRow key={place} bytes={native.object.retained_bytes} number={native.unaccounted}>
              <ObjectLink address={native.object.address}>
                <QualifiedName text={native.object.type} />
              </ObjectLink>{" "}
              <code class="quiet">{native.object.address}</code>
              {native.sentence !== "" && !native.sentence.startsWith("held by native code") && <span class="quiet block">{visible(clip(native.sentence, 300))}</span>}
            </MassRow>
          ))}
        </tbody>
      </table>
      {garbage.native_objects.length > limit && (
        <p class="actions">
          <MoreButton step={STEP} left={garbage.native_objects.length - limit} onMore={() => setLimit(limit + STEP)} />
        </p>
      )}
    </>
  );
}

export function GarbageSection() {
  const { document } = useReport();
  const { garbage } = document;
  if (!garbage) {
    return null;
  }
  const omitted = garbage.groups_omitted + garbage.native_objects_omitted;
  return (
    <section id="garbage" aria-labelledby="garbage-heading">
      <div class="heading">
        <h2 id="garbage-heading">Garbage</h2>
        <p class="hint">
          {garbage.garbage.objects === 0
            ? "Nothing waits for the collector: every object is reached from a root."
            : `${plural(garbage.garbage.objects, "object")}, ${bytes(garbage.garbage.bytes)}, that no root reaches: cycles that wait for the collector.`}{" "}
          {collectorSentence(garbage)}
        </p>
      </div>
      {garbage.groups.length > 0 && <Groups garbage={garbage} />}
      {garbage.native_objects.length > 0 && <Natives garbage={garbage} />}
      {omitted > 0 && (
        <p class="quiet">
          {plural(omitted, "more", "more")} not in this page: <Command words="garbage" />
        </p>
      )}
    </section>
  );
}
