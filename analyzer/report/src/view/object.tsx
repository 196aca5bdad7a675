// SPDX-License-Identifier: GPL-2.0-or-later

/* One object as a place of its own. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Hop, Reference } from "../document.ts";
import { bytes, count, exactBytes, percent, plural, shareOf } from "../format.ts";
import { clip, visible } from "../text.ts";
import { ancestors, sortRows } from "../tree.ts";
import { CopyButton } from "./copy.tsx";
import { Head } from "./grid.tsx";
import { Bytes, Command, HeadingName, MoreButton, Name, ObjectLink, QualifiedName, Share } from "./names.tsx";
import { Path } from "./path.tsx";
import { useReport } from "./report.ts";

const FIRST = 20;
const STEP = 200;
const PREVIEW = 4000;

function References({
  title,
  hint,
  rows,
  omitted,
  address,
}: {
  title: string;
  hint: string;
  rows: Reference[];
  omitted: number;
  address: string;
}) {
  const { document } = useReport();
  const [limit, setLimit] = useState(FIRST);
  const shown = rows.slice(0, limit);
  return (
    <section>
      <div class="heading">
        <h3>{title}</h3>
        <p class="hint">{hint}</p>
      </div>
      <table class="grid references" role="table" aria-label={title}>
        <Head columns={[{ label: "Name", kind: "name" }, { label: "Retained", kind: "retained" }]} />
        <tbody role="rowgroup">
          {shown.map((row, place) => (
            <tr role="row" key={place}>
              <th role="rowheader" scope="row" class="name">
                <span class="label">
                  <ObjectLink address={row.address}>
                    <Name text={row.label || row.address} limit={120} />
                  </ObjectLink>
                </span>{" "}
                <span class="type">
                  <Name text={row.type} limit={80} />
                </span>
              </th>
              <td role="cell" class="retained">
                <Bytes value={row.retained} />
                <Share part={row.retained} whole={document.info.bytes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <p class="actions">
          <MoreButton step={STEP} left={rows.length - shown.length} onMore={() => setLimit(limit + STEP)} />
        </p>
      )}
      {omitted > 0 && (
        <p class="quiet">
          {plural(omitted, "more", "more")} not in this page: <Command words={`show ${address}`} />
        </p>
      )}
    </section>
  );
}

export function ObjectPage({ address }: { address: string }) {
  const { document, tree, suspectOfAddress } = useReport();
  const heading = useRef<HTMLHeadingElement>(null);
  const objects = document.objects ?? {};
  const record = Object.prototype.hasOwnProperty.call(objects, address) ? objects[address] : undefined;
  const index = tree.rowOfAddress.get(address);
  const row = index === undefined ? undefined : tree.rows[index];
  const suspect = suspectOfAddress.get(address);

  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [address]);

  const back = (
    <nav class="back" aria-label="Back">
      <a href="#verdict">← Report</a>
    </nav>
  );
  if (!record && !row) {
    return (
      <main class="object" id="object">
        {back}
        <h2 ref={heading} tabIndex={-1}>
          {address}
        </h2>
        <p>
          This object is not among those that the page holds: <Command words={`show ${address}`} />
        </p>
      </main>
    );
  }
  const type = record?.type ?? row?.type ?? "";
  const label = record?.label || suspect?.holder.name || row?.label || address;
  const shallow = record?.shallow ?? row?.shallow ?? 0;
  const retained = record?.retained ?? row?.retained ?? 0;
  const chain: Hop[] = row
    ? [...ancestors(tree, row.index), row.index].slice(1).map((at) => {
        const step = tree.rows[at];
        return { label: step?.label ?? "", type: step?.type ?? "", address: step?.address ?? "", dominator: true };
      })
    : [];
  const dominated: Reference[] = row
    ? sortRows(
        row.children.flatMap((child) => tree.rows[child] ?? []),
        { key: "retained", descending: true },
      ).map((child) => ({
        label: child.label,
        type: child.group > 0 ? `${count(child.group)} × ${child.type}` : child.type,
        address: child.group > 0 ? "" : child.address,
        retained: child.retained,
      }))
    : [];
  return (
    <main class="object" id="object">
      {back}
      <p class="eyebrow">
        <QualifiedName text={type} />
      </p>
      <h2 ref={heading} tabIndex={-1}>
        <HeadingName text={label} />
      </h2>
      <p class="lead">
        retains{" "}
        <strong class="number" title={exactBytes(retained)}>
          {bytes(retained)}
        </strong>
        , <strong class="number">{percent(shareOf(retained, document.info.bytes))}</strong> of the Python heap
      </p>
      <dl class="facts">
        <dt>Retained</dt>
        <dd class="number">
          {exactBytes(retained)}
          {row && <> in {plural(row.count, "object")}</>}
        </dd>
        <dt>Own size</dt>
        <dd class="number">{exactBytes(shallow)}</dd>
        <dt>Address</dt>
        <dd>
          <code>{address}</code>
        </dd>
        {suspect && (
          <>
            <dt>Verdict</dt>
            <dd>
              <a href={`#suspect-${suspect.rank}`}>Suspect {count(suspect.rank)}</a>
            </dd>
          </>
        )}
        {record?.preview && (
          <>
            <dt>Value</dt>
            <dd>
              <code class="preview">
                <bdi dir="ltr">{visible(clip(record.preview, PREVIEW))}</bdi>
              </code>
            </dd>
          </>
        )}
        {record?.path && record.path.length > 0 ? (
          <>
            <dt>Path</dt>
            <dd>
              <Path path={record.path} holder={address} />
            </dd>
          </>
        ) : (
          chain.length > 0 && (
            <>
              <dt>Dominators</dt>
              <dd>
                <Path path={chain} holder={address} />
              </dd>
            </>
          )
        )}
      </dl>
      <p class="actions">
        <CopyButton label="Copy name" text={() => visible(label)} />
        <CopyButton label="Copy address" text={() => address} />
      </p>
      {dominated.length > 0 && (
        <References
          title="Held only by this"
          hint="Its children in the dominator tree."
          rows={dominated}
          omitted={row?.hidden ?? 0}
          address={address}
        />
      )}
      {record?.references && record.references.length > 0 && (
        <References
          title="Refers to"
          hint="Outgoing references."
          rows={record.references}
          omitted={record.references_omitted ?? 0}
          address={address}
        />
      )}
      {record?.referrers && record.referrers.length > 0 && (
        <References
          title="Referred to by"
          hint="Incoming references."
          rows={record.referrers}
          omitted={record.referrers_omitted ?? 0}
          address={address}
        />
      )}
      <p class="quiet">
        Everything known of it: <Command words={`show ${address}`} />
      </p>
    </main>
  );
}
