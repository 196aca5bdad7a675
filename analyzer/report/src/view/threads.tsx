// SPDX-License-Identifier: GPL-2.0-or-later

/* Every thread's stack, innermost call first, with what its locals retain. */

import type { Frame, Thread } from "../document.ts";
import { plural } from "../format.ts";
import { clip, visible } from "../text.ts";
import { Bytes, FileLine, Name, ObjectLink } from "./names.tsx";
import { useReport } from "./report.ts";

function largestLocal(thread: Thread): number {
  let largest = 0;
  for (const frame of thread.frames) {
    for (const local of frame.locals ?? []) {
      largest = Math.max(largest, local.retained_bytes);
    }
  }
  return largest;
}

function FrameItem({ frame }: { frame: Frame }) {
  return (
    <li>
      <p>
        <strong>
          <Name text={frame.function} />
        </strong>{" "}
        <span class="quiet">
          <FileLine file={frame.file} line={frame.line} />
        </span>
      </p>
      {frame.text && (
        <p class="code">
          <bdi dir="ltr">{visible(clip(frame.text.trim(), 240))}</bdi>
        </p>
      )}
      {frame.locals && frame.locals.length > 0 && (
        <ul class="locals">
          {frame.locals.map((local, place) => (
            <li key={place}>
              <ObjectLink address={local.address}>
                <Name text={local.name} />
              </ObjectLink>{" "}
              <span class="type">
                <Name text={local.type} limit={80} />
              </span>{" "}
              <Bytes value={local.retained_bytes} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

export function Threads() {
  const { document } = useReport();
  const threads = document.threads ?? [];
  if (threads.length === 0) {
    return null;
  }
  return (
    <section id="threads" aria-labelledby="threads-heading">
      <div class="heading">
        <h2 id="threads-heading">Threads</h2>
        <p class="hint">Innermost call first.</p>
      </div>
      {threads.map((thread, place) => (
        <details key={place} class="thread" open={threads.length === 1}>
          <summary>
            <Name text={thread.name} /> <span class="quiet">{plural(thread.frames.length, "frame")}</span>
            {largestLocal(thread) > 0 && (
              <span class="quiet">
                {", largest local "}
                <Bytes value={largestLocal(thread)} />
              </span>
            )}
          </summary>
          <ol class="frames">
            {thread.frames.map((frame, at) => (
              <FrameItem key={at} frame={frame} />
            ))}
          </ol>
        </details>
      ))}
    </section>
  );
}
