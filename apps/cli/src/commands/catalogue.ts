import type { CommandDefinition } from "./command.ts";

/** A command as `ham --help` lists it, without its code. */
export interface ListedCommand {
  readonly name: string;
  /** What stands behind the name, as in `[options] <file>`; empty for nothing. */
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CommandDefinition }>;
}

/** Every command, in the order in which they are listed. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: "run",
    usage: "[options] <file>",
    summary: "recall once and say how it ended",
    load: () => import("./run.ts"),
  },
  {
    name: "verify",
    usage: "[options] <certificate> <file>",
    summary: "check the certificate that a recall left, by code of its own",
    load: () => import("./verify.ts"),
  },
  {
    name: "energy",
    usage: "[options] <file>",
    summary: "print the energies of given states, part by part, without a step",
    load: () => import("./energy.ts"),
  },
  {
    name: "train",
    usage: "[options] <file>",
    summary: "learn the params, and draw how the loss fell",
    load: () => import("./train.ts"),
  },
  {
    name: "check",
    usage: "[options] <files...>",
    summary: "find everything that is wrong with files, without running them",
    load: () => import("./check.ts"),
  },
  {
    name: "test",
    usage: "[options] <files...>",
    summary: "run the tests that files hold",
    load: () => import("./test.ts"),
  },
  {
    name: "store",
    usage: "[options] <patterns>",
    summary: "store patterns in a memory that a model names (FILE or FILE#KEY)",
    load: () => import("./store.ts"),
  },
  {
    name: "remember",
    usage: "[options] <patterns...>",
    summary: "stream patterns of any number into a memory, whole or in shards",
    load: () => import("./remember.ts"),
  },
  {
    name: "worker",
    usage: "[options]",
    summary: "do what `ham remember --queue` asks for, on any machine",
    load: () => import("./worker.ts"),
  },
  {
    name: "jobs",
    usage: "[options]",
    summary: "say how far the jobs of a queue are, and what failed",
    load: () => import("./jobs.ts"),
  },
  {
    name: "merge",
    usage: "[options] <memories...>",
    summary: "merge memories of parts into the memory of all",
    load: () => import("./merge.ts"),
  },
  {
    name: "forget",
    usage: "[options] <memory> <patterns...>",
    summary: "take patterns away from a stored memory",
    load: () => import("./forget.ts"),
  },
  {
    name: "memory",
    usage: "[options] <memory>",
    summary: "say what is in a stored memory, and write its weights",
    load: () => import("./memory.ts"),
  },
  {
    name: "capacity",
    usage: "[options] [patterns]",
    summary: "measure how many patterns an energy holds (random ones, or FILE[#KEY])",
    load: () => import("./capacity.ts"),
  },
  {
    name: "zoo",
    usage: "[options]",
    summary: "show which similarities and separations have an energy, and what they hold",
    load: () => import("./zoo.ts"),
  },
  {
    name: "explain",
    usage: "[options] <file>",
    summary: "print the energy and the update rule of every neuron",
    load: () => import("./explain.ts"),
  },
  {
    name: "fixed-points",
    usage: "[options] <file>",
    summary: "list the minima, saddles and maxima of the energy",
    load: () => import("./fixed-points.ts"),
  },
  {
    name: "atlas",
    usage: "[options] <file>",
    summary: "chart all resting places, the passes between them, and how they change",
    load: () => import("./atlas.ts"),
  },
  {
    name: "fmt",
    usage: "[options] <files...>",
    summary: "write files the one way they are written",
    load: () => import("./fmt.ts"),
  },
  {
    name: "graph",
    usage: "[options] <file>",
    summary: "draw the hypergraph: neurons as circles, energies as squares",
    load: () => import("./graph.ts"),
  },
  {
    name: "landscape",
    usage: "[options] <file>",
    summary: "draw the energy of a layer over a plane",
    load: () => import("./landscape.ts"),
  },
  {
    name: "ir",
    usage: "[options] <file>",
    summary: "print a model as data (JSON)",
    load: () => import("./ir.ts"),
  },
  {
    name: "export",
    usage: "[options] <file>",
    summary: "write a model for another framework",
    load: () => import("./export.ts"),
  },
  {
    name: "doc",
    usage: "[options] <file>",
    summary: "write a page about a model, from its /// comments",
    load: () => import("./doc.ts"),
  },
  {
    name: "cite",
    usage: "[options] <file>",
    summary: "print where the parts of a model come from, for a paper",
    load: () => import("./cite.ts"),
  },
  {
    name: "new",
    usage: "[options] <name>",
    summary: "write a commented model to start from, or a plugin",
    load: () => import("./new.ts"),
  },
  {
    name: "examples",
    usage: "[options] [name]",
    summary: "list models to learn from, or copy one with its data",
    load: () => import("./examples.ts"),
  },
  {
    name: "lsp",
    usage: "[options]",
    summary: "serve an editor on the standard input and output",
    load: () => import("./lsp.ts"),
  },
  {
    name: "completions",
    usage: "<shell>",
    summary: "print what completes ham in a shell",
    load: () => import("./completions.ts"),
  },
  {
    name: "doctor",
    usage: "[options]",
    summary: "say which backends work here, and how to get the others",
    load: () => import("./doctor.ts"),
  },
  {
    name: "bench",
    usage: "[options] <file>",
    summary: "time a whole recall on every engine here, beside JAX where it is",
    load: () => import("./bench.ts"),
  },
  {
    name: "reproduce",
    usage: "[options] <name>",
    summary: "compute a published result again",
    load: () => import("./reproduce.ts"),
  },
  {
    name: "demo",
    usage: "[options]",
    summary: "restore damaged digits, and draw them",
    load: () => import("./demo.ts"),
  },
];
