// What the messages of a wrong file offer: it compiles, and means what the message says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type Compilation, type SourceFile } from "@hamlet/dsl";
import { CATALOGUE } from "@hamlet/model";
import { describe, expect, test } from "vitest";

const CASE = join(import.meta.dirname, "../../../../fixtures/cases/42-fixes");

function read(name: string): SourceFile {
  return { name, text: readFileSync(join(CASE, name), "utf8") };
}

const check = (source: SourceFile): Compilation => compile(source, { registry: CATALOGUE });
const codes = ({ diagnostics }: Compilation) => diagnostics.map(({ code }) => code);

/** The file with every edit that its messages offer. */
function mended({ source, diagnostics }: Compilation): SourceFile {
  let { text } = source;
  const edits = diagnostics.flatMap((diagnostic) => diagnostic.edits ?? []);
  for (const { span, text: instead } of edits.toSorted((a, b) => b.span.start - a.span.start)) {
    text = text.slice(0, span.start) + instead + text.slice(span.end);
  }
  return { name: source.name, text };
}

describe("a label as an index", () => {
  test("is told to be a value, and what is offered picks its entry", () => {
    const wrong = check(read("cls1.ham"));
    expect(codes(wrong)).toEqual(["E0312"]);
    const right = check(mended(wrong));
    expect(codes(right)).toEqual([]);
    expect(right.source.text).toContain("loss = -sum[k where k == label] log(y[k])");
  });
});

describe("a mask with an axis of one entry", () => {
  test("gets the index of that entry", () => {
    const wrong = check(read("att.ham"));
    expect(codes(wrong)).toEqual(["E0302", "E0302", "E0311"]);
    const offered = mended(wrong);
    expect(offered.text).toContain("where mask[c, 0]");
    expect(offered.text).toContain("and mask[b, 0]");
    expect(codes(check(offered))).toEqual(["E0311"]);
    // The last one says the form: which entries of the layer are meant is not in the file.
    const { help, edits } = wrong.diagnostics[2];
    expect(edits).toBeUndefined();
    expect(help?.join()).toContain("mask[t, 0]");
    const whole = offered.text.replace("tok where not mask", "tok[t, d] where not mask[t, 0]");
    expect(codes(check({ name: "att.ham", text: whole }))).toEqual([]);
  });
});
