// What data files say about a model: the sizes of its dims, and whether they fit at all.
//
// This needs headers only. The caller reads the files; nothing here touches a disk or a tensor.

import type { Dim, Tensor } from "@hamlet/graph";
import { count } from "../diagnostics/place.ts";
import { dimNotWhole } from "../rules/dim-not-whole.ts";
import { arrayDisagrees } from "../rules/array-literal.ts";
import { dimUnknown } from "../rules/dim-unknown.ts";
import { fileShape, type FoundArray } from "../rules/file-shape.ts";
import type { Compilation } from "../compile.ts";
import { collectDiagnostics, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { checkAssertion } from "./assert.ts";
import { knownValue } from "./known-value.ts";

/** What the data says. */
export interface DataFit {
  /** The size of every dim of the model. */
  readonly sizes: ReadonlyMap<Dim, number>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Fits arrays to the declarations they are for. `given` arrays have a leading axis of examples. */
export function fitData(
  compilation: Compilation,
  arrays: ReadonlyMap<Tensor, FoundArray>,
): DataFit {
  const { places, source } = compilation;
  const diagnostics = collectDiagnostics(source);
  const all = new Map(arrays);
  const sizes = new Map<Dim, number>();
  const sizeOf = (dim: Dim): number | null => {
    const known = sizes.get(dim);
    if (known !== undefined) return known;
    return dim.size && knownValue(dim.size, { sizes });
  };
  const failed = new Set<Dim>();
  const origins = new Map<Dim, string>();

  for (const tensor of compilation.graph.tensors) {
    if (tensor.source?.from !== "entries" || arrays.has(tensor)) continue;
    const { shape } = tensor.source;
    all.set(tensor, { file: `the entries of ${tensor.name}`, shape, dtype: "float32" });
  }
  // First what is certain, then what files tell: a size given by two files is checked, not chosen.
  // A file that the caller put in comes after the model's own, so that it is the odd one.
  const certain = [...all].sort(
    ([a, one], [b, other]) =>
      Number(one.isOutside === true) - Number(other.isOutside === true) ||
      open(a.axes, sizeOf) - open(b.axes, sizeOf),
  );
  for (const [tensor, found] of certain) {
    const wanted = layoutOf(tensor);
    const examples = tensor.kind === "given" ? 1 : 0;
    const declared = {
      axes: wanted,
      sizes: wanted.map(sizeOf),
      span: places.types.get(tensor) ?? places.declared.get(tensor)!,
    };
    if (found.shape.length !== wanted.length + examples) {
      const letters = found.shape.slice(examples).map((_, axis) => wanted[axis]?.name ?? "…");
      const help =
        tensor.kind === "given"
          ? `a \`given\` file has one more axis, the examples, in front: expected ${wanted.length + 1} axes`
          : `declare it as it is and name every axis: \`${tensor.name}: [${letters.join(", ")}]\``;
      fileShape(diagnostics, found, declared, count(found.shape.length, "axis", "axes"), help);
      wanted.forEach((dim) => failed.add(dim));
      continue;
    }
    if (found.shape.includes(0)) {
      const help = "save at least one entry along every axis, or leave the file out";
      fileShape(diagnostics, found, declared, "it has no entries", help);
      wanted.forEach((dim) => failed.add(dim));
      continue;
    }
    const take = takeOf(tensor, sizes);
    const isWritten = tensor.source?.from === "entries" && !arrays.has(tensor);
    wanted.forEach((dim, axis) => {
      const whole = found.shape[axis + examples];
      const partial = take !== null && axis === 0 && examples === 0;
      const size = partial ? Math.min(take, whole) : whole;
      const known = sizeOf(dim);
      if (known === null) {
        sizes.set(dim, size);
        origins.set(dim, found.file);
        if (size === take || !partial) return;
        const help = `write \`take ${whole}\`, or leave it out to have all`;
        fileShape(diagnostics, found, declared, `only ${whole} to take from`, help);
      } else if (known !== size) {
        const why =
          partial && take > whole ? `only ${whole} to take from` : `${dim.name} would be ${size}`;
        const origin = origins.get(dim);
        const now = origin === undefined ? known : `${known}, from ${origin}`;
        const help = `use another file, or change \`${dim.name}\` (now ${now})`;
        if (isWritten) {
          const other = origin ?? `its declaration`;
          arrayDisagrees(diagnostics, tensor.name, { dim, size, known, other }, declared.span);
        } else fileShape(diagnostics, found, declared, why, help);
        failed.add(dim);
      }
    });
  }

  for (const dim of allDims(compilation)) {
    const size = sizeOf(dim);
    const span: Span | undefined = places.declared.get(dim);
    if (size === null) {
      const blamed = failed.size > 0;
      if (!blamed && span !== undefined && dim.size === null) dimUnknown(diagnostics, dim, span);
    } else if (!Number.isInteger(size) || size < 1) {
      if (span !== undefined) dimNotWhole(diagnostics, dim.name, size, span, null);
    } else {
      sizes.set(dim, size);
    }
  }
  for (const assertion of compilation.graph.asserts ?? []) {
    const span = places.declared.get(assertion)!;
    checkAssertion(diagnostics, assertion, span, {
      sizes,
      originOf: (dim) => origins.get(dim) ?? null,
    });
  }
  return { sizes, diagnostics: diagnostics.list() };
}

/** The axes in the order of the file. */
export function layoutOf(tensor: Tensor): readonly Dim[] {
  return (tensor.source?.from === "file" ? tensor.source.stored : null) ?? tensor.axes;
}

/** How many entries of the leading axis are read; null for all. */
export function takeOf(tensor: Tensor, sizes: ReadonlyMap<Dim, number>): number | null {
  if (tensor.source?.from !== "file" || tensor.source.take === null) return null;
  return knownValue(tensor.source.take, { sizes });
}

function open(axes: readonly Dim[], sizeOf: (dim: Dim) => number | null): number {
  return axes.filter((dim) => sizeOf(dim) === null).length;
}

/** Every dim of the model, the derived ones without a name of their own included. */
function allDims({ graph }: Compilation): Dim[] {
  const used = [...graph.tensors, ...graph.neurons].flatMap((item) => item.axes);
  return [...new Set([...graph.dims, ...used])];
}
