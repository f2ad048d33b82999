// Makes the files of a new entry, and its lines in the lists that name it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROADS } from "./roads.ts";

const TEMPLATES = join(import.meta.dirname, "templates");

/** What was made: paths of the repository. */
export interface Made {
  readonly written: readonly string[];
  readonly changed: readonly string[];
  readonly next: readonly string[];
}

/**
 * Makes an entry of a kind in the repository at `root`. Nothing is written where anything is wrong.
 *
 * @throws Error saying what to do, where the kind or the name is none, or the entry is there.
 */
export function make(root: string, kind: string | undefined, name: string | undefined): Made {
  const road = kind === undefined || !Object.hasOwn(ROADS, kind) ? undefined : ROADS[kind];
  if (kind === undefined || road === undefined) {
    throw new Error(`Usage: pnpm new ${Object.keys(ROADS).join("|")} NAME.`);
  }
  const form = road.style === "kebab" ? /^[a-z]+(-[a-z0-9]+)*$/ : /^[a-z]+(_[a-z0-9]+)*$/;
  if (name === undefined || !form.test(name)) {
    const example = road.style === "kebab" ? "my-own" : "my_own";
    throw new Error(
      `The name of a ${kind} is of small letters, such as ${example}; found "${name ?? ""}".`,
    );
  }
  const spell = speller(name, kind === "diagnostic" ? freeCode(root) : "");
  const template = (file: string) => readFileSync(join(TEMPLATES, kind, file), "utf8");

  const written = new Map(
    Object.entries(road.files).map(([file, path]) => [spell(path), spell(template(file))]),
  );
  const there = [...written.keys()].find((path) => existsSync(join(root, path)));
  if (there !== undefined) throw new Error(`There is a ${there} already; take another name.`);

  const changed = new Map<string, string>();
  for (const { file, before, text } of road.entries) {
    const old = changed.get(file) ?? readFileSync(join(root, file), "utf8");
    const at = before === null ? old.length : old.search(before);
    if (at < 0) throw new Error(`${file} has no place ${String(before)}; mend tools/new/roads.ts.`);
    const line = spell(text.endsWith(".txt") ? template(text) : text);
    changed.set(file, old.slice(0, at) + line + old.slice(at));
  }
  for (const [path, text] of [...written, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { written: [...written.keys()], changed: [...changed.keys()], next: road.next.map(spell) };
}

/** Writes a name in the ways that the templates ask for. */
function speller(name: string, code: string): (text: string) => string {
  const words = name.split(/[-_]/);
  const pascal = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  const ways: Readonly<Record<string, string>> = {
    snake: words.join("_"),
    kebab: words.join("-"),
    camel: pascal[0].toLowerCase() + pascal.slice(1),
    Pascal: pascal,
    CODE: code,
    code: code.toLowerCase(),
  };
  return (text) =>
    text.replaceAll(/__(snake|kebab|camel|Pascal|CODE|code)__/g, (_, way) => ways[way]);
}

/** The next warning about the meaning of a model that no rule has. */
function freeCode(root: string): string {
  const text = readFileSync(join(root, "packages/dsl/src/diagnostics/messages.ts"), "utf8");
  const taken = [...text.matchAll(/[EW]06(\d\d):/g)].map(([, number]) => Number(number));
  return `W06${String(Math.max(...taken) + 1).padStart(2, "0")}`;
}
