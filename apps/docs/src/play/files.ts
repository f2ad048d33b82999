// What a reader can take along: the memory for other programs, with its data, and where its recall went.

import { type ArrayData, writeNpz } from "@hamlet/core";
import { type EnergyGraph, HamError, type Tensor } from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import type { Model } from "@hamlet/model";
import { exportAs } from "@hamlet/model/export";
import { strToU8, zipSync } from "fflate";
import type { FileName } from "./file-names.ts";
import { toLink } from "./link.ts";
import { npyOf, type Recalled } from "./recalled.ts";
import type { Scene } from "./scene.ts";

/** A file that was made, or why it was not. */
export interface MadeFile {
  readonly name: FileName;
  readonly bytes: Uint8Array | null;
  readonly problem?: string;
}

/** What files are made of. */
export interface Source {
  readonly scene: Scene;
  readonly entries: ReadonlyMap<Tensor, Entries>;
  readonly recall: Recalled | null;
  /** Opens the model, with what it has learned. */
  readonly open: () => Promise<Model>;
  /** Whether it has learned. */
  readonly learned: boolean;
}

/** Makes a file; a mistake of the reader is its problem. */
export async function fileOf(name: FileName, model: Model, source: Source): Promise<MadeFile> {
  try {
    const content = await contentOf(name, model, source);
    return { name, bytes: typeof content === "string" ? strToU8(content) : content };
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    return { name, bytes: null, problem: error.message };
  }
}

async function contentOf(
  name: FileName,
  model: Model,
  { scene, entries, recall, open, learned }: Source,
): Promise<string | Uint8Array> {
  const { graph } = model;
  const how = { withParams: learned, open };
  const whole = { ...how, ...firstOf(graph) };
  switch (name) {
    case "memory.zip":
      return archiveOf(scene, entries, learned ? model.paramsFile() : null);
    case "memory.html":
      return pageOf(scene);
    case "memory.py":
      return exportAs("jax", graph, whole);
    case "memory-step.onnx":
      return exportAs("onnx", graph, how);
    case "memory.onnx":
      return exportAs("onnx", graph, { ...whole, recall: model.recallNamed().name });
    case "params.safetensors":
      if (graph.tensors.some(({ kind }) => kind === "param")) return model.paramsFile();
      throw new HamError("docs/no-params", "This text has no params to write.");
    case "recall.csv":
      return csvOf(ran(recall));
    case "recall.npz":
      return npzOf(ran(recall));
  }
}

/** A text without a recall is Python all the same. */
function firstOf({ recalls: [first] }: EnergyGraph): { recall?: string } {
  return first === undefined ? {} : { recall: first.name };
}

function ran(recall: Recalled | null): Recalled {
  if (recall !== null) return recall;
  throw new HamError("docs/no-recall", "This text has no recall that ran.");
}

/** The text, its arrays, what it learned, and the command that runs them. */
function archiveOf(
  { text }: Scene,
  entries: ReadonlyMap<Tensor, Entries>,
  params: Uint8Array | null,
): Uint8Array {
  const arrays = [...entries].map(([{ name }, array]) => [`${name}.npy`, npyOf(array)] as const);
  const told = [
    "ham run memory.ham",
    ...arrays.map(([file]) => `--data ${file.replace(".npy", "")}=${file}`),
    ...(params === null ? [] : ["--params params.safetensors"]),
  ];
  const files = {
    "memory.ham": strToU8(text),
    "README.txt": strToU8(`${told.join(" ")}\n`),
    ...Object.fromEntries(arrays),
    ...(params !== null && { "params.safetensors": params }),
  };
  // The same memory is the same file, whenever it is made.
  return zipSync(files, { mtime: "1980-01-01T00:00:00" });
}

function pageOf(scene: Scene): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>A memory</title>
<script type="module" src="/embed/ham-play.js"></script>
<ham-play scene="${toLink(scene)}"></ham-play>
`;
}

function csvOf({ momentSteps, energies, layers }: Recalled): string {
  const units = layers.flatMap(({ name, shape }) =>
    placesIn(shape).map((at) => `"${name}[${at.join(", ")}]"`),
  );
  const rows = momentSteps.map((step, k) => [
    step,
    energies[k],
    // As exact as they are.
    ...layers.flatMap(({ moments }) => Array.from(moments[k], (v) => Number(v.toPrecision(9)))),
  ]);
  return `${[["step", "energy", ...units], ...rows].map((row) => row.join(",")).join("\n")}\n`;
}

/** Every place of an array, in its order. */
function placesIn(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (places, size) => places.flatMap((at) => Array.from({ length: size }, (_, k) => [...at, k])),
    [[]],
  );
}

function npzOf({ momentSteps, energies, layers }: Recalled): Uint8Array {
  const count = momentSteps.length;
  return writeNpz(
    new Map<string, ArrayData>([
      ["energySteps", { dtype: "int32", shape: [count], data: Int32Array.from(momentSteps) }],
      ["energies", { dtype: "float64", shape: [count], data: Float64Array.from(energies) }],
      ...layers.map(({ name, shape, moments }) => {
        const data = Float32Array.from(moments.flatMap((moment) => [...moment]));
        return [name, { dtype: "float32", shape: [count, ...shape], data }] satisfies [
          string,
          ArrayData,
        ];
      }),
    ]),
  );
}
