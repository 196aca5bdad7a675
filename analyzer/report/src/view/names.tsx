// SPDX-License-Identifier: GPL-2.0-or-later

/* Small pieces that show one thing: a name, a link to an object, a share, a command. */

import { type ComponentChildren, Fragment } from "preact";
import { bytes, count, exactBytes, percent, shareOf } from "../format.ts";
import { objectHash } from "../route.ts";
import { baseName, clip, directory, splitQualified, visible } from "../text.ts";
import { isKnown, useReport } from "./report.ts";

/* Longest name shown in a line. */
const NAME_LIMIT = 160;
/* Longest name shown in a tooltip. */
const TITLE_LIMIT = 1000;

/* A name from the heap. Its direction is isolated: marks in it cannot reorder what stands around it. */
export function Name({ text, limit = NAME_LIMIT }: { text: string; limit?: number }) {
  const title = text.length > limit ? visible(clip(text, TITLE_LIMIT)) : undefined;
  return (
    <bdi class="name" dir="ltr" title={title}>
      {visible(clip(text, limit))}
    </bdi>
  );
}

/* A name in large letters, which on a narrow screen breaks before a dot or after an underscore. */
export function HeadingName({ text }: { text: string }) {
  const parts = visible(clip(text, NAME_LIMIT)).split(/(?=\.\w)|(?<=_)(?=[^_])/);
  return (
    <bdi class="name" dir="ltr" title={text.length > NAME_LIMIT ? visible(clip(text, TITLE_LIMIT)) : undefined}>
      {parts.map((part, place) => (
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  );
}

/* "collections.OrderedDict" with its module in the background. */
export function QualifiedName({ text }: { text: string }) {
  const [module, name] = text.length > NAME_LIMIT ? ["", text] : splitQualified(text);
  return (
    <bdi class="name" dir="ltr" title={text.length > NAME_LIMIT ? visible(clip(text, TITLE_LIMIT)) : undefined}>
      {module !== "" && <span class="quiet">{visible(module)}</span>}
      {visible(clip(name, NAME_LIMIT))}
    </bdi>
  );
}

export function FileLine({ file, line }: { file: string; line: number }) {
  return (
    <bdi class="name" dir="ltr" title={visible(clip(file, TITLE_LIMIT))}>
      <span class="quiet folder">{visible(clip(directory(file), 80))}</span>
      {visible(clip(baseName(file), NAME_LIMIT))}:{line}
    </bdi>
  );
}

/* A link when the page knows the object, else only its children. */
export function ObjectLink({ address, children }: { address: string | undefined; children: ComponentChildren }) {
  const report = useReport();
  if (!address || !isKnown(report, address)) {
    return <>{children}</>;
  }
  return (
    <a class="object" href={objectHash(address)}>
      {children}
    </a>
  );
}

export function Bytes({ value }: { value: number }) {
  return (
    <span class="number" title={exactBytes(value)}>
      {bytes(value)}
    </span>
  );
}

/* A bar and the percentage that it draws. */
export function Share({ part, whole }: { part: number; whole: number }) {
  const share = shareOf(part, whole);
  return (
    <span class="share">
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
      </span>
      <span class="number percent">{percent(share)}</span>
    </span>
  );
}

/* A command of ours that shows what the page leaves out. */
export function Command({ words, files }: { words: string; files?: string }) {
  const { snapshot } = useReport();
  const [verb, ...rest] = words.split(" ");
  return <code class="command">{["whoholds", verb, files ?? snapshot, ...rest].join(" ")}</code>;
}

/* "Show 200 of 1,950 more" */
export function MoreButton({
  step,
  left,
  onMore,
  inRow = false,
}: {
  step: number;
  left: number;
  onMore: () => void;
  inRow?: boolean;
}) {
  return (
    <button type="button" class="button" tabIndex={inRow ? -1 : undefined} onClick={onMore}>
      Show {step < left && `${count(step)} of `}
      {count(left)} more
    </button>
  );
}

