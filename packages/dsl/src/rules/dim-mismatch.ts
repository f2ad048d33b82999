// E0305: axes that do not agree, where a definition meets neurons and arrays.

import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import type { BoundAxis, Given } from "../2-lower/axes.ts";
import { axesText, axisPhrase, count, ordinal } from "../diagnostics/place.ts";

/** What is needed to explain a connection's axes. */
export interface ConnectionPlace {
  /** What the connection is called. */
  readonly name: string;
  /** `dense(a: [A], b: [B])` */
  readonly signature: string;
  /** The same for layers of as many axes as these, as a call; null where there is none. */
  readonly overAxes: string | null;
  /** Where an array or a neuron is declared. */
  readonly declared: (given: Given) => Span | undefined;
  /** Neurons that would fit instead. */
  readonly fitting: (axes: readonly Dim[]) => readonly string[];
}

/** E0305: a neuron or an array with another number of axes than the definition says. */
export function axisCount(diagnostics: Diagnostics, place: ConnectionPlace, given: Given): void {
  const wanted = `${count(given.formal.length, "axis", "axes")} [${given.formal.join(", ")}]`;
  diagnostics.report("E0305", given.span, {
    message: `\`${place.name}\` needs ${subject(given)} to have ${wanted}`,
    label: `\`${given.written}\` has shape ${axesText(given.axes)}`,
    note: [place.signature],
    ...(given.role === "neuron" ? { help: [otherCount(place)] } : {}),
  });
}

function otherCount({ overAxes }: ConnectionPlace): string {
  return overAxes === null
    ? "write an energy of your own, and name every axis: `energy e = -sum[…] …`"
    : `between layers of several axes it is \`${overAxes}\``;
}

/** E0305: two things that a definition gives the same axis have different dims there. */
export function dimMismatch(
  diagnostics: Diagnostics,
  place: ConnectionPlace,
  given: Given,
  axis: number,
  first: BoundAxis,
  solved: ReadonlyMap<string, BoundAxis>,
): void {
  const letter = given.formal[axis];
  const position = axisPhrase(first.by.formal.length, first.axis);
  const declared = place.declared(first.by);
  const known = [...solved].map(([name, { dim }]) => `${name} = ${dim.name}`);
  const wanted = given.formal.map((name, i) => solved.get(name)?.dim ?? given.axes[i]);
  const fitting = given.role === "neuron" ? place.fitting(wanted) : [];
  const redeclare =
    first.by.role === "param"
      ? `declare \`${first.by.written}: ${axesText(first.by.axes.with(first.axis, given.axes[axis]))}\``
      : null;
  const connect =
    fitting.length === 0 ? null : `connect \`${fitting[0]}\` (${axesText(wanted)}) instead`;
  const help = [connect, redeclare].filter((text) => text !== null).join(", or ");
  diagnostics.report("E0305", given.span, {
    message: `\`${place.name}\` needs ${subject(given)} to have the dim of \`${first.by.written}\`'s ${position}`,
    label: `\`${given.written}\` has shape ${axesText(given.axes)}`,
    related: [
      {
        span: declared ?? first.by.span,
        label: `so ${letter} = ${first.dim.name} here`,
      },
    ],
    note: [
      `${place.signature}${first.by.role === "param" && first.by.name !== letter ? ` with \`${first.by.name}: [${first.by.formal.join(", ")}]\`` : ""} gives ${known.join(", ")}`,
    ],
    ...(help === "" ? {} : { help: [help] }),
  });
}

/** E0305: an axis whose size follows from others has another size, or one that cannot be compared. */
export function derivedSize(
  diagnostics: Diagnostics,
  place: ConnectionPlace,
  given: Given,
  axis: number,
  wanted: string,
  dim: Dim,
  known: boolean,
): void {
  diagnostics.report("E0305", given.span, {
    message: `\`${place.name}\` needs ${subject(given)} to have the size ${given.formal[axis]} = ${wanted} on its ${axisPhrase(given.formal.length, axis)}`,
    label: `\`${given.written}\` has ${dim.name}${dim.size?.kind === "lit" ? ` = ${dim.size.value}` : ""} there`,
    note: [place.signature],
    ...(known
      ? {}
      : { help: [`sizes are not known yet: declare the neuron with the axis \`${wanted}\``] }),
  });
}

/** E0305: an array given to a Lagrangian walks an axis that the neuron does not have. */
export function optionAxes(
  diagnostics: Diagnostics,
  option: string,
  array: { name: string; axes: readonly Dim[] },
  neuron: { name: string; axes: readonly Dim[] },
  span: Span,
): void {
  diagnostics.report("E0305", span, {
    message: `\`${option}\` needs axes of \`${neuron.name}\`, which are ${axesText(neuron.axes)}`,
    label: `\`${array.name}\` has shape ${axesText(array.axes)}`,
  });
}

/** E0305: an option of a Lagrangian walks an axis whose units are mixed, so that no single number comes out. */
export function mixedOption(
  diagnostics: Diagnostics,
  neuron: { name: string; lagrangian: string; mixed: readonly Dim[] },
  span: Span,
): void {
  const mixed = axesText(neuron.mixed);
  diagnostics.report("E0305", span, {
    message: `\`${neuron.lagrangian}\` mixes the units of \`${neuron.name}\` along ${mixed}, so they share its options`,
    label: `an option has another number for each of ${mixed}`,
    help: ["give it one number, or an array along the other axes"],
  });
}

/** E0305: an array bound to a name of a part must have the dims of that name. */
export function partShape(
  diagnostics: Diagnostics,
  part: string,
  wanted: { name: string; axes: readonly Dim[] },
  found: { name: string; axes: readonly Dim[]; span: Span },
): void {
  diagnostics.report("E0305", found.span, {
    message: `\`${part}\` needs an array of shape ${axesText(wanted.axes)} as its \`${wanted.name}\``,
    label: `\`${found.name}\` has shape ${axesText(found.axes)}`,
    note: ["binding is aliasing: give the part its dims by name too, for example `D = D`"],
  });
}

function subject(given: Given): string {
  return given.role === "neuron" ? `the ${ordinal(given.position)} neuron` : `\`${given.name}\``;
}

/** E0305: a file whose axes have another order has the very same axes. */
export function storedAxes(
  diagnostics: Diagnostics,
  { name, axes }: { name: string; axes: readonly Dim[] },
  stored: readonly Dim[],
  span: Span,
): void {
  diagnostics.report("E0305", span, {
    message: `\`${name}\` has the axes ${axesText(axes)}, in whatever order they are stored`,
    label: `these are ${axesText(stored)}`,
  });
}
