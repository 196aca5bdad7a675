// SPDX-License-Identifier: GPL-2.0-or-later

/* How much of the process' memory the heap explains. */

import { accountOf } from "../account.ts";
import { bytes, percent, shareOf } from "../format.ts";
import { Head, massColumns } from "./grid.tsx";
import { Bytes, Command, Name } from "./names.tsx";
import { useReport } from "./report.ts";

export function Memory() {
  const { document } = useReport();
  const { info } = document;
  const account = accountOf(info);
  const sum = account.parts.reduce((total, part) => total + part.bytes, 0);
  const explained = account.parts.filter((part) => part.kind !== "rest").reduce((total, part) => total + part.bytes, 0);
  const whole = Math.max(account.whole, sum);
  return (
    <section id="memory" aria-labelledby="memory-heading">
      <div class="heading">
        <h2 id="memory-heading">Memory</h2>
        <p class="hint">
          {account.whole > 0 ? (
            <>
              {bytes(account.whole)} resident (RSS), of which {percent(shareOf(explained, account.whole))} is explained.
            </>
          ) : (
            "The resident memory of the process is not known."
          )}
          {account.over && " The heap is larger than what is resident: part of it is swapped out or shared."}
        </p>
      </div>
      <div class="stack" aria-hidden="true">
        {account.parts.map((part) => (
          <span key={part.name} class={`part ${part.kind}`} style={{ width: `${shareOf(part.bytes, whole) * 100}%` }} />
        ))}
      </div>
      <table class="grid account" role="table" aria-labelledby="memory-heading">
        <Head columns={massColumns("Part", "Size", "Share")} />
        <tbody role="rowgroup">
          {account.parts.map((part) => (
            <tr role="row" key={part.name}>
              <th role="rowheader" scope="row" class="name">
                <span class={`key part ${part.kind}`} aria-hidden="true" />
                {part.kind === "other" ? <Name text={part.name} /> : part.name}{" "}
                {part.note && <span class="quiet note">{part.note}</span>}
              </th>
              <td role="cell" class="shallow">
                <Bytes value={part.bytes} />
              </td>
              <td role="cell" class="count number">
                {percent(shareOf(part.bytes, whole))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {account.facts.length > 0 && (
        <details class="kernel">
          <summary>As the kernel and the allocators tell it</summary>
          <table class="grid account" role="table" aria-label="Lines of the memory account">
            <tbody role="rowgroup">
              {account.facts.map((fact, place) => (
                <tr role="row" key={place}>
                  <th role="rowheader" scope="row" class="name">
                    <Name text={fact.name} />{" "}
                    {fact.of && (
                      <span class="quiet note">
                        of <Name text={fact.of} />
                      </span>
                    )}
                  </th>
                  <td role="cell" class="shallow">
                    <Bytes value={fact.bytes} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <p class="quiet">
        More: <Command words="info" />
      </p>
    </section>
  );
}
