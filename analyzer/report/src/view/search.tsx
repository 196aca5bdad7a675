// SPDX-License-Identifier: GPL-2.0-or-later

/* The search box: names, types and addresses of everything on the page. "/" goes there from anywhere. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Entry, find } from "../find.ts";
import { bytes, count } from "../format.ts";
import { Name, QualifiedName } from "./names.tsx";
import { useReport } from "./report.ts";

const LIMIT = 12;

const KIND: Record<Entry["kind"], string> = {
  suspect: "suspect",
  object: "object",
  tree: "in the tree",
  type: "type",
  holder: "holder",
  module: "module",
};

export function Search({ onChoose }: { onChoose: (entry: Entry) => void }) {
  const { entries } = useReport();
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => find(entries, query, LIMIT), [entries, query]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target;
      const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        input.current?.focus();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const choose = (entry: Entry | undefined) => {
    if (entry) {
      setOpen(false);
      input.current?.blur();
      onChoose(entry);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.entries.length - 1;
    if (event.key === "ArrowDown") {
      setActive(Math.min(last, active + 1));
    } else if (event.key === "ArrowUp") {
      setActive(Math.max(0, active - 1));
    } else if (event.key === "Enter") {
      choose(found.entries[active]);
    } else if (event.key === "Escape") {
      setOpen(false);
      setQuery("");
    } else {
      return;
    }
    event.preventDefault();
  };
  const shown = open && query.trim() !== "";
  return (
    <div class="search" role="search">
      <input
        ref={input}
        id="search"
        list={undefined}
        type="search"
        role="combobox"
        placeholder="Search  /"
        aria-label="Search names, types, addresses and values"
        aria-expanded={shown}
        aria-controls="search-results"
        aria-activedescendant={shown && found.entries.length > 0 ? `found-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={1000}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div class="results" hidden={!shown}>
        <ul id="search-results" role="listbox" aria-label="Found">
          {found.entries.map((entry, place) => (
            <li
              key={place}
              id={`found-${place}`}
              role="option"
              aria-selected={place === active}
              /* Before the box loses its focus and the list with it. */
              onMouseDown={(event) => {
                event.preventDefault();
                choose(entry);
              }}
            >
              <span class="found">
                {entry.kind === "type" ? <QualifiedName text={entry.name} /> : <Name text={entry.name} limit={80} />}{" "}
                {entry.value !== "" && query !== "" && entry.value.toLowerCase().includes(query.trim().toLowerCase()) && (
                  <span class="quiet block">
                    <Name text={entry.value} limit={80} />
                  </span>
                )}
                {entry.type && (
                  <span class="type">
                    <Name text={entry.type} limit={60} />
                  </span>
                )}
              </span>{" "}
              <span class="quiet number">
                {KIND[entry.kind]}, {bytes(entry.bytes)}
              </span>
            </li>
          ))}
        </ul>
        {found.entries.length === 0 && <p class="quiet">Nothing on this page has that name.</p>}
        {found.left > 0 && <p class="quiet">and {count(found.left)} more</p>}
      </div>
    </div>
  );
}
