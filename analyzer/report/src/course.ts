// SPDX-License-Identifier: GPL-2.0-or-later

/* What a series over several snapshots says, in words. */

import type { Course, Diff, Growth } from "./document.ts";
import { bytes, plural, time } from "./format.ts";

/* 1572864 -> "+1.5 MiB" */
export function change(value: number): string {
  return (value > 0 ? "+" : "") + bytes(value);
}

/* Of a row of a comparison: "grown, each step", "new, since 3". Snapshots are counted from 1 in words. */
export function courseWord(course: Course): string {
  const up = course.change === "new" || course.change === "grown";
  if (up && course.every_step) {
    return `${course.change}, each step`;
  }
  if (up && course.since < course.bytes.length - 1) {
    return `${course.change}, since ${course.since + 1}`;
  }
  return course.change;
}

const ends = (course: Course) => `${bytes(course.bytes[0] ?? 0)} to ${bytes(course.bytes[course.bytes.length - 1] ?? 0)}`;

/* Of a suspect: since when it grows, or that it does not. */
export function growthSentence(growth: Growth): string {
  const last = growth.bytes.length - 1;
  if (growth.since < last) {
    const steps = last - growth.since;
    const each = steps === 1 ? "in the last step" : `in each of ${plural(steps, "step")}`;
    return `since ${time(growth.since_created)}, ${each}: ${ends(growth)} in ${plural(last + 1, "snapshot")}`;
  }
  if (growth.change === "flat") {
    return `It did not grow: ${ends(growth)} in ${plural(last + 1, "snapshot")}`;
  }
  return `not in the last step: ${ends(growth)} in ${plural(last + 1, "snapshot")}`;
}

/* The whole heap over time, as a course of its own. */
export function heapSentence(diff: Diff): string {
  const first = diff.snapshots[0];
  const last = diff.snapshots[diff.snapshots.length - 1];
  if (!first || !last) {
    return "";
  }
  return (
    `${plural(diff.snapshots.length, "snapshot")}, ${time(first.created)} to ${time(last.created)}: ` +
    `the live heap went from ${bytes(first.bytes)} to ${bytes(last.bytes)}.`
  );
}

/* As much of the times as tells them apart: the day only if it changes, milliseconds only where seconds are the same. */
export function clocksOf(times: string[]): string[] {
  const parts = times.map((iso) => /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(iso));
  if (parts.some((part) => part === null)) {
    return times;
  }
  const oneDay = new Set(parts.map((part) => part?.[1])).size === 1;
  const seconds = parts.map((part) => `${oneDay ? "" : `${part?.[1]} `}${part?.[2]}`);
  const apart = new Set(seconds).size === seconds.length;
  return seconds.map((second, place) => (apart ? second : second + (parts[place]?.[3] ?? "")));
}
