// SPDX-License-Identifier: GPL-2.0-or-later

/* Who holds what, and at which line: the first thing on the page. */

import type { AllocatedAt, HeldAt, Suspect } from "../document.ts";
import { bytes, count, exactBytes, percent, plural } from "../format.ts";
import { baseName, clip, sentence, visible } from "../text.ts";
import { growthSentence } from "../course.ts";
import {
  cutOf,
  evidenceLabel,
  explainEvidence,
  growthTitle,
  kindNote,
  merelyLarge,
  nothingSuspicious,
  suspected,
  suspectMarkdown,
  undecided,
  verdictMarkdown,
} from "../verdict.ts";
import { CopyButton } from "./copy.tsx";
import { Triage } from "./findings.tsx";
import { Sparkline } from "./growth.tsx";
import { Bytes, Command, FileLine, HeadingName, Name, ObjectLink, QualifiedName } from "./names.tsx";
import { Path } from "./path.tsx";
import { useReport } from "./report.ts";
import { Ways } from "./ways.tsx";

/* Suspects shown in full; the others are folded. */
const OPEN = 3;
/* Lines of source shown before and after the one that is meant. */
const AROUND = 2;
/* Entries of a list inside one suspect that are shown before "and more". */
const LISTED = 5;
/* Places of allocation: another fact than the holder, so few of them. */
const ALLOCATED = 2;

function SourceLines({ at }: { at: { file: string; line: number; text?: string } }) {
  const { document } = useReport();
  const source = document.source ?? {};
  const file = Object.prototype.hasOwnProperty.call(source, at.file) ? source[at.file] : undefined;
  const lines: { line: number; text: string }[] = [];
  for (let line = at.line - AROUND; line <= at.line + AROUND; line++) {
    const text = line === at.line ? (at.text ?? file?.[line]) : file?.[line];
    if (text !== undefined) {
      lines.push({ line, text });
    }
  }
  if (lines.length === 0) {
    return null;
  }
  /* A verdict may carry its line without the indentation that the lines around it have. */
  const alone = lines.length === 1;
  const meant = file?.[at.line];
  return (
    <pre class="source" tabIndex={0} aria-label={`Source, line ${at.line}`}>
      {lines.map(({ line, text }) => (
        <span key={line} class={line === at.line ? "line meant" : "line"}>
          <span class="lineno" aria-hidden="true">
            {line}
          </span>
          <bdi dir="ltr">
            {visible(clip(alone ? text.trim() : line === at.line && meant !== undefined ? meant : text, 240)).replaceAll(
              "\\t",
              "    ",
            ) + "\n"}
          </bdi>
        </span>
      ))}
    </pre>
  );
}

function Held({ held }: { held: HeldAt }) {
  return (
    <div class="place">
      <p>
        <strong>
          <FileLine file={held.file} line={held.line} />
        </strong>
        {held.function && (
          <>
            {" in "}
            <Name text={held.function} />
          </>
        )}{" "}
        <span class="tag" title={explainEvidence(held.evidence) || undefined}>
          {visible(clip(evidenceLabel(held), 80))}
        </span>
      </p>
      <SourceLines at={held} />
    </div>
  );
}

function Allocated({ at }: { at: AllocatedAt }) {
  return (
    <div class="place">
      <p>
        <FileLine file={at.file} line={at.line} />
        {at.function && (
          <>
            {" in "}
            <Name text={at.function} />
          </>
        )}
        <span class="quiet">
          {", "}
          <Bytes value={at.bytes} /> in {plural(at.blocks, "block")}
        </span>
      </p>
      {at.text && (
        <p class="code quiet">
          <bdi dir="ltr">{visible(clip(at.text.trim(), 200))}</bdi>
        </p>
      )}
    </div>
  );
}

function More({ left, words }: { left: number; words: string }) {
  return left > 0 ? (
    <p class="quiet">
      and {count(left)} more: <Command words={words} />
    </p>
  ) : null;
}

