// The command line: reads the arguments, runs a command, turns mistakes into messages.

import { readFileSync } from "node:fs";
import type { Diagnostic } from "@hamlet/dsl";
import { HamError } from "@hamlet/graph";
import { Command, CommanderError, Option } from "commander";
import { CAPACITY_ENERGIES } from "./capacity/model.ts";
import { capacity, type CapacityFlags } from "./commands/capacity.ts";
import { check, type CheckFormat } from "./commands/check.ts";
import { demo, type DemoFlags } from "./commands/demo.ts";
import { doc } from "./commands/doc.ts";
import { doctor } from "./commands/doctor.ts";
import { exportModel, type ExportFlags, EXPORT_FORMATS } from "./commands/export.ts";
import { explain } from "./commands/explain.ts";
import { fixedPoints, type FixedPointsFlags } from "./commands/fixed-points.ts";
import { fmt } from "./commands/fmt.ts";
import { graph } from "./commands/graph.ts";
import { ir, type IrFlags } from "./commands/ir.ts";
import { landscape, type LandscapeFlags } from "./commands/landscape.ts";
import { newModel } from "./commands/new.ts";
import { reproduce, type ReproduceFlags } from "./commands/reproduce.ts";
import { run, type RunFlags } from "./commands/run.ts";
import { STORAGE_RULES, store, type StoreFlags } from "./commands/store.ts";
import { test, type TestFlags } from "./commands/test.ts";
import { train, type TrainFlags } from "./commands/train.ts";
import { CommandError, EXIT } from "./exit.ts";
import {
  listOf,
  orderNumber,
  positiveNumber,
  positiveReal,
  share,
  shareNumber,
  wholeNumber,
  withBackendOption,
  withDataOptions,
  withModelOptions,
  withSeedOption,
  withSetOption,
} from "./options.ts";

