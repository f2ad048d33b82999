import { useTurbo } from "@hamlet/core";
import type { SourceFile } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { loadModel, type Model } from "@hamlet/model";
import { diskFiles } from "@hamlet/model/disk";
import { startBackend } from "../backend.ts";
import type { ModelFlags } from "../options.ts";
import { assertOutputs, type Output } from "./output.ts";
import { readModel } from "./source.ts";

/** What a command does with the files beside the model. */
export interface Beside {
  /** What it is going to write: none of the files that the model reads. */
  readonly outputs?: readonly Output[];
  /** Told the path of every file that is read, before it is. */
  readonly onRead?: (path: string) => void;
  /** Bytes in place of files that the caller names. */
  readonly instead?: ReadonlyMap<string, Uint8Array>;
  /** Its text, where that was read before. */
  readonly source?: SourceFile;
  /** Whether warnings have been told before; default false. */
  readonly quiet?: boolean;
}

/** Before anything is compiled. */
function startTurbo(quiet: boolean): void {
  const { isOn, why } = useTurbo();
  if (!isOn && !quiet)
    process.stderr.write(`--turbo is off: ${why}. The numbers are the same without.\n\n`);
}

/** Loads a model as the flags say; its warnings go to standard error. */
export async function openModel(
  path: string,
  flags: ModelFlags,
  { outputs = [], onRead = () => undefined, instead, source: known, quiet = false }: Beside = {},
): Promise<Model> {
  const inputs: string[] = [];
  const read = (file: string) => {
    inputs.push(file);
    onRead(file);
  };
  read(path);
  await assertOutputs(outputs, inputs);
  const source = known ?? (await readModel(path));
  if (flags.turbo === true) startTurbo(quiet);
  await startBackend(flags.backend);
  const disk = diskFiles(path, {
    onRead: read,
    ...(flags.root === undefined ? {} : { root: flags.root }),
  });
  const model = await loadModel(source, {
    files: {
      ...disk,
      read: async (name, from) =>
        (from === "caller" ? instead?.get(name) : undefined) ?? (await disk.read(name, from)),
    },
    set: flags.set,
    data: { ...flags.data, ...flags.given },
    ...(flags.params === undefined ? {} : { params: flags.params }),
    seed: flags.seed,
  });
  try {
    await assertOutputs(outputs, inputs);
  } catch (error) {
    model.dispose();
    throw error;
  }
  for (const warning of quiet ? [] : model.warnings) {
    process.stderr.write(`${renderDiagnostic(warning, model.compilation.sources)}\n\n`);
  }
  return model;
}