function SuspectFacts({ suspect }: { suspect: Suspect }) {
  const { document, snapshot } = useReport();
  const all = document.ways ?? {};
  const { address } = suspect.holder;
  const ways = Object.prototype.hasOwnProperty.call(all, address) ? all[address] : undefined;
  const held = suspect.held_at ?? [];
  const allocated = suspect.allocated_at ?? [];
  const contents = suspect.contents ?? [];
  const cut = cutOf(document, suspect);
  const doubt = undecided(suspect);
  const reasons = (suspect.reasons ?? []).filter((reason) => reason !== doubt);
  return (
    <dl class="facts">
      {doubt && (
        <>
          <dt>Undecided</dt>
          <dd class="undecided">
            {sentence(doubt.sentence)}.
            {!suspect.growth && (
              <span class="quiet">
                {" A second snapshot tells: "}
                <Command words="suspects" files={`${snapshot} SECOND`} />
              </span>
            )}
          </dd>
        </>
      )}
      <dt>Held at</dt>
      <dd class="held">
        {held.length === 0 && <p>No line is known.</p>}
        {held.slice(0, LISTED).map((at, place) => (
          <Held key={place} held={at} />
        ))}
        <More left={held.length - LISTED} words="suspects" />
      </dd>
      {suspect.growth && (
        <>
          <dt>{growthTitle(suspect)}</dt>
          <dd class="course" data-change={suspect.growth.change}>
            <Sparkline series={suspect.growth.bytes} /> {growthSentence(suspect.growth)}
          </dd>
        </>
      )}
      {cut.length > 0 && (
        <>
          <dt>To free it</dt>
          <dd>
            {cut.length === 1 ? (
              <p>
                cut 1 reference: <Name text={cut[0] ?? ""} />
              </p>
            ) : (
              <>
                <p>cut {plural(cut.length, "reference")}:</p>
                <ul class="plain">
                  {cut.slice(0, LISTED).map((reference, place) => (
                    <li key={place}>
                      <Name text={reference} />
                    </li>
                  ))}
                </ul>
                <More left={cut.length - LISTED} words={`cut ${suspect.holder.address}`} />
              </>
            )}
          </dd>
        </>
      )}
      {suspect.path && suspect.path.length > 0 && (
        <>
          <dt>Path</dt>
          <dd>
            <Path path={suspect.path} holder={suspect.holder.address} />
            {ways && <Ways ways={ways} address={suspect.holder.address} />}
          </dd>
        </>
      )}
      {contents.length > 0 && (
        <>
          <dt>Holds</dt>
          <dd>
            <ul class="plain">
              {contents.slice(0, LISTED).map((content, place) => (
                <li key={place}>
                  <span class="number">{count(content.count)}</span> × <QualifiedName text={content.type} />,{" "}
                  <Bytes value={content.bytes} />
                </li>
              ))}
            </ul>
            <More left={contents.length - LISTED} words="suspects" />
          </dd>
        </>
      )}
      {allocated.length > 0 && (
        <>
          <dt>Allocated at</dt>
          <dd>
            {allocated.slice(0, ALLOCATED).map((at, place) => (
              <Allocated key={place} at={at} />
            ))}
            {allocated.length > ALLOCATED && (
              <details>
                <summary class="quiet">{count(allocated.length - ALLOCATED)} more</summary>
                {allocated.slice(ALLOCATED, LISTED).map((at, place) => (
                  <Allocated key={place} at={at} />
                ))}
                <More left={allocated.length - LISTED} words="alloc --live" />
              </details>
            )}
          </dd>
        </>
      )}
      {reasons.length > 0 && (
        <>
          <dt>Why</dt>
          <dd>
            <ul class="plain prose">
              {reasons.map((reason, place) => (
                <li key={place}>{sentence(visible(clip(reason.sentence, 400)))}</li>
              ))}
            </ul>
          </dd>
        </>
      )}
    </dl>
  );
}

