// Score networks in files.

import { key, readSafetensors, writeSafetensors } from "@hamlet/core";
import { initialModel, readScore, writeScore } from "@hamlet/diffusion";
import { describe, expect, test } from "vitest";

const MODEL = initialModel(key(2), { width: 3, hidden: 5, embedding: 4, layers: 3, sigma: 0.5 });

test("a network comes back as it was saved, with its notes", () => {
  const notes = { patterns: "9", iterations: "50000" };
  expect(readScore(writeScore(MODEL, notes))).toEqual({ model: MODEL, notes });
});

test("notes do not change what the file says of the network", () => {
  const notes = { hidden: "7", format: "other", version: "9", patterns: "9" };
  expect(readScore(writeScore(MODEL, notes))).toEqual({ model: MODEL, notes: { patterns: "9" } });
});

test("its arrays have the names and shapes of the notebook's module", () => {
  const { arrays } = readSafetensors(writeScore(initialModel(key(2))));
  const shapes = Object.fromEntries(
    [...arrays].map(([name, { shape }]) => [name, shape.join("×")]),
  );
  expect(shapes).toEqual({
    "time_embed.0.freqs": "64",
    "time_embed.1.weight": "128×128",
    "time_embed.1.bias": "128",
    "time_embed.3.weight": "128×128",
    "time_embed.3.bias": "128",
    "input_proj.weight": "128×130",
    "input_proj.bias": "128",
    "hidden.0.weight": "128×128",
    "hidden.0.bias": "128",
    "hidden.2.weight": "128×128",
    "hidden.2.bias": "128",
    "hidden.4.weight": "128×128",
    "hidden.4.bias": "128",
    "hidden.5.weight": "128",
    "hidden.5.bias": "128",
    "output.weight": "2×128",
    "output.bias": "2",
  });
});

describe("a file that is none", () => {
  const parts = () => readSafetensors(writeScore(MODEL));

  test("cut short", () => {
    const cut = writeScore(MODEL).slice(0, -8);
    expect(() => readScore(cut, "k9.safetensors")).toThrow(/^k9\.safetensors/u);
  });

  test("of something else", () => {
    const other = writeSafetensors(parts().arrays);
    expect(() => readScore(other, "k9.safetensors")).toThrow(
      "k9.safetensors: expected a score network of version 1, found the format of something else. Name a file that was saved as a score network, or train one anew.",
    );
  });

  test("without an array", () => {
    const { arrays, metadata } = parts();
    arrays.delete("output.bias");
    expect(() => readScore(writeSafetensors(arrays, { metadata }))).toThrow(
      'score network: expected "output.bias" as [3] of float32, found nothing. Name a file that was saved as a score network, or train one anew.',
    );
  });

  test("with arrays of another size than it says", () => {
    const { arrays, metadata } = parts();
    const said = { ...metadata, hidden: "6" };
    expect(() => readScore(writeSafetensors(arrays, { metadata: said }))).toThrow(
      'expected "input_proj.weight" as [6, 7] of float32, found [5, 7] of float32.',
    );
  });

  test("without its shape", () => {
    const { arrays, metadata } = parts();
    const { sigma: _, ...said } = metadata;
    expect(() => readScore(writeSafetensors(arrays, { metadata: said }))).toThrow(
      'expected "sigma" in its metadata, found nothing.',
    );
  });
});
