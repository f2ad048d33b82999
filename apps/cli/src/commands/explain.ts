// `ham explain FILE`: what a model computes, written as formulas.

import { inStates, printText, velocities } from "@hamlet/graph";
import { compile, isSound, renderDiagnostic } from "@hamlet/dsl";
import { CATALOGUE, readUses } from "@hamlet/model";
import { EXIT } from "../exit.ts";
import { diskFiles, readSource } from "../files/read.ts";

/** Prints the energy and every neuron's derived update rule; returns the exit code. */
export async function explain(path: string): Promise<number> {
  const source = await readSource(path);
  const resolve = await readUses(source, diskFiles(path));
  const compilation = compile(source, { registry: CATALOGUE, resolve });
  if (!isSound(compilation)) {
    for (const diagnostic of compilation.diagnostics) {
      process.stderr.write(`${renderDiagnostic(diagnostic, compilation.sources)}\n\n`);
    }
    return EXIT.file;
  }
  const { graph } = compilation;
  const lines = ["Energy", ""];
  for (const neuron of graph.neurons.filter(({ leak }) => leak)) {
    lines.push(`  + <x, x̂> - L(x)   of ${neuron.name}, ${neuron.lagrangianName}`);
  }
  for (const term of graph.terms) lines.push(`  + ${printText(term.energy)}   (${term.name})`);
  lines.push("", "Update rules", "");
  for (const [neuron, { indices, value }] of velocities(graph)) {
    const at = indices.map((index) => index.name).join(", ");
    lines.push(`  d/dt ${neuron.name}[${at}] = ${printText(inStates(graph, value))}`, "");
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  return EXIT.ok;
}
