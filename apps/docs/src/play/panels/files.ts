// Files to take along: each is made when it is asked for, of what is seen.

import { type FileName, FILES } from "../file-names.ts";
import { button, download, textOf } from "../elements.ts";
import type { MakePanel } from "./panel.ts";

export const makePanel: MakePanel = (box, page) => {
  box.classList.add("files-to-take");
  let wanted: FileName | null = null;
  const said = document.createElement("output");
  const list = document.createElement("ul");
  for (const [name, what] of Object.entries(FILES) as [FileName, string][]) {
    const entry = list.appendChild(document.createElement("li"));
    const get = button(name, () => {
      wanted = name;
      said.textContent = `Making ${name}.`;
      page.askFor(name);
    });
    entry.append(get, textOf("span", what));
  }
  const line = document.createElement("p");
  line.append(said);
  box.append(list, line);
  return {
    show({ found, whole, messages }, { text }) {
      const params = /^[ \t]*param\b/m.test(text);
      for (const entry of list.querySelectorAll("li"))
        entry.hidden = !params && entry.textContent.startsWith("params");
      if (wanted === null) return;
      const file = found?.file;
      if (file?.name === wanted) {
        if (file.bytes !== null) download(file.name, file.bytes);
        said.textContent = file.problem ?? `${file.name} is among your downloads.`;
        wanted = null;
      } else if (whole && messages.length > 0) {
        said.textContent = "This text does not run, so no file is made of it.";
        wanted = null;
      }
    },
  };
};
