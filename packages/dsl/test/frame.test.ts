import {
  collectDiagnostics,
  type DiagnosticCode,
  type DiagnosticDetails,
  positionAt,
  type SourceFile,
  suggest,
} from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { describe, expect, test } from "vitest";
import { compiled } from "./compiling.ts";

const source = (text: string): SourceFile => ({ name: "m.ham", text });

function rendered(
  file: SourceFile,
  code: DiagnosticCode,
  at: string,
  details: DiagnosticDetails,
): string {
  const diagnostics = collectDiagnostics(file);
  const start = file.text.indexOf(at);
  diagnostics.report(code, { start, end: start + at.length }, details);
  return renderDiagnostic(diagnostics.list()[0], [file]);
}

describe("the frame of a diagnostic", () => {
  test("shows two labels of one line in rows of their own, the primary one first", () => {
    const file = source(`${"\n".repeat(12)}let overlap_with[m] = sum[i] xi[i, m] * v[i]\n`);
    const second = file.text.indexOf("i]", file.text.indexOf("v[i"));
    const text = rendered(file, "E0301", "i, m", {
      message: "the index `i` runs over two different dims",
      label: "first axis of `xi` is K",
      related: [{ span: { start: second, end: second + 1 }, label: "only axis of `v` is D" }],
      help: ["`xi` has axes [K, D]; did you mean `xi[m, i]`?"],
      note: ["this is an error even when K and D happen to have the same size"],
    }).replace("^^^^", "^");
    expect(text).toBe(
      [
        "error[E0301] index_two_dims: the index `i` runs over two different dims",
        "  --> m.ham:13:33",
        "13 | let overlap_with[m] = sum[i] xi[i, m] * v[i]",
        "   |                                 ^ first axis of `xi` is K",
        "   |                                           - only axis of `v` is D",
        "   = help: `xi` has axes [K, D]; did you mean `xi[m, i]`?",
        "   = note: this is an error even when K and D happen to have the same size",
      ].join("\n"),
    );
  });

  test("prints advice in the order it was given, and warnings as such", () => {
    expect(
      rendered(source("a"), "W0603", "a", {
        message: "the total energy may have no minimum",
        why: ["w"],
        counterExample: ["c"],
        fix: ["f"],
      }),
    ).toBe(
      [
        "warning[W0603] unbounded_energy: the total energy may have no minimum",
        " --> m.ham:1:1",
        "1 | a",
        "  | ^",
        "  = why: w",
        "  = counter-example: c",
        "  = fix: f",
      ].join("\n"),
    );
  });

  test("shows one line between two labels, leaves out more, and shows unlabelled lines bare", () => {
    const file = source("one\ntwo\nthree\nfour\nfive\nsix");
    const place = (word: string, label: string) => {
      const start = file.text.indexOf(word);
      return { span: { start, end: start + word.length }, label };
    };
    expect(
      rendered(file, "E0202", "three", {
        message: "m",
        related: [place("one", "first"), place("six", "")],
      })
        .split("\n")
        .slice(2),
    ).toEqual(["1 | one", "  | --- first", "2 | two", "3 | three", "  | ^^^^^", "...", "6 | six"]);
  });

  test("shows places in other files after its own", () => {
    const other = { name: "lib.ham", text: "x\nneuron v" };
    const diagnostics = collectDiagnostics(source("part p"));
    diagnostics.report(
      "E0206",
      { start: 5, end: 6 },
      {
        message: "m",
        related: [{ file: "lib.ham", span: { start: 9, end: 10 }, label: "declared here" }],
      },
    );
    expect(renderDiagnostic(diagnostics.list()[0], [source("part p"), other])).toBe(
      [
        "error[E0206] no_such_member: m",
        " --> m.ham:1:6",
        "1 | part p",
        "  |      ^",
        " ::: lib.ham:2:8",
        "2 | neuron v",
        "  |        - declared here",
      ].join("\n"),
    );
  });

  test("marks columns behind wide and combining characters where a terminal shows them", () => {
    const text = rendered(source("記憶 e\u0301 x"), "E0201", "x", { message: "m" });
    expect(text.split("\n").slice(1)).toEqual([
      " --> m.ham:1:7",
      "1 | 記憶 e\u0301 x",
      "  |        ^",
    ]);
  });

  test("marks a span of several lines on its first line, and survives tabs and missing sources", () => {
    const text = rendered(source("\tab\r\ncd"), "E0201", "b\r\nc", { message: "m" });
    expect(text.split("\n").slice(2)).toEqual(["1 |  ab", "  |   ^"]);
    const lost = collectDiagnostics(source("a"));
    lost.report("E0201", { start: 0, end: 1 }, { message: "m" });
    expect(renderDiagnostic(lost.list()[0], [])).toContain("--> m.ham");
  });
});

