// A model as one Python file that needs JAX and NumPy only.
//
// Everything in it is symbolic already: the activations are the derivatives of the Lagrangians and
// the velocity is our own −(1/τ) ∂E/∂x̂, so that its numbers can be compared with ours. The file
// works on one example; `jax.vmap` makes it work on many.

import type { NumberArray } from "../../array.ts";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  activationOf,
  drivesOf,
  type EnergyGraph,
  type Neuron,
  type Recall,
  totalEnergy,
  velocities,
} from "../../model/energy-graph.ts";
import { HamError } from "../../error.ts";
import { pinnedBy } from "../../model/recall-parts.ts";
import { assertNoPast } from "../assert-no-past.ts";
import { STAGES } from "../stages.ts";
import { tidy } from "../../rewrite/canonical.ts";
import type { Dim, Expr, Tensor } from "../../expr/types.ts";
import { JaxBody, type Names, pythonNumber } from "./emit.ts";
import { MAIN, PREAMBLE } from "./runtime.ts";
import { eachPart } from "../../expr/parts.ts";

/** What is exported beside the energy, the activations and one step. */
export interface JaxOptions {
  /** The name of a recall; its solver, steps and clamps become the function `recall`. */
  readonly recall?: string;
  /** Arrays that the file holds itself; whoever calls `load` may give others. */
  readonly values?: ReadonlyMap<Tensor, NumberArray>;
}

/**
 * The text of a Python module with `load`, `activations`, `energy`, `velocity`, `update`, `main`
 * and, when asked for, `recall`.
 *
 * @throws HamError `graph/export-unsupported` for a recall that jumps (binary layers, other
 * solvers), or a drive that looks back; `graph/unknown-recall` for a name there is none of.
 */
export function exportJax(
  graph: EnergyGraph,
  { recall: wanted, values = new Map() }: JaxOptions = {},
): string {
  assertNoPast(graph, "JAX");
  const recall = wanted === undefined ? null : recallOf(graph, wanted);
  const file = new JaxFile(graph, values);
  return [
    PREAMBLE,
    file.declarations(),
    file.load(),
    file.activations(),
    file.energy(),
    file.velocity(),
    updateOf(graph),
    ...(recall === null ? [] : [file.recall(recall)]),
    MAIN,
  ].join("\n\n");
}

/** What a velocity is, as the file says it. */
const forceOf = (graph: EnergyGraph): string =>
  drivesOf(graph).length === 0 ? "-dE/dxhat" : "-dE/dxhat + drive";

const updateOf = (graph: EnergyGraph): string => `def update(states, model, dt=0.1, time=0.0):
    """One Euler step of \`tau dx/dt = ${forceOf(graph)}\`."""
    slopes = velocity(states, activations(states, model, time), model, time)
    return {name: x + dt * slopes[name] for name, x in states.items()}
`;

function recallOf(graph: EnergyGraph, name: string): Recall {
  const recall = graph.recalls.find((each) => each.name === name);
  if (recall === undefined) {
    throw new HamError(
      "graph/unknown-recall",
      `There is no recall called "${name}". The model has: ${graph.recalls.map((r) => r.name).join(", ") || "none"}.`,
    );
  }
  const jumps = graph.neurons.find(({ kind }) => kind === "binary");
  const problem =
    jumps !== undefined
      ? `"${jumps.name}" is a binary layer`
      : STAGES[recall.solver.name] === undefined
        ? `its solver is "${recall.solver.name}"`
        : null;
  if (problem !== null) {
    throw new HamError(
      "graph/export-unsupported",
      `The recall "${name}" cannot be exported to JAX: ${problem}. Export the model without it and write the loop around \`update\`.`,
    );
  }
  return recall;
}

class JaxFile {
  readonly #graph: EnergyGraph;
  readonly #dims = new Map<Dim, string>();
  readonly #tensors = new Map<Tensor, string>();
  readonly #names: Names;

  readonly #values: ReadonlyMap<Tensor, NumberArray>;

