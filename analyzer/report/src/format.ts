// SPDX-License-Identifier: GPL-2.0-or-later

/* Numbers as text. Nothing here depends on the reader's language or clock: the same document gives the same page. */

/* No-break space, between a number and its unit. */
export const SPACE = "\u00a0";

/* 30000462 -> "30,000,462" */
export function count(value: number): string {
  if (!Number.isFinite(value)) {
    return "?";
  }
  const digits = String(Math.abs(Math.trunc(value)));
  return (value < 0 ? "-" : "") + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/* 30000462 -> "30,000,462 B" */
export function exactBytes(value: number): string {
  return count(value) + SPACE + "B";
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/* 30000462 -> "28.6 MiB"; below 1 KiB exact. */
export function bytes(value: number): string {
  if (Math.abs(value) < 1024 || !Number.isFinite(value)) {
    return exactBytes(value);
  }
  let scaled = value / 1024;
  let unit = 0;
  /* 1023.95 would be written 1024.0. */
  while (Math.abs(scaled) >= 1023.95 && unit < UNITS.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return scaled.toFixed(1) + SPACE + UNITS[unit];
}

/* 0.713 -> "71 %", 0.0713 -> "7.1 %"; what is not nothing is never written as nothing, nor a part as the whole. */
export function percent(share: number): string {
  const value = share * 100;
  if (!Number.isFinite(value)) {
    return "?";
  }
  if (value > 0 && value < 0.1) {
    return "<" + SPACE + "0.1" + SPACE + "%";
  }
  if (value < 100 && value >= 99.5) {
    return ">" + SPACE + "99" + SPACE + "%";
  }
  const digits = value !== 0 && value < 9.95 ? 1 : 0;
  return value.toFixed(digits) + SPACE + "%";
}

export function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e6) {
    return count(Math.round(nanoseconds / 1e3)) + SPACE + "µs";
  }
  if (nanoseconds < 1e9) {
    return (nanoseconds / 1e6).toFixed(nanoseconds < 1e7 ? 1 : 0) + SPACE + "ms";
  }
  return (nanoseconds / 1e9).toFixed(nanoseconds < 1e10 ? 2 : 1) + SPACE + "s";
}

/* plural(6, "item") -> "6 items" */
export function plural(value: number, one: string, many = one + "s"): string {
  return count(value) + SPACE + (value === 1 ? one : many);
}

/* "2026-11-23T06:27:12Z" -> "2026-11-23 06:27:12 UTC"; anything else as it is. */
export function time(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?Z$/.exec(iso);
  return parts ? `${parts[1]} ${parts[2]} UTC` : iso;
}