test("diagnostics are listed by position, errors first", () => {
  const diagnostics = collectDiagnostics(source("abc"));
  diagnostics.report("W0207", { start: 1, end: 2 }, { message: "later" });
  diagnostics.report("E0201", { start: 1, end: 2 }, { message: "sooner" });
  expect(diagnostics.hasErrors()).toBe(true);
  diagnostics.report("W0207", { start: 0, end: 1 }, { message: "first" });
  expect(diagnostics.list().map(({ message }) => message)).toEqual(["first", "sooner", "later"]);
});

describe("did you mean", () => {
  test.each([
    ["patern", ["patterns", "pattern"], "pattern"],
    ["soft_max", ["softmax", "sphere"], "softmax"],
    ["btea", ["beta"], "beta"],
    ["x", ["y"], undefined],
    ["k", ["j", "K"], "K"],
    ["x", ["xi", "ax"], undefined],
    ["xi", ["nu"], undefined],
    ["xi", ["x"], "x"],
    ["beta", ["beta"], undefined],
    // A third of the letters may differ, and no more.
    ["energy", ["enemas"], undefined],
    ["energy", ["energo", "enerdo"], "energo"],
    ["energy", ["enerdo"], "enerdo"],
  ])("%s", (wanted, names, expected) => expect(suggest(wanted, names)).toBe(expected));

  test("asks names of the right kind first", () => {
    expect(suggest("enk", ["enc"], ["ent"])).toBe("enc");
    expect(suggest("enk", ["decoder"], ["ent"])).toBe("ent");
  });
});

test("a message of a file with hundreds of them shows its own line", () => {
  const lines = Array.from({ length: 500 }, (_, i) => `let a${i} = zork${i}`);
  const { diagnostics, sources } = compiled(`ham 1\n${lines.join("\n")}\n`);
  const unknown = diagnostics.filter(({ code }) => code === "E0201");
  expect(unknown).toHaveLength(lines.length);
  unknown.forEach((diagnostic, i) => {
    expect(renderDiagnostic(diagnostic, sources)).toContain(`m.ham:${i + 2}:`);
  });
});

test("positions count code points from one", () => {
  const file = source("a\r\n𝛽b\nc\rd");
  const places = [0, 1, 3, 5, 6, 7, 8, 9].map((offset) => {
    const { line, column } = positionAt(file, offset);
    return `${line}:${column}`;
  });
  expect(places).toEqual(["1:1", "1:2", "2:1", "2:2", "2:3", "3:1", "3:2", "4:1"]);
  expect(positionAt(file, 99)).toEqual({ line: 4, column: 2 });
});

describe("a long line", () => {
  const render = (text: string, from: number, to: number) => {
    const source = { name: "m.ham", text };
    const diagnostics = collectDiagnostics(source);
    diagnostics.report("E0201", { start: from, end: to }, { message: "wrong", label: "here" });
    const [, place, line, mark] = renderDiagnostic(diagnostics.list()[0], [source]).split("\n");
    return { place, line, mark };
  };

  test.each([0, 1, 59, 60, 61, 100, 400, 990, 998])("is cut around a mark at %i", (at) => {
    const text = `${"x".repeat(at)}@@${"y".repeat(1000 - at)}`;
    const { place, line, mark } = render(text, at, at + 2);
    // The column is that of the file, and the mark stands under what it marks.
    expect(place).toBe(` --> m.ham:1:${at + 1}`);
    expect(line.length).toBeLessThanOrEqual("1 | ".length + 162);
    expect(mark.indexOf("^^")).toBe(line.indexOf("@@"));
    expect(line.startsWith("1 | …")).toBe(at > 60);
    expect(line.endsWith("…")).toBe(at < 900);
  });

  test("keeps its characters whole, and a mark that is longer ends with the line", () => {
    const { line, mark } = render(`${"😀".repeat(300)}${"a".repeat(500)}`, 601, 1100);
    expect(line.isWellFormed()).toBe(true);
    expect(mark.endsWith("^ here")).toBe(true);
    expect(mark.length).toBeLessThan(300);
  });

  test("of a usual length is shown as it is", () => {
    const text = "z".repeat(160);
    expect(render(text, 5, 6).line).toBe(`1 | ${text}`);
  });
});
