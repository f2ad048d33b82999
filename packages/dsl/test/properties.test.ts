// The laws of laws.ts on the example models, on generated files and on text that is no file.
// `node tools/fuzz-language.ts 1000000` checks many more.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checked } from "./checking.ts";
import { fixtures, shippedExamples } from "./fixtures.ts";
import { hamFile } from "./generate.ts";
import { modelFile, PART } from "./generate-model.ts";
import { checkCompiles, checkLaws } from "./laws.ts";
import { law } from "../../../tools/law.ts";
import { samples } from "../../../tools/samples.ts";

const EXAMPLES = shippedExamples();
const FILES = Object.fromEntries(EXAMPLES.map(({ name, text }) => [name, text]));
const USES = { "part.ham": PART };

const LAYER = "ham 1\ndim D = 3\ndim K\nneuron v: [D] as tanh\n";
const guarded = (op: string) =>
  `${LAYER}let t[a] = ${op}[i where a >= 1] v[i] * v[a]\nenergy e = -sum[i] v[i]^2 + t[0]`;

describe("an axis of any size is read without a walk along it", () => {
  // A walk of all entries would take a minute, and more memory than there is.
  const LARGE = "400000000";

  test.each([
    ["a mean with a guard", "energy e = mean[i: D where (i != 1 or i == 0)] v[i]"],
    ["a const", "const all = sum[i: D] i\nenergy e = all * sum[i] v[i]^2"],
    ["an assertion", "assert sum[i: D] i > 3\nenergy e = sum[i] v[i]^2"],
    ["a divisor", "energy e = sum[i] v[i]^2 / sum[j: D where j < 7] 2"],
    [
      "a time constant",
      "neuron w: [D] as identity { tau = sum[i: D] i }\nenergy e = sum[i] w[i] * v[i]",
    ],
  ])("%s", (_, text) => {
    const model = `ham 1\ndim D = ${LARGE}\nneuron v: [D] as identity\n${text}\n`;
    const { diagnostics } = checked({ name: "m.ham", text: model });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("compiling, formatting, JSON and the flat file agree on a model", () => {
  // The plugin of one example lives in a package of its own.
  const whole = EXAMPLES.filter(({ text }) => !/^use "@/m.test(text));

  test.each(whole)("of the example $name", ({ text }) => {
    expect(checkLaws(text, FILES)).toBe("sound");
  });

  test("of generated files, most of which compile", () => {
    const tally = new Map<string, number>();
    const runs = samples(250);
    law(
      fc.property(modelFile, (text) => {
        const outcome = checkLaws(text, USES);
        tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
      }),
      250,
    );
    expect(tally.get("sound") ?? 0).toBeGreaterThan(runs / 2);
  });

  test("of files that are well-formed and mean nothing", () => {
    law(
      fc.property(hamFile, (text) => void checkLaws(text)),
      400,
    );
  });

  test.each([
    ["a guard that no entry passes", guarded("sum"), "sound"],
    ["the largest of no entries", guarded("max"), "unwritable"],
    [
      "a guard that no entry passes at one place",
      `${LAYER}dim J = 2, L = 1
neuron w: [J, L] as identity
let other[a] = sum[b: L where a != b] w[a, b]
energy e = other[0] * v[0]`,
      "unwritable",
    ],
    ["a stop that is always due", `${LAYER}recall a { stop when 0 == 0 }`, "sound"],
    ["a clamp that holds nothing", `${LAYER}recall a { clamp v[i] where 0 == 1 }`, "wrong"],
  ])("of %s, which is known before anything runs", (_, text, outcome) => {
    expect(checkLaws(text)).toBe(outcome);
  });

  test.each(fixtures("valid", "meaning"))("of the fixture $rule: $name", ({ source }) => {
    checkLaws(source.text);
  });
});

describe("compiling never throws", () => {
  test("on 200 kB of random bytes", () => {
    law(
      fc.property(
        fc.nat(),
        (start) => void checkCompiles(new TextDecoder().decode(noise(start, 200_000))),
      ),
      1,
    );
  });

  test("on a model that lacks one token", () => {
    law(
      fc.property(modelFile, fc.nat(), (text, at) => {
        const tokens = text.match(/\s+|[\p{L}_][\p{L}\p{Nd}_]*|[\d.]+|"[^"\n]*"|./gu)!;
        const real = tokens.flatMap((token, i) => (token.trim() === "" ? [] : [i]));
        checkCompiles(tokens.toSpliced(real[at % real.length], 1).join(""), USES);
      }),
      40,
    );
  });

  test.each([
    ["parentheses", (n: number) => `${"(".repeat(n)}v[0]${")".repeat(n)}`],
    ["minus signs", (n: number) => `${"-".repeat(n)}v[0]`],
    ["powers", (n: number) => `v[0]${"^2".repeat(n)}`],
    ["sums", (n: number) => "sum[i] ".repeat(n) + "v[i]"],
    ["unclosed brackets", (n: number) => "v[".repeat(n)],
    ["terms", (n: number) => `v[0]${" + v[0]^2".repeat(n)}`],
    ["calls", (n: number) => `${"tanh(".repeat(n)}v[0]${")".repeat(n)}`],
  ])("on %s nested ten thousand times", (_, formula) => {
    const head = "ham 1\ndim D = 3\nneuron v: [D] as tanh\nenergy e = ";
    expect(() => checkCompiles(`${head}${formula(10_000)}\n`)).not.toThrow();
  });

  test("on a file of ten thousand lines", () => {
    const lines = Array.from({ length: 9997 }, (_, n) =>
      n % 2 === 0 ? `const c${n} = ${n}` : `energy e${n} = -c${n - 1} * sum[i] v[i]^2`,
    );
    const { graph } = checkCompiles(
      ["ham 1", "dim D = 3", "neuron v: [D] as tanh", ...lines].join("\n"),
    );
    expect(graph.terms).toHaveLength(4998);
  });
});

/** Bytes of a xorshift generator. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}
