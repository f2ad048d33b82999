import { type Compilation, compile, isSound } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { checkSoundness } from "@hamlet/dsl/soundness";
import type { Registry } from "@hamlet/graph";
import { CATALOGUE, diskFiles, readUses } from "@hamlet/model/disk";
import { assertOutputs, type Output } from "./output.ts";
import { readModel } from "./source.ts";
import type { PluginFlags, RootFlags } from "../options.ts";

/** How a file is compiled that is not going to run. */
export interface CompileFlags extends RootFlags, PluginFlags {
  readonly set?: readonly string[];
  /**
   * True when the energies themselves are asked for. Then a plugin's code is needed, and is an error
   * where it is not trusted; else its signatures are enough.
   */
  readonly energies?: boolean;
  /** What the command is going to write: none of the files that the model is made of. */
  readonly outputs?: readonly Output[];
  /** What the file may name without a plugin; default: the whole catalogue. */
  readonly registry?: Registry;
  /** Told the path of every file that is read, before it is. */
  readonly onRead?: (path: string) => void;
}

/** Compiles a file of the disk with the files and plugins that it uses. */
export async function compilePath(path: string, flags: CompileFlags): Promise<Compilation> {
  const {
    set = [],
    root,
    trustPlugins = false,
    energies = false,
    outputs = [],
    registry = CATALOGUE,
  } = flags;
  const inputs: string[] = [];
  const onRead = (file: string) => {
    inputs.push(file);
    flags.onRead?.(file);
  };
  onRead(path);
  await assertOutputs(outputs, inputs);
  const source = await readModel(path);
  const pluginCode = trustPlugins ? "run" : energies ? "not trusted" : "not run";
  const files = diskFiles(path, { pluginCode, onRead, ...(root === undefined ? {} : { root }) });
  const resolve = await readUses(source, files);
  await assertOutputs(outputs, inputs);
  return compile(source, { registry, resolve, set, checks: [checkSoundness] });
}

/** Compiles a file of the disk; with errors, prints them and returns null. */
export async function compileFile(path: string, flags: CompileFlags): Promise<Compilation | null> {
  const compilation = await compilePath(path, flags);
  if (isSound(compilation)) return compilation;
  for (const diagnostic of compilation.diagnostics) {
    process.stderr.write(`${renderDiagnostic(diagnostic, compilation.sources)}\n\n`);
  }
  return null;
}
