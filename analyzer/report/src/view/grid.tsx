// SPDX-License-Identifier: GPL-2.0-or-later

/* Pieces of tables that stand in several views: headings, rows of a name with its mass, an order that a heading changes. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count } from "../format.ts";
import type { Order } from "../tree.ts";
import { Bytes } from "./names.tsx";

/* A column: what its heading says, and its class in the style sheet. */
export interface Column {
  label: string;
  kind: string;
}

export interface SortableColumn<Key extends string> extends Column {
  key: Key;
}

export function Head({ columns }: { columns: Column[] }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ label, kind }) => (
          <th key={kind} role="columnheader" scope="col" class={kind}>
            {label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function SortableHeading({ column, descending, onSort }: { column: Column; descending: boolean | null; onSort: () => void }) {
  const words = descending === null ? (["none", ""] as const) : descending ? (["descending", "↓"] as const) : (["ascending", "↑"] as const);
  return (
    <th role="columnheader" scope="col" class={column.kind} aria-sort={words[0]}>
      <button type="button" class="sort" onClick={onSort}>
        {column.label}
        <span class="arrow" aria-hidden="true">
          {words[1]}
        </span>
      </button>
    </th>
  );
}

/* `more`: columns behind these by which nothing can be ordered. */
export function SortableHead<Key extends string>({
  columns,
  order,
  onSort,
  more = [],
}: {
  columns: SortableColumn<Key>[];
  order: Order<Key>;
  onSort: (key: Key) => void;
  more?: Column[];
}) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map((column) => (
          <SortableHeading
            key={column.key}
            column={column}
            descending={order.key === column.key ? order.descending : null}
            onSort={() => onSort(column.key)}
          />
        ))}
        {more.map(({ label, kind }) => (
          <th key={kind} role="columnheader" scope="col" class={kind}>
            {label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/* An order by a column, and what a heading does to it: turn it round, or begin with the largest, of names with the first. */
export function useOrder<Key extends string>(first: Key): [Order<Key>, (key: Key) => void] {
  const [order, setOrder] = useState<Order<Key>>({ key: first, descending: true });
  const sortBy = (key: Key) => {
    setOrder((before) => ({ key, descending: before.key === key ? !before.descending : key !== "name" }));
  };
  return [order, sortBy];
}

/* A row that says of something how many bytes and how many of it there are: under headings "name", "shallow" and "count". */
export function MassRow({ bytes, number, children }: { bytes: number; number: number; children: ComponentChildren }) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row" class="name">
        {children}
      </th>
      <td role="cell" class="shallow">
        <Bytes value={bytes} />
      </td>
      <td role="cell" class="count number">
        {count(number)}
      </td>
    </tr>
  );
}

export function massColumns(name: string, bytes: string, number: string): Column[] {
  return [
    { label: name, kind: "name" },
    { label: bytes, kind: "shallow" },
    { label: number, kind: "count" },
  ];
}
