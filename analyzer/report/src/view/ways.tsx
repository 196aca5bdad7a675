// SPDX-License-Identifier: GPL-2.0-or-later

/* How else an object is held: the ways as text, and drawn in layers from the roots down. The layout comes with the document. */

import type { WayEdge, WayNode, Ways as WaysDocument } from "../document.ts";
import { bytes, plural } from "../format.ts";
import { clip, headOf, visible } from "../text.ts";
import { Command, Name } from "./names.tsx";

const COLUMN = 190;
const LAYER = 78;
const BOX = { width: 164, height: 40 };
const MARGIN = 8;
const LETTERS = 24;

/* The beginning, and an ellipsis. */
const short = (text: string) => {
  const shown = visible(clip(text, 200));
  return shown.length > LETTERS ? headOf(shown, LETTERS - 1) + "…" : shown;
};

const xOf = (x: number) => MARGIN + BOX.width / 2 + (x / 100) * COLUMN;
const yOf = (layer: number) => MARGIN + layer * LAYER;

function lineOf(edge: WayEdge, from: WayNode, to: WayNode): [number, number][] {
  const middle: [number, number][] = edge.bends.map(([layer, x]) => [xOf(x), yOf(layer) + BOX.height / 2]);
  return [[xOf(from.x), yOf(from.layer) + BOX.height], ...middle, [xOf(to.x), yOf(to.layer)]];
}

/* Vertical at each point, so that lines leave and reach the boxes upright. */
function curveOf(points: [number, number][]): string {
  return points
    .map(([x, y], place) => {
      const before = points[place - 1];
      if (!before) {
        return `M${x},${y}`;
      }
      const middle = (before[1] + y) / 2;
      return `C${before[0]},${middle} ${x},${middle} ${x},${y}`;
    })
    .join("");
}

/* A label stands on its line, in the first gap between two layers. */
function labelPlace(points: [number, number][]): [number, number] {
  const [first, second] = points as [[number, number], [number, number]];
  return [(first[0] + second[0] * 2) / 3, first[1] + (second[1] - first[1]) * 0.62];
}

function Drawing({ ways }: { ways: WaysDocument }) {
  const right = ways.nodes.map((node) => node.x);
  ways.edges.forEach((edge) => edge.bends.forEach(([, x]) => right.push(x)));
  const width = xOf(Math.max(0, ...right)) + BOX.width / 2 + MARGIN;
  const height = yOf(Math.max(0, ...ways.nodes.map((node) => node.layer))) + BOX.height + MARGIN;
  return (
    <div class="drawing" tabIndex={0} role="group" aria-label="Drawing">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label="The ways from the root, above, to the object, below; the list before has the same ways"
      >
        {ways.edges.map((edge, place) => {
          const from = ways.nodes[edge.from];
          const to = ways.nodes[edge.to];
          if (!from || !to) {
            return null;
          }
          const points = lineOf(edge, from, to);
          const [x, y] = labelPlace(points);
          return (
            <g key={place} class={to.target ? "way cut" : "way"}>
              <path d={curveOf(points)} />
              <text x={x} y={y}>
                {short(edge.label)}
              </text>
            </g>
          );
        })}
        {ways.nodes.map((node, place) => (
          <g
            key={place}
            class={["node", node.dominator ? "dominator" : "", node.target ? "target" : ""].join(" ").trim()}
            transform={`translate(${xOf(node.x) - BOX.width / 2},${yOf(node.layer)})`}
          >
            <title>{visible(clip(`${node.name}  ${node.type}`, 300))}</title>
            <rect width={BOX.width} height={BOX.height} rx="5" />
            <text x={BOX.width / 2} y="17">
              {short(node.name)}
            </text>
            <text class="quiet" x={BOX.width / 2} y="32">
              retains {bytes(node.retained)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

export function Ways({ ways, address }: { ways: WaysDocument; address: string }) {
  if (ways.paths.length < 2) {
    return <p class="quiet">Nothing else holds it.</p>;
  }
  return (
    <details class="ways">
      <summary>Held in {plural(ways.paths.length, "way")}: it is free only when each is cut</summary>
      <ul class="plain">
        {ways.paths.map((path, place) => (
          <li key={place}>
            <Name text={path.expression} />
            {path.root.kind !== "module" && (
              <span class="quiet">
                {" "}
                (<Name text={path.root.kind} limit={40} />)
              </span>
            )}
          </li>
        ))}
      </ul>
      <Drawing ways={ways} />
      <p class="quiet">
        What else each of them holds: <Command words={`cut ${address}`} />
      </p>
    </details>
  );
}
