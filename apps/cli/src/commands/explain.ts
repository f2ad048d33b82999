// `ham explain FILE`: what a model computes, written as formulas, and what is known of it.

import {
  certify,
  explain as explainGraph,
  explainLatex,
  explainText,
  printCertificate,
} from "@hamlet/graph";
import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { jsonOption, type PluginFlags, type RootFlags, withReadingOptions } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham explain`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<file>"))
      .option("--latex", "print the rules as LaTeX", false)
      .addOption(jsonOption()),
  run: explain,
};

interface ExplainFlags extends RootFlags, PluginFlags {
  readonly latex: boolean;
  readonly json: boolean;
}

/**
 * Prints the energy, every neuron's derived update rule, what is computed ahead, and the
 * certificate; with `latex` the rules alone. Returns the exit code.
 */
async function explain(path: string, { latex, json, ...flags }: ExplainFlags): Promise<number> {
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
