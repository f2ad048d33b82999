// After every edit the server knows what a fresh reading of the text would tell.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { makeParser } from "@hamlet/dsl/editor";
import { parse } from "@hamlet/dsl";
import { law } from "../../../tools/law.ts";
import { examples } from "./analysing.ts";
import { begin, edited, session, type } from "./editing.ts";

test("whatever is typed", async () => {
  await law(
    fc.asyncProperty(session, async ({ text, edits }) => {
      const project = begin(text);
      let now = text;
      let version = 1;
      await type(project, version, now);
      for (const one of edits) {
        now = edited(now, one);
        await type(project, ++version, now);
      }
    }),
    40,
  );
});

test("a declaration that did not change is the very same one", () => {
  const [{ text }] = examples();
  const remembering = makeParser();
  const { file: before } = remembering({ name: "m.ham", text });
  const { file: after } = remembering({ name: "m.ham", text: `${text}\nconst added = 1\n` });
  expect(after.items.length).toBe(before.items.length + 1);
  expect(after.items.slice(0, -1).every((item, at) => item === before.items[at])).toBe(true);
  expect(after.items).toEqual(parse(after.source).file.items);
});