function SuspectCard({
  suspect,
  only,
  onReveal,
}: {
  suspect: Suspect;
  only: boolean;
  onReveal: (row: number) => void;
}) {
  const { document, tree } = useReport();
  const { holder } = suspect;
  const row = tree.rowOfAddress.get(holder.address);
  const id = `suspect-${suspect.rank}`;
  return (
    <article class="suspect" id={id} aria-labelledby={`${id}-name`} data-address={holder.address}>
      <p class="eyebrow">
        {only ? "The suspect" : `Suspect ${count(suspect.rank)}`}{" "}
        {suspect.verdict === "uncertain" && <span class="tag">undecided</span>}{" "}
        {suspect.growth?.change === "flat" && <span class="tag">did not grow</span>}
        {suspect.growth?.every_step && <span class="tag strong">grew in every step</span>}
      </p>
      <h3 id={`${id}-name`}>
        <ObjectLink address={holder.address}>
          <HeadingName text={holder.name} />
        </ObjectLink>
      </h3>
      <p class="lead">
        <Name text={holder.type} limit={80} />
        {holder.length !== undefined && <>, {plural(holder.length, "item")},</>} retains{" "}
        <strong class="number" data-field="retained" title={exactBytes(suspect.retained_bytes)}>
          {bytes(suspect.retained_bytes)}
        </strong>
        , <strong class="number">{percent(suspect.share)}</strong> of the Python heap
      </p>
      <div class="meter" aria-hidden="true">
        <span style={{ width: `${Math.min(100, Math.max(0, suspect.share * 100))}%` }} />
      </div>
      <p class="exact number">
        {exactBytes(suspect.retained_bytes)} in {plural(suspect.retained_objects, "object")}
      </p>
      {kindNote(suspect.kind) !== "" && <p class="note">{kindNote(suspect.kind)}</p>}
      <SuspectFacts suspect={suspect} />
      <p class="actions">
        <CopyButton label="Copy as Markdown" text={() => suspectMarkdown(document, suspect)} />
        {row !== undefined && (
          <button type="button" class="button" onClick={() => onReveal(row)}>
            Show in the tree
          </button>
        )}
      </p>
    </article>
  );
}

function Large({ suspects }: { suspects: Suspect[] }) {
  return (
    <details class="large">
      <summary>
        Large, but not a suspect: {plural(suspects.length, "holder")}
      </summary>
      <ul class="plain">
        {suspects.map((suspect) => (
          <li key={suspect.rank}>
            <p>
              <ObjectLink address={suspect.holder.address}>
                <strong>
                  <Name text={suspect.holder.name} />
                </strong>
              </ObjectLink>{" "}
              <span class="type">
                <Name text={suspect.holder.type} limit={80} />
              </span>{" "}
              <Bytes value={suspect.retained_bytes} />, <span class="number">{percent(suspect.share)}</span>
            </p>
            {(suspect.reasons ?? []).map((reason, place) => (
              <p key={place} class="quiet">
                {visible(clip(reason.sentence, 400))}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

/* All suspects in a line each, before the details. */
function Glance({ suspects }: { suspects: Suspect[] }) {
  return (
    <ol class="glance" aria-label="The suspects in short">
      {suspects.map((suspect) => {
        const held = suspect.held_at?.[0];
        return (
          <li key={suspect.rank}>
            <a href={`#suspect-${suspect.rank}`}>
              <Name text={suspect.holder.name} limit={80} />
            </a>
            <span class="number size">{bytes(suspect.retained_bytes)}</span>
            <span class="number quiet size">{percent(suspect.share)}</span>
            <span>{suspect.growth && <Sparkline series={suspect.growth.bytes} />}</span>
            <span class="where quiet">{held && <FileLine file={baseName(held.file)} line={held.line} />}</span>
          </li>
        );
      })}
    </ol>
  );
}

export function Verdict({ onReveal }: { onReveal: (row: number) => void }) {
  const { document } = useReport();
  const found = suspected(document);
  const large = merelyLarge(document);
  const open = found.slice(0, OPEN);
  const folded = found.slice(OPEN);
  return (
    <section id="verdict" aria-labelledby="verdict-heading">
      <h2 id="verdict-heading" class="unseen">
        Verdict
      </h2>
      {found.length === 0 && (
        <div class="calm">
          <p class="lead">{nothingSuspicious(document)}</p>
          <p class="quiet">What it holds most of is in the tree and the table below.</p>
        </div>
      )}
      {found.length > 1 && (
        <>
          <p class="count-line">
            <strong>{plural(found.length, "suspect")}</strong>
          </p>
          <Glance suspects={open} />
        </>
      )}
      {open.map((suspect) => (
        <SuspectCard key={suspect.rank} suspect={suspect} only={found.length === 1} onReveal={onReveal} />
      ))}
      {folded.map((suspect) => (
        <details key={suspect.rank} class="folded">
          <summary>
            <span class="eyebrow">Suspect {count(suspect.rank)}</span> <Name text={suspect.holder.name} />{" "}
            <Bytes value={suspect.retained_bytes} />, <span class="number">{percent(suspect.share)}</span>
          </summary>
          <SuspectCard suspect={suspect} only={false} onReveal={onReveal} />
        </details>
      ))}
      {found.length > 1 && (
        <p class="actions">
          <CopyButton label={`Copy all ${found.length} as Markdown`} text={() => verdictMarkdown(document)} />
        </p>
      )}
      <Triage />
      {large.length > 0 && <Large suspects={large} />}
    </section>
  );
}
