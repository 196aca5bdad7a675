// SPDX-License-Identifier: GPL-2.0-or-later

import type { Hop } from "../document.ts";
import { Name, ObjectLink } from "./names.tsx";

/* From the root, one step a line. A filled mark and bold letters: everything below is only held through this step. */
export function Path({ path, holder }: { path: Hop[]; holder?: string }) {
  return (
    <ol class="path" aria-label="Path from the root">
      {path.map((hop, step) => {
        const held = holder !== undefined && holder !== "" && hop.address === holder;
        return (
          <li
            key={step}
            class={[hop.dominator ? "dominator" : "", held ? "holder" : ""].join(" ").trim() || undefined}
            title={hop.dominator ? "Everything below is held only through this step" : undefined}
          >
            <ObjectLink address={hop.address}>
              <Name text={hop.label} />
            </ObjectLink>{" "}
            <span class="type">
              <Name text={hop.type} limit={80} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