function version(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function makeProgram(finish: (code: number) => void): Command {
  const program = new Command("ham")
    .description("Associative memories you can write down.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError()
    .showHelpAfterError("(ham --help lists the commands)")
    .exitOverride()
    .addHelpText(
      "before",
      `Examples:
  ham demo                             restore damaged digits, and draw them
  ham run model.ham --given query=q.npy
  ham run model.ham --set beta=4 --out result.npz
  ham train model.ham --validation 0.2 learn the params, and draw the loss
  ham check model.ham                  everything that is wrong with a file
  ham test model.ham                   the tests in it, each with its reasons
  ham explain model.ham                the update rule behind a model
`,
    )
    .addHelpText(
      "after",
      `
Exit codes: 0 ok, 1 the run or a test failed, 2 usage, 3 the file has errors, 130 stopped`,
    );

  withModelOptions(program.command("run <file>").description("recall once and say how it ended"))
    .option("--recall <NAME>", "the recall block to run (default: the first)")
    .addOption(
      new Option("--batch <N>", "examples where nothing is given")
        .default(1)
        .argParser(positiveNumber),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .option("--out <FILE.npz>", "write activations, states and energies")
    .option("--movie <FILE.png>", "draw a binary recall as an animated PNG")
    .action(async (file: string, flags: RunFlags) => finish(await run(file, flags)));

  withModelOptions(
    program.command("train <file>").description("learn the params, and draw how the loss fell"),
  )
    .option("--train <NAME>", "the train block to run (default: the first)")
    .addOption(
      new Option("--epochs <N>", "how often all examples are seen").argParser(positiveNumber),
    )
    .addOption(
      new Option("--validation <SHARE>", "hold back this share of the examples")
        .default(0)
        .argParser(share),
    )
    .option("--out <FILE.safetensors>", "where the params go (default: out/<name>.safetensors)")
    .option("--checkpoint <FILE>", "where to go on from is kept (default: beside the params)")
    .option("--resume", "go on from the checkpoint", false)
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (file: string, flags: TrainFlags) => finish(await train(file, flags)));

  program
    .command("check <files...>")
    .description("find everything that is wrong with files, without running them")
    .addOption(
      new Option("--format <FORMAT>", "how to print").choices(["text", "json"]).default("text"),
    )
    .addOption(
      new Option("--set <NAME=VALUE>", "check with this override")
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], "nothing"),
    )
    .action(async (files: string[], flags: { format: CheckFormat; set: string[] }) =>
      finish(await check(files, flags)),
    );

  withModelOptions(program.command("test <files...>").description("run the tests that files hold"))
    .option("--json", "print one JSON array and nothing else", false)
    .action(async (files: string[], flags: TestFlags) => finish(await test(files, flags)));

  program
    .command("store <patterns>")
    .description("store patterns of -1 and 1 in a weight matrix (FILE or FILE#KEY)")
    .addOption(
      new Option("--rule <RULE>", "how they are stored").choices(STORAGE_RULES).default("hebb"),
    )
    .addOption(new Option("--take <K>", "store only the first K").argParser(positiveNumber))
    .addOption(
      new Option("--unlearn <N>", "then weaken N states that random starts fall into").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option("--rate <X>", "how much of each is unlearned")
        .default(0.01)
        .argParser(positiveReal),
    )
    .addOption(
      new Option("--seed <N>", "seed of the random starts").default(0).argParser(wholeNumber),
    )
    .option("--out <FILE.npy>", "where the weights go", "W.npy")
    .action(async (patterns: string, flags: StoreFlags) => finish(await store(patterns, flags)));

  program
    .command("capacity [patterns]")
    .description("measure how many patterns an energy holds (random ones, or FILE[#KEY])")
    .addOption(
      new Option("--energy <ENERGY>", "the energy").choices(CAPACITY_ENERGIES).default("quadratic"),
    )
    .addOption(
      new Option("--n <N>", "the order of the polynomial energy").default(3).argParser(orderNumber),
    )
    .addOption(
      new Option("--size <D>", "units of a random pattern").default(100).argParser(positiveNumber),
    )
    .addOption(
      new Option("--counts <K,…>", "numbers of patterns (default: around the limit)").argParser(
        listOf(positiveNumber),
      ),
    )
    .addOption(
      new Option("--noise <X,…>", "shares of flipped units")
        .default([0, 0.1, 0.2, 0.3], "0,0.1,0.2,0.3")
        .argParser(listOf(shareNumber)),
    )
    .addOption(
      new Option("--trials <N>", "damaged copies in each case")
        .default(50)
        .argParser(positiveNumber),
    )
    .addOption(
      new Option("--overlap <X>", "an overlap that counts as restored")
        .default(0.95)
        .argParser(shareNumber),
    )
    .addOption(
      new Option("--seed <N>", "seed of everything that is drawn")
        .argParser(wholeNumber)
        .default(0),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .option("--out <FILE.svg>", "where the picture goes", "out/capacity.svg")
    .action(async (patterns: string | undefined, flags: CapacityFlags) =>
      finish(await capacity(patterns, flags)),
    );

  program
    .command("explain <file>")
    .description("print the energy and the update rule of every neuron")
    .option("--latex", "print the rules as LaTeX", false)
    .action(async (file: string, flags: { latex: boolean }) => finish(await explain(file, flags)));

  withModelOptions(
    program
      .command("fixed-points <file>")
      .description("list the minima, saddles and maxima of the energy"),
  )
    .addOption(
      new Option("--starts <N>", "random starts to search from")
        .default(100)
        .argParser(positiveNumber),
    )
    .addOption(
      new Option("--spread <X>", "standard deviation of the starts around 0")
        .default(1)
        .argParser(positiveReal),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (file: string, flags: FixedPointsFlags) =>
      finish(await fixedPoints(file, flags)),
    );

  program
    .command("fmt <files...>")
    .description("write files the one way they are written")
    .option("--check", "change nothing, say which files would change", false)
    .action(async (files: string[], flags: { check: boolean }) => finish(await fmt(files, flags)));

  program
    .command("graph <file>")
    .description("draw the hypergraph: neurons as circles, energies as squares")
    .option("--out <FILE.svg>", "where the picture goes (default: out/<name>.svg)")
    .action(async (file: string, flags: { out?: string }) => finish(await graph(file, flags)));

  withModelOptions(
    program.command("landscape <file>").description("draw the energy of a layer over a plane"),
  )
    .option("--neuron <NAME>", "the layer (default: the first)")
    .option("--memories <NAME>", "patterns that lay out the plane (default: the first that fit)")
    .addOption(
      new Option("--points <N>", "energies along each side").default(80).argParser(positiveNumber),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .option("--out <FILE.svg>", "where the picture goes (default: out/<name>-landscape.svg)")
    .action(async (file: string, flags: LandscapeFlags) => finish(await landscape(file, flags)));

  withSetOption(program.command("ir <file>").description("print a model as data (JSON)"))
    .option("--to-ham", "print one flat .ham file instead", false)
    .option("--out <FILE>", "where it goes (default: standard output)")
    .action(async (file: string, flags: IrFlags) => finish(await ir(file, flags)));

  withDataOptions(
    program.command("export <file>").description("write a model for another framework"),
  )
    .addOption(
      new Option("--to <FORMAT>", "a Python file for JAX, or one step as ONNX")
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .option("--recall <NAME>", "jax: add this recall as a function")
    .option("--out <FILE>", "where it goes (default: out/<name>.py or out/<name>.onnx)")
    .action(async (file: string, flags: ExportFlags) => finish(await exportModel(file, flags)));

  program
    .command("doc <file>")
    .description("write a page about a model, from its /// comments")
    .option("--out <FILE.md>", "where the page goes (default: standard output)")
    .action(async (file: string, flags: { out?: string }) => finish(await doc(file, flags)));

  program
    .command("new <name>")
    .description("write a commented model to start from")
    .action(async (name: string) => finish(await newModel(name)));

  program
    .command("doctor")
    .description("say which backends work here, and how to get the others")
    .action(async () => finish(await doctor()));

  withBackendOption(
    withSeedOption(
      program
        .command("reproduce <name>")
        .description("compute a published result again: kohonen, drdam, drdam-early, diffusion"),
    ),
  )
    .option("--short", "fewer and smaller settings: seconds instead of minutes", false)
    .option(
      "--separation <FORMULA>",
      "kohonen: add a separation function of your own, such as 'max(0, s[i])^3'",
    )
    .option("--iterations <N>", "diffusion: how long each network is trained", positiveNumber)
    .option(
      "--sizes <K,K,…>",
      "diffusion: on how many patterns each, up to 60000",
      listOf(positiveNumber),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .option("--out <FOLDER>", "where the figures go", "out")
    .action(async (name: string, flags: ReproduceFlags) => finish(await reproduce(name, flags)));

  withModelOptions(program.command("demo").description("restore damaged digits, and draw them"))
    .option("--out-dir <FOLDER>", "where the pictures go", "out")
    .action(async (flags: DemoFlags) => finish(await demo(flags)));

  return program;
}

/** Runs the command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = makeProgram((finished) => (code = finished));
  for (const command of program.commands) command.exitOverride();
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return explainError(error);
  }
}

/** Writes what went wrong for a person; bugs of ours keep their stack. */
function explainError(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`ham: ${error.message}\n`);
    return error.exitCode;
  }
  if (HamError.isInstance(error)) {
    if (error.code === "model/file-has-errors") {
      process.stderr.write(`${error.message}\n`);
      return onlyArguments(error) ? EXIT.usage : EXIT.file;
    }
    process.stderr.write(`ham: ${error.message}\n`);
    return EXIT_OF[error.code] ?? EXIT.failed;
  }
  process.stderr.write(
    `ham: this is a bug in ham, please report it with the file that shows it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.failed;
}

/** True when the file is fine and every error is in an argument such as `--set`. */
function onlyArguments({ details }: HamError): boolean {
  const diagnostics = details.diagnostics as readonly Diagnostic[];
  return diagnostics.every(({ severity, file }) => severity === "warning" || file.startsWith("--"));
}

const EXIT_OF: Readonly<Record<string, number>> = {
  "graph/unknown-recall": EXIT.usage,
  "model/cannot-read": EXIT.usage,
  "model/unknown-recall": EXIT.usage,
  "model/unknown-given": EXIT.usage,
  "model/unknown-data": EXIT.usage,
  "model/unknown-training": EXIT.usage,
  "model/no-params-file": EXIT.usage,
};
