// Compiling as the command does: with the checks of the finished graph, and with data files.
//
// A text may say what it is run with: `// --set beta=-2`, and what a data file looks like:
// `// file xi.npy: float32 (100, 64)`. `use` finds the files of fixtures/uses.

import { compile, type Compilation, isSound, type SourceFile, type UseAnswer } from "@hamlet/dsl";
import { fitData, type FoundArray } from "@hamlet/dsl/data";
import { checkSoundness } from "@hamlet/dsl/soundness";
import { makeRegistry, type Tensor } from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { LAGRANGIANS } from "@hamlet/lagrangians";
import { usedFiles } from "./fixtures.ts";

const registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);
const files = usedFiles();

function resolve(specifier: string): UseAnswer {
  const source = files.get(specifier);
  if (source !== undefined) return { found: "file", source };
  if (specifier.startsWith("@ham-community/")) return { found: "no plugin", installed: "0.9.4" };
  if (specifier.startsWith("@broken/")) {
    const problem = "its package.json has no `version` that could be compared";
    return { found: "broken plugin", name: "@broken/kit", problem };
  }
  if (!specifier.endsWith(".ham")) return { found: "no plugin", installed: null };
  return { found: "no file", missing: { path: specifier, folder: "models", near: "memory.ham" } };
}

/** Everything found in a fixture: by compiling, and, when that is sound, by its data files. */
export function checked(source: SourceFile) {
  const set = [...source.text.matchAll(/^\/\/ --set (.+)$/gm)].map(([, text]) => text);
  const compilation = compile(source, { registry, resolve, set, checks: [checkSoundness] });
  const fit = isSound(compilation) ? fitData(compilation, arraysOf(compilation)).diagnostics : [];
  return { ...compilation, diagnostics: [...compilation.diagnostics, ...fit] };
}

/** Data files without a line of their own have the declared sizes, and 3 where one is open. */
function arraysOf({ graph, source }: Compilation): ReadonlyMap<Tensor, FoundArray> {
  const found = new Map<string, FoundArray>();
  for (const [, file, dtype, shape] of source.text.matchAll(
    /^\/\/ file (\S+): (\w+) \((.*)\)$/gm,
  )) {
    found.set(file, { file, dtype, shape: shape.split(",").map(Number) });
  }
  return new Map(
    graph.tensors.flatMap((tensor): [Tensor, FoundArray][] => {
      if (tensor.source?.from !== "file") return [];
      const { file } = tensor.source;
      const own = tensor.axes.map((dim) => (dim.size?.kind === "lit" ? dim.size.value : 3));
      const shape = tensor.kind === "given" ? [5, ...own] : own;
      return [[tensor, found.get(file) ?? { file, dtype: "float32", shape }]];
    }),
  );
}
