// The tests of the text, each with what does not hold.

import { textOf } from "../elements.ts";
import type { MakePanel } from "./panel.ts";

export const makePanel: MakePanel = (box) => {
  box.classList.add("tests");
  const said = box.appendChild(document.createElement("p"));
  const words = said.appendChild(document.createElement("output"));
  const list = box.appendChild(document.createElement("ul"));
  return {
    show({ found, whole }) {
      const tests = found?.tests;
      list.toggleAttribute("stale", tests === undefined);
      if (tests === undefined) {
        if (whole) words.textContent = "This text does not run, and so do its tests.";
        return;
      }
      const { of, reports } = tests;
      words.replaceChildren(...(of === 0 ? noTests() : [inWords(of, reports)]));
      list.replaceChildren(
        ...reports.map(({ title, passed, reasons, warnings }) => {
          const entry = document.createElement("li");
          entry.toggleAttribute("failed", !passed);
          entry.append(`${passed ? "✓" : "✗"} ${title}`);
          const said = [...reasons, ...warnings];
          if (said.length > 0) entry.append(textOf("pre", said.join("\n")));
          return entry;
        }),
      );
    },
  };
};

function inWords(of: number, reports: readonly { readonly passed: boolean }[]): string {
  const failed = reports.filter(({ passed }) => !passed).length;
  const left = of - reports.length;
  const running = left === 0 ? "" : `, ${left} still to run`;
  return `${reports.length - failed} passed, ${failed} failed${running}`;
}

function noTests(): Node[] {
  const link = Object.assign(document.createElement("a"), {
    href: "/reference/language/#tests-and-assertions",
    textContent: "Write one",
  });
  return [document.createTextNode("This text has no test. "), link, document.createTextNode(".")];
}
