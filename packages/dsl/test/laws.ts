/** What must hold of every `.ham` text, whether it means something or not. */
import { type Compilation, type ast, isSound, parse } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { format } from "@hamlet/dsl/format";
import { toHam } from "@hamlet/dsl/write";
import { fromJson, HamError, modelId, printJson, toJson } from "@hamlet/graph";
import { compiled, messages, type Uses } from "./compiling.ts";

/** How far a text came: the laws that need a model hold of `sound` ones. A formula without a value cannot be written. */
export type Outcome = "unreadable" | "wrong" | "unwritable" | "sound";

/** Checks every law; throws an error that shows the text when one does not hold. */
export function checkLaws(text: string, uses: Uses = {}): Outcome {
  const compilation = checkCompiles(text, uses);
  const { text: formatted, diagnostics } = format(compilation.source);
  if (diagnostics.length > 0) return "unreadable";
  checkFormattedTwice(formatted);
  if (!isSound(compilation)) {
    checkTree(compilation, formatted, parse({ name: "m.ham", text: formatted }).file);
    return "wrong";
  }
  const id = modelId(compilation.graph);
  const after = compiled(formatted, uses);
  checkTree(compilation, formatted, after.file);
  if (modelId(after.graph) !== id) fail("formatting changed the model id", text, formatted);
  const json = jsonOf(compilation);
  if (json === null) return "unwritable";
  const read = fromJson(json).graph;
  if (modelId(read) !== id) fail("JSON changed the model id", text, json);
  if (printJson(toJson(read)) !== json) fail("JSON changed on its way", text, json);
  return checkFlat(compilation, id);
}

/** Compiles a text and renders all that is said about it. Neither may throw. */
export function checkCompiles(text: string, uses: Uses = {}): Compilation {
  const compilation = compiled(text, uses);
  for (const diagnostic of compilation.diagnostics) {
    renderDiagnostic(diagnostic, compilation.sources);
  }
  return compilation;
}

/** Null for a model with a formula that has no value. */
function jsonOf({ graph }: Compilation): string | null {
  try {
    return printJson(toJson(graph));
  } catch (error) {
    if (HamError.isInstance(error) && error.code === "graph/not-a-number") return null;
    throw error;
  }
}

function checkFormattedTwice(formatted: string): void {
  const twice = format({ name: "m.ham", text: formatted }).text;
  if (twice !== formatted) fail("formatting twice changes more", formatted, twice);
}

function checkTree({ source, file }: Compilation, formatted: string, again: ast.FileAst): void {
  if (treeOf(again) !== treeOf(file)) {
    fail("formatting changed the tree", source.text, formatted);
  }
}

function checkFlat({ graph, source }: Compilation, id: string): Outcome {
  let flat: string;
  try {
    flat = toHam(graph);
  } catch (error) {
    if (HamError.isInstance(error) && error.code === "dsl/not-writable") return "unwritable";
    throw error;
  }
  const again = compiled(flat);
  if (!isSound(again)) fail(`the flat file has errors\n${messages(again)}`, source.text, flat);
  if (modelId(again.graph) !== id) fail("the flat file has another model id", source.text, flat);
  return "sound";
}

/** A tree without positions. */
function treeOf(file: ast.FileAst): string {
  return JSON.stringify(file, (key, value: unknown) =>
    key === "source" || /span$/i.test(key) ? undefined : value,
  );
}

function fail(what: string, before: string, after: string): never {
  throw new Error(`${what}\n--- the text\n${before}\n--- what came of it\n${after}`);
}
