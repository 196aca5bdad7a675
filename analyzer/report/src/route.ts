// SPDX-License-Identifier: GPL-2.0-or-later

/* An object is a place: `#obj=0x…` names it, and the browser's back and forward work. */

export type Route = { view: "overview"; section: string } | { view: "object"; address: string };

export function parseRoute(hash: string): Route {
  const object = /^#obj=(0x[0-9a-fA-F]{1,16})$/.exec(hash);
  if (object) {
    return { view: "object", address: (object[1] as string).toLowerCase() };
  }
  const section = /^#([a-z][a-z0-9-]*)$/.exec(hash);
  return { view: "overview", section: section?.[1] ?? "" };
}

export function objectHash(address: string): string {
  return "#obj=" + address;
}
