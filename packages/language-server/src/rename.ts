// Another name for one thing, wherever it stands. Nothing but the name may change: what would mean
// something else afterwards is refused.

import type { SourceFile } from "@hamlet/dsl";
import {
  type FileNames,
  isName,
  isSame,
  occurrenceAt,
  occurrencesOf,
  type NamedThing,
  type Occurrence,
} from "@hamlet/dsl/editor";
import type { Position, Range } from "vscode-languageserver";
import type { Document } from "./document.ts";
import { fileName, offsetOf, rangeOf } from "./positions.ts";
import type { Project } from "./project.ts";
import { applied } from "./quick-fixes.ts";

/** What can be renamed at a place: the name and where it stands; a text says why nothing can. */
export function renamable(
  { source, names }: Document,
  position: Position,
): { readonly thing: NamedThing; readonly range: Range; readonly placeholder: string } | string {
  const found = occurrenceAt(names, offsetOf(source, position));
  if (found === undefined) return "there is no name here";
  const { thing, name } = found;
  if (thing.from === "language") {
    return `\`${thing.text}\` is a word of the language, and keeps its name`;
  }
  if (/\/node_modules\//.test(thing.source.name)) {
    return `\`${name.text}\` belongs to a plugin, and keeps its name`;
  }
  return { thing, range: rangeOf(source, name.span), placeholder: name.text };
}

/** A replacement in a text. */
export interface Change {
  readonly span: { readonly start: number; readonly end: number };
  readonly text: string;
}

/** The changes of every file in which a thing is named, by the file; a text says why there are none. */
function renaming(
  thing: NamedThing,
  name: string,
  files: readonly FileNames[],
): ReadonlyMap<SourceFile, readonly Change[]> | string {
  const wanted = name.trim().normalize("NFC");
  if (!isName(wanted)) {
    return `\`${name}\` is no name: a name has letters, digits and \`_\`, begins with no digit, and is no word of the language`;
  }
  const changes = new Map<SourceFile, readonly Change[]>();
  for (const names of files) {
    const { file, values } = names;
    const own: Change[] = occurrencesOf(names)
      .filter((one) => isSame(one.thing, thing))
      .flatMap((one) => [...keepImplied(one, values), { span: one.name.span, text: wanted }]);
    if (thing.isImplied && file.source.name === thing.source.name) {
      own.push(nameImplied(thing, wanted));
    }
    if (own.length > 0)
      changes.set(
        file.source,
        own.sort((a, b) => a.span.start - b.span.start),
      );
  }
  return changes;
}

/** A connection without a name is called as its synapse: it keeps the name that it had. */
function keepImplied({ name }: Occurrence, values: FileNames["values"]): Change[] {
  const implied = values.get(name.text);
  if (implied?.isImplied !== true || implied.name.span.start !== name.span.start) return [];
  return [nameImplied(implied, name.text)];
}

/** A name for what had none: `connect dense(x, h)` becomes `connect enc: dense(x, h)`. */
function nameImplied({ node, name }: NamedThing, wanted: string): Change {
  if (node.kind === "connect") {
    const { start } = node.template.span;
    return { span: { start, end: start }, text: `${wanted}: ` };
  }
  const { end } = name.span;
  return { span: { start: end, end }, text: ` ${wanted}` };
}

/**
 * Why a renaming would change what files mean, or null: every name stands for what it stood for
 * before. `after` are the names of the same files with the changes.
 */
function whatBreaks(
  {
    thing,
    name,
    changes,
  }: { thing: NamedThing; name: string; changes: ReadonlyMap<SourceFile, readonly Change[]> },
  before: readonly FileNames[],
  after: readonly FileNames[],
): string | null {
  const moves = new Map([...changes].map(([source, list]) => [source.name, list]));
  const moved = (file: string, offset: number) => {
    const passed = (moves.get(file) ?? []).filter(({ span }) => span.end <= offset);
    return passed.reduce(
      (at, { span, text }) => at + text.length - (span.end - span.start),
      offset,
    );
  };
  const isKept = (old: Occurrence["thing"], now: Occurrence["thing"]): boolean => {
    if (old.from === "language" || now.from === "language") return isSame(old, now);
    if (old.kind !== now.kind || old.source.name !== now.source.name) return false;
    // What had no name of its own has one now.
    if (old.isImplied && !now.isImplied)
      return now.name.text === (isSame(old, thing) ? name : old.name.text);
    return moved(old.source.name, old.name.span.start) === now.name.span.start;
  };
  for (const [at, names] of before.entries()) {
    const { file } = names;
    const occurrences = occurrencesOf(names);
    const renamed = occurrencesOf(after[at]);
    const now = new Map(renamed.map((one) => [one.name.span.start, one.thing]));
    for (const { name: old, thing: meant } of occurrences) {
      const there = now.get(moved(file.source.name, old.span.start));
      if (there !== undefined && isKept(meant, there)) continue;
      return `\`${name}\` already means something in ${fileName(file.source.name)}, or would hide what does`;
    }
    const named = renamed.length - occurrences.length;
    const given = (moves.get(file.source.name) ?? []).filter(({ text }) =>
      /[: ]/.test(text),
    ).length;
    if (named > given) return `\`${name}\` already stands for something that nothing declares`;
  }
  return null;
}

/** The texts after changes, by their names. */
function textsAfter(changes: ReadonlyMap<SourceFile, readonly Change[]>): Map<string, string> {
  return new Map([...changes].map(([{ name, text }, list]) => [name, applied(text, list)]));
}

/**
 * The changes that give a thing another name in every file of a project; a text says why there are
 * none: nothing may mean something else afterwards, and nothing may be wrong that was right.
 */
export async function rename(
  project: Project,
  folders: readonly string[],
  thing: NamedThing,
  newName: string,
): Promise<ReadonlyMap<SourceFile, readonly Change[]> | string> {
  const before = await project.everyFile(folders);
  if (!before.some(({ file }) => file.source.name === thing.source.name)) {
    return `\`${thing.name.text}\` is declared in ${fileName(thing.source.name)}, outside of the folders that are open`;
  }
  const changes = renaming(thing, newName, before);
  if (typeof changes === "string") return changes;
  const imagined = project.with(textsAfter(changes));
  const name = newName.trim().normalize("NFC");
  const after: FileNames[] = [];
  for (const { file } of before) {
    const names = await imagined.names(file.source.name);
    if (names === null) return `${file.source.name} cannot be read any more`;
    after.push(names);
  }
  const broken = whatBreaks({ thing, name, changes }, before, after);
  if (broken !== null) return broken;
  for (const { name: file } of changes.keys()) {
    const [old, now] = [await project.document(file), await imagined.document(file)];
    const added = old && now && addedError(old, now);
    if (added) return `with \`${name}\` there would be a mistake: ${added}`;
  }
  return changes;
}

/** An error of a document that another one has not as often. */
function addedError(before: Document, after: Document): string | null {
  const errors = ({ compilation }: Document) =>
    compilation.diagnostics.filter(({ severity }) => severity === "error");
  const left = errors(before).map(({ code }) => code);
  for (const { code, message } of errors(after)) {
    const at = left.indexOf(code);
    if (at < 0) return message;
    left.splice(at, 1);
  }
  return null;
}
