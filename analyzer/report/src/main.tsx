// SPDX-License-Identifier: GPL-2.0-or-later

import { render } from "preact";
import { DocumentError, readDocument } from "./document.ts";
import { App } from "./view/app.tsx";
import { makeReport } from "./view/report.ts";

function start(): void {
  const page = document.getElementById("page");
  const source = document.getElementById("document");
  if (!page) {
    return;
  }
  page.replaceChildren();
  try {
    const report = makeReport(readDocument(source?.textContent ?? ""));
    render(<App report={report} />, page);
  } catch (error) {
    const message = document.createElement("p");
    message.className = "broken";
    message.setAttribute("role", "alert");
    message.textContent =
      error instanceof DocumentError ? error.message : `This report cannot be shown: ${String(error).slice(0, 300)}`;
    page.replaceChildren(message);
  }
}

start();
