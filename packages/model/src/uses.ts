// Reading the files and plugins behind every `use` of a model, before it is compiled.

import {
  folderOfPlugin,
  insidePlugin,
  isPath,
  parse,
  type ParseResult,
  type ResolveUse,
  type SourceFile,
  type UseAnswer,
  usesOf,
} from "@hamlet/dsl";
import { decodeSource } from "./decode.ts";
import { isMissing, type ModelFiles } from "./files.ts";

/** Reads what a model uses, what that uses, and so on; the answer is what `compile` asks for. */
export async function readUses(
  source: SourceFile,
  files: ModelFiles,
  parser: (source: SourceFile) => Pick<ParseResult, "file"> = parse,
): Promise<ResolveUse> {
  const answers = new Map<string, UseAnswer>();
  const home = source.name.slice(0, source.name.search(/[^\\/]*$/));
  const visit = async (opened: SourceFile, folder: string): Promise<void> => {
    for (const specifier of usesOf(parser(opened).file, folder)) {
      if (answers.has(specifier)) continue;
      const answer = await answerOf(specifier, home, files);
      answers.set(specifier, answer);
      if (answer.found === "file") {
        await visit(answer.source, specifier.slice(0, specifier.lastIndexOf("/") + 1));
      } else if (answer.found === "plugin") {
        await visit(answer.plugin.source, folderOfPlugin(specifier));
      }
    }
  };
  await visit(source, "");
  return (specifier) => answers.get(specifier) ?? { found: "no plugin", installed: null };
}

async function answerOf(specifier: string, home: string, files: ModelFiles): Promise<UseAnswer> {
  if (!isPath(specifier) && insidePlugin(specifier) === null) {
    return (await files.plugin?.(specifier)) ?? { found: "no plugin", installed: null };
  }
  if (files.source !== undefined) {
    const found = await files.source(specifier);
    if (isMissing(found)) return { found: "no file", missing: found };
    return { found: "file", source: found };
  }
  const file = await files.read(specifier, "model");
  if (isMissing(file)) return { found: "no file", missing: file };
  const bytes = file.subarray();
  if (!(file instanceof Uint8Array)) await file.close();
  return { found: "file", source: decodeSource(`${home}${specifier}`, bytes) };
}
