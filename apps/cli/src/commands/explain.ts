// `ham explain FILE`: what a model computes, written as formulas, and what is known of it.

import {
  certify,
  explain as explainGraph,
  explainLatex,
  explainText,
  printCertificate,
} from "@hamlet/graph";
import { Option } from "commander";
import { EXIT } from "../exit.ts";
import { engineText, explainRecalls } from "../explain-engine.ts";
import { compileFile } from "../files/compile.ts";
import { openModel } from "../files/open-model.ts";
import {
  type DataFlags,
  jsonOption,
  type PluginFlags,
  positiveNumber,
  withBackendOption,
  withDataOptions,
  withTrustOption,
} from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham explain`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withTrustOption(withBackendOption(withDataOptions(command.argument("<file>"))))
      .option("--latex", "print the rules as LaTeX", false)
      .option("--engine", "print what runs where instead; it loads the model as a run does", false)
      .addOption(
        new Option("--batch <N>", "with --engine: examples of the second step that is described")
          .default(100)
          .argParser(positiveNumber),
      )
      .addOption(jsonOption()),
  run: explain,
};

interface ExplainFlags extends DataFlags, PluginFlags {
  readonly latex: boolean;
  readonly engine: boolean;
  readonly batch: number;
  readonly backend: string;
  readonly json: boolean;
}

/**
 * Prints the energy, every neuron's derived update rule, what is computed ahead, and the
 * certificate; with `latex` the rules alone, with `engine` where recalls run. Returns the exit code.
 */
async function explain(path: string, flags: ExplainFlags): Promise<number> {
  if (flags.engine) return await explainEngine(path, flags);
  const { latex, json } = flags;
  const compilation = await compileFile(path, { ...flags, energies: true });
  if (compilation === null) return EXIT.file;
  const explanation = explainGraph(compilation.graph);
  if (latex) {
    process.stdout.write(explainLatex(explanation));
    return EXIT.ok;
  }
  const certificate = certify(compilation.graph);
  const text = explainText(explanation);
  if (json) {
    const report = { model: path, text, latex: explainLatex(explanation), certificate };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return EXIT.ok;
  }
  process.stdout.write(`${text}\nCertificate\n`);
  process.stdout.write(printCertificate(certificate).replaceAll(/^(?=.)/gm, "  "));
  return EXIT.ok;
}

/** Prints where every recall runs, and what its steps are made of; nothing is run. */
async function explainEngine(path: string, flags: ExplainFlags): Promise<number> {
  using model = await openModel(path, { ...flags, seed: 0 });
  const recalls = explainRecalls(model, [...new Set([1, flags.batch])]);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ model: path, backend: flags.backend, recalls })}\n`
      : `${engineText(recalls)}\n`,
  );
  return EXIT.ok;
}
