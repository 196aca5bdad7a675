// SPDX-License-Identifier: GPL-2.0-or-later

import { useEffect, useRef, useState } from "preact/hooks";

/* The clipboard interface is missing where a page comes over plain HTTP; a selected text area works there. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [said, setSaid] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setSaid((await copyText(text())) ? "Copied" : "Copying was refused");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(""), 2000);
  };
  return (
    <button type="button" class="button copy" onClick={copy}>
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}
