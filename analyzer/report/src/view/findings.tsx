// SPDX-License-Identifier: GPL-2.0-or-later

/* What rules found: beside the verdict, and as a view of what the program could do without. */

import type { Finding } from "../document.ts";
import { bytes, plural } from "../format.ts";
import { clip, sentence, shellWord, visible } from "../text.ts";
import { Head, massColumns, MassRow } from "./grid.tsx";
import { Bytes, Name, ObjectLink, QualifiedName } from "./names.tsx";
import { useReport } from "./report.ts";

/* Findings beside the verdict that are shown at once. */
const SHOWN = 5;

/* The command that shows the rest: whoholds' own words, with the snapshot in its place. */
function Query({ query }: { query: string }) {
  const { snapshot } = useReport();
  const show = (word: string) => (/^--[a-z-]+$/.test(word) ? word : (shellWord(word) ?? "…"));
  const words = query.split(" ").map((word) => (word === "SNAPSHOT" ? snapshot : show(word)));
  return <code class="command">{["whoholds", ...words].join(" ")}</code>;
}

function Item({ finding }: { finding: Finding }) {
  return (
    <li id={`finding-${finding.id.replace(/[^a-z0-9-]/g, "")}`}>
      <p>
        <strong class="number">{bytes(finding.bytes)}</strong> {visible(clip(finding.sentence, 400))}
      </p>
      <p class="quiet">
        <Query query={finding.query} />
      </p>
    </li>
  );
}

export function Triage() {
  const { document } = useReport();
  const findings = (document.triage?.findings ?? []).filter((finding) => finding.known);
  if (findings.length === 0) {
    return null;
  }
  return (
    <div class="triage">
      <h3>Also worth a look</h3>
      <ul class="plain findings">
        {findings.slice(0, SHOWN).map((finding) => (
          <Item key={finding.id} finding={finding} />
        ))}
      </ul>
      {findings.length > SHOWN && (
        <details>
          <summary>{plural(findings.length - SHOWN, "more", "more")}</summary>
          <ul class="plain findings">
            {findings.slice(SHOWN).map((finding) => (
              <Item key={finding.id} finding={finding} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Kind({ finding, whole }: { finding: Finding; whole: number }) {
  return (
    <details class="kind">
      <summary>
        <span class="kind-name">{sentence(visible(clip(finding.title, 80)))}</span>{" "}
        <span class="quiet number">{plural(finding.count, "object")}</span> <Bytes value={finding.bytes} />
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.min(100, whole > 0 ? (finding.bytes / whole) * 100 : 0)}%` }} />
        </span>
      </summary>
      <p>{sentence(visible(clip(finding.sentence, 400)))}.</p>
      {finding.offenders.length > 0 && (
        <table class="grid offenders" role="table" aria-label={visible(clip(finding.title, 80))}>
          <Head columns={massColumns("Where", "At stake", "Objects")} />
          <tbody role="rowgroup">
            {finding.offenders.map((offender, place) => (
              <MassRow key={place} bytes={offender.bytes} number={offender.count}>
                <ObjectLink address={offender.object.address}>
                  <Name text={offender.name} limit={120} />
                </ObjectLink>{" "}
                {offender.object.type !== offender.name && (
                  <span class="type">
                    <QualifiedName text={offender.object.type} />
                  </span>
                )}
                {offender.detail !== "" && <span class="quiet block">{visible(clip(offender.detail, 200))}</span>}
              </MassRow>
            ))}
          </tbody>
        </table>
      )}
      <p class="quiet">
        {finding.omitted > 0 && <>{plural(finding.omitted, "more", "more")} not in this page: </>}
        <Query query={finding.query} />
      </p>
    </details>
  );
}

export function WasteSection() {
  const { document } = useReport();
  const { waste } = document;
  if (!waste) {
    return null;
  }
  const kinds = waste.kinds.filter((kind) => kind.known && kind.bytes > 0);
  const none = waste.kinds.filter((kind) => kind.known && kind.bytes === 0);
  const unknown = waste.kinds.filter((kind) => !kind.known);
  const list = (some: Finding[]) => some.map((kind) => visible(clip(kind.title, 80))).join(", ");
  return (
    <section id="waste" aria-labelledby="waste-heading">
      <div class="heading">
        <h2 id="waste-heading">Waste</h2>
        <p class="hint">Bytes that the program could do without. The kinds overlap.</p>
      </div>
      {kinds.map((kind) => (
        <Kind key={kind.id} finding={kind} whole={waste.live_bytes} />
      ))}
      {none.length > 0 && (
        <p class="quiet">
          {kinds.length === 0 ? "Nothing was found." : "Not found:"} {list(none)}.
        </p>
      )}
      {unknown.length > 0 && <p class="quiet">The snapshot does not tell: {list(unknown)}.</p>}
    </section>
  );
}