  constructor(graph: EnergyGraph, values: ReadonlyMap<Tensor, NumberArray>) {
    this.#graph = graph;
    this.#values = values;
    const taken = new Set(["jax", "jnp", "np", "states", "activations", "model", "time", "sizes"]);
    const layers = graph.neurons.flatMap(({ state, activation }) => [state, activation]);
    for (const tensor of [...graph.tensors, ...layers]) {
      const suffix = tensor.kind === "activation" ? "_hat" : "";
      this.#tensors.set(tensor, identifier(tensor.name + suffix, taken));
    }
    const axes = [...this.#tensors.keys()].flatMap((tensor) => tensor.axes);
    for (const dim of new Set([...graph.dims, ...axes])) {
      this.#dims.set(dim, identifier(`n_${dim.name}`, taken));
    }
    this.#names = {
      dim: (dim) => this.#dims.get(dim) ?? dim.name,
      tensor: (tensor) => this.#tensors.get(tensor) ?? tensor.name,
    };
  }

  /** Axes of all arrays, and sizes that are known. */
  declarations(): string {
    const axes = (tensor: Tensor) => pythonTuple(tensor.axes.map((dim) => this.#key(dim)));
    const table = (name: string, tensors: readonly Tensor[]) => [
      `${name} = {`,
      ...tensors.map((tensor) => `    ${pythonText(tensor.name)}: ${axes(tensor)},`),
      "}",
    ];
    const known = [...this.#dims.keys()].flatMap((dim) =>
      dim.size?.kind === "lit" ? [`    ${pythonText(this.#key(dim))}: ${dim.size.value},`] : [],
    );
    return [
      "# The axes of every array, by name.",
      ...table("ARRAYS", this.#graph.tensors),
      ...table(
        "STATES",
        this.#graph.neurons.map(({ state }) => state),
      ),
      "SIZES = {",
      ...known,
      "}",
      ...this.#ownValues(),
      "",
    ].join("\n");
  }

  /** Arrays that the file holds, as the bytes of little-endian float32 numbers. */
  #ownValues(): string[] {
    if (this.#values.size === 0) return [];
    const lines = [...this.#values].map(([{ name }, { shape, data }]) => {
      const view = new DataView(new ArrayBuffer(4 * data.length));
      for (let n = 0; n < data.length; n++) view.setFloat32(4 * n, data[n], true);
      const bytes = `bytes.fromhex("${bytesToHex(new Uint8Array(view.buffer))}")`;
      const places = pythonTuple(shape.map(String), true);
      return `    ${pythonText(name)}: np.frombuffer(${bytes}, dtype="<f4").reshape(${places}),`;
    });
    return ["# Arrays that need not be given.", "VALUES = {", ...lines, "}"];
  }

  load(): string {
    const body = new JaxBody(this.#names);
    const derived = [...this.#dims.keys()].filter(
      ({ size }) => size !== null && size.kind !== "lit",
    );
    const lines = [
      ...(this.#values.size === 0 ? [] : ["arrays = {**VALUES, **arrays}"]),
      "sizes = measured(arrays, states)",
      ...derived.flatMap((dim) => {
        const inner = new JaxBody(this.#names);
        const code = inner.array(tidy(dim.size!));
        const key = pythonText(this.#key(dim));
        return [
          ...sizesIn(dim.size!).map((other) => this.#sizeLine(other)),
          ...inner.lines,
          `sizes[${key}] = agreed(${key}, sizes, int(${code}))`,
        ];
      }),
      "arrays = {name: jnp.asarray(arrays[name], dtype=float) for name in arrays}",
    ];
    const defaults = this.#graph.tensors.flatMap((tensor) => {
      if (tensor.source?.from === "entries" && tensor.kind !== "given") {
        const { shape, entries } = tensor.source;
        const list = `[${entries.map(pythonNumber).join(", ")}]`;
        return [
          `arrays.setdefault(${pythonText(tensor.name)}, jnp.reshape(jnp.asarray(${list}, dtype=float), ${pythonTuple(shape.map(String), true)}))`,
        ];
      }
      if (tensor.source?.from !== "value") return [];
      const { value } = tensor.source;
      const code = body.array(tidy(value));
      const shape = pythonTuple(
        tensor.axes.map((dim) => `sizes[${pythonText(this.#key(dim))}]`),
        true,
      );
      const lines = body.lines.splice(0);
      return [
        ...this.#reads(value, "arrays"),
        ...lines,
        `arrays.setdefault(${pythonText(tensor.name)}, jnp.broadcast_to(${code}, ${shape}))`,
      ];
    });
    return definition(
      "load(arrays, states)",
      "Checks every shape, fills in known values, and returns the model of these arrays.",
      [
        ...lines,
        ...defaults,
        "missing = [name for name in ARRAYS if name not in arrays]",
        "if missing:",
        '    raise ValueError("no array for " + ", ".join(missing))',
        'return {"arrays": arrays, "sizes": sizes}',
      ],
    );
  }

  activations(): string {
    const entries = this.#graph.neurons.map((neuron) => [neuron, activationOf(neuron)] as const);
    return this.#function(
      "activations(states, model, time=0.0)",
      "The activations `xhat = dL/dx` of all layers.",
      entries.map(([, { value }]) => value),
      (body) => entries.map(([neuron, { indices, value }]) => [neuron, body.array(value, indices)]),
    );
  }

  energy(): string {
    const total = totalEnergy(this.#graph);
    return this.#function(
      "energy(states, activations, model, time=0.0)",
      "The total energy: `<x, xhat> - L(x)` of every layer with a leak, plus all terms.",
      [total],
      (body) => body.array(total),
    );
  }

  velocity(): string {
    const entries = [...velocities(this.#graph)];
    return this.#function(
      "velocity(states, activations, model, time=0.0)",
      drivesOf(this.#graph).length === 0
        ? "`dx/dt = -(1/tau) dE/dxhat` of all layers."
        : "`tau dx/dt = -dE/dxhat + drive` of all layers.",
      entries.map(([, { value }]) => value),
      (body) => entries.map(([neuron, { indices, value }]) => [neuron, body.array(value, indices)]),
    );
  }

  recall(recall: Recall): string {
    const body = new JaxBody(this.#names);
    const { at, weights } = STAGES[recall.solver.name];
    const dt = recall.solver.options.get("dt");
    const held = recall.clamps.map(({ neuron, indices, where }) => {
      const mask = where === null ? "1.0" : body.array(where, indices);
      return `${pythonText(neuron.name)}: ${mask}`;
    });
    const stepSize = dt === undefined ? "0.1" : body.array(dt);
    const steps = body.array(recall.steps);
    const setUp = [...body.lines.splice(0), `held = {${held.join(", ")}}`];
    const starts = recall.starts.flatMap((start) => {
      if (start.from !== "value") return [];
      const own = new JaxBody(this.#names);
      const code = own.array(start.value, start.indices);
      const line = `states = {**states, ${pythonText(start.neuron.name)}: jnp.asarray(${code})}`;
      return [...this.#reads(start.value, 'model["arrays"]'), ...own.lines, line];
    });
    const schedules = recall.schedules.flatMap(({ tensor, value }) => {
      const own = new JaxBody(this.#names);
      const line = `model["arrays"][${pythonText(tensor.name)}] = jnp.asarray(${own.array(value)})`;
      return [...own.lines, line];
    });
    // A schedule may move what a value reads, so that values are read where they are needed.
    const pinned = [...pinnedBy(recall)].flatMap(([{ name }, { indices, value }]) => {
      const own = new JaxBody(this.#names);
      const line = `hats[${pythonText(name)}] = jnp.asarray(${own.array(value, indices)})`;
      return [...this.#reads(value, 'model["arrays"]'), ...own.lines, line];
    });
    const used = [
      ...recall.clamps.flatMap(({ where }) => where ?? []),
      ...recall.schedules.map(({ value }) => value),
      ...recall.solver.options.values(),
      recall.steps,
    ];
    return definition(
      "recall(states, model)",
      `The recall "${recall.name}": ${recall.solver.name}, all its steps (a stop condition is not tested). A layer that it starts at a value starts there, others at \`states\`.`,
      [
        ...used.flatMap((expr) => this.#reads(expr, 'model["arrays"]')),
        ...setUp,
        `steps, dt = int(${steps}), ${stepSize}`,
        ...starts,
        'model = {**model, "arrays": dict(model["arrays"])}',
        "for step in range(steps):",
        "    slopes = []",
        `    for part in ${JSON.stringify(at)}:`,
        "        time = min((step + part) / max(steps - 1, 1), 1.0)",
        ...schedules.map((line) => `        ${line}`),
        "        moved = {",
        "            name: x + part * dt * slopes[-1][name] if slopes else x",
        "            for name, x in states.items()",
        "        }",
        "        hats = activations(moved, model, time)",
        ...pinned.map((line) => `        ${line}`),
        "        slope = velocity(moved, hats, model, time)",
        "        slopes.append({name: s * (1.0 - held.get(name, 0.0)) for name, s in slope.items()})",
        `    weights = ${JSON.stringify(weights)}`,
        "    states = {",
        "        name: x + dt * sum(w * s[name] for w, s in zip(weights, slopes))",
        "        for name, x in states.items()",
        "    }",
        "return states",
      ],
    );
  }

  #key(dim: Dim): string {
    return this.#dims.get(dim)!.slice("n_".length);
  }

  #sizeLine(dim: Dim): string {
    return `${this.#dims.get(dim)!} = sizes[${pythonText(this.#key(dim))}]`;
  }

  /** Lines that bring the sizes and arrays an expression reads into local names. */
  #reads(expr: Expr, arrays: string): string[] {
    const { dims, tensors } = usedIn([expr]);
    const sizes = arrays === "arrays" ? "sizes" : 'model["sizes"]';
    return [
      ...[...dims].map(
        (dim) => `${this.#dims.get(dim)!} = ${sizes}[${pythonText(this.#key(dim))}]`,
      ),
      ...[...tensors].map(
        (tensor) => `${this.#tensors.get(tensor)!} = ${arrays}[${pythonText(tensor.name)}]`,
      ),
    ];
  }

  #function(
    signature: string,
    doc: string,
    exprs: readonly Expr[],
    emit: (body: JaxBody) => string | (readonly [Neuron, string])[],
  ): string {
    const body = new JaxBody(this.#names);
    const result = emit(body);
    const { dims, tensors } = usedIn(exprs);
    for (const { axes } of this.#graph.neurons) axes.forEach((dim) => dims.add(dim));
    const layers = new Map(
      this.#graph.neurons.flatMap(({ state, activation }) => [
        [state, "states"],
        [activation, "activations"],
      ]),
    );
    return definition(signature, doc, [
      ...[...dims].map(
        (dim) => `${this.#dims.get(dim)!} = model["sizes"][${pythonText(this.#key(dim))}]`,
      ),
      ...[...tensors].map((tensor) => {
        const from = layers.get(tensor) ?? 'model["arrays"]';
        return `${this.#tensors.get(tensor)!} = ${from}[${pythonText(tensor.name)}]`;
      }),
      ...body.lines,
      ...(typeof result === "string"
        ? [`return ${result}`]
        : [
            "return {",
            ...result.map(([neuron, code]) => `    ${pythonText(neuron.name)}: ${code},`),
            "}",
          ]),
    ]);
  }
}

function definition(signature: string, doc: string, lines: readonly string[]): string {
  const body = [`"""${doc}"""`, ...lines].map((line) => `    ${line}\n`).join("");
  return `def ${signature}:\n${body}`;
}

/** The dims and tensors that expressions mention, in the order of their first use. */
function usedIn(exprs: readonly Expr[]): { dims: Set<Dim>; tensors: Set<Tensor> } {
  const dims = new Set<Dim>();
  const tensors = new Set<Tensor>();
  eachPart(exprs, (node) => {
    if (node.kind === "get") tensors.add(node.tensor);
    if (node.kind === "size") dims.add(node.dim);
    for (const index of node.free) dims.add(index.dim);
    if (node.kind === "reduce") node.over.forEach((index) => dims.add(index.dim));
  });
  return { dims, tensors };
}

function sizesIn(expr: Expr): Dim[] {
  return [...usedIn([expr]).dims];
}

/** A Python name that no other thing of the file has. */
function identifier(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d|t\d+$)/, "_");
  let unique = PYTHON_WORDS.has(plain) ? `${plain}_` : plain;
  for (let n = 2; taken.has(unique); n++) unique = `${plain}_${n}`;
  taken.add(unique);
  return unique;
}

const PYTHON_WORDS: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except " +
    "finally for from global if import in is lambda nonlocal not or pass raise return try while " +
    "with yield float int max min sum range zip dict held steps dt step slopes weights part moved hats"
  ).split(" "),
);

function pythonText(text: string): string {
  return JSON.stringify(text);
}

function pythonTuple(items: readonly string[], code = false): string {
  const parts = items.map((item) => (code ? item : pythonText(item)));
  return `(${parts.join(", ")}${parts.length === 1 ? "," : ""})`;
}
