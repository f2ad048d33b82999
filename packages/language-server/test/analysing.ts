// Files that live in memory, and what the features say about them.

import type { MissingFile, SourceFile } from "@hamlet/dsl";
import { CATALOGUE } from "@hamlet/model/check";
import type { Position } from "vscode-languageserver";
import { examples as fixtureExamples, shippedExamples } from "../../dsl/test/fixtures.ts";
import type { Document } from "../src/document.ts";
import type { ServerFiles } from "../src/files.ts";
import { positionOf } from "../src/positions.ts";
import { Project } from "../src/project.ts";

export const FOLDER = "file:///models";

/** Files by their names in one folder. */
export function memoryFiles(texts: Readonly<Record<string, string | Uint8Array>>): ServerFiles {
  return {
    around: (uri) => ({
      read(path) {
        // A space at an end of a name is a part of it, which addresses drop.
        const written = path.split("/").map(encodeURIComponent).join("/");
        const name = new URL(written, uri).href.slice(FOLDER.length + 1);
        const found = texts[decodeURIComponent(name)];
        const missing: MissingFile = { path, folder: "models", near: null };
        if (found === undefined) return Promise.resolve(missing);
        return Promise.resolve(typeof found === "string" ? new TextEncoder().encode(found) : found);
      },
    }),
    list: () =>
      Promise.resolve(
        Object.keys(texts)
          .filter((name) => name.endsWith(".ham"))
          .map((name) => `${FOLDER}/${name}`),
      ),
  };
}

/** A project in which the first file is open. */
export function projectOf(texts: Readonly<Record<string, string | Uint8Array>>): Project {
  const project = new Project(CATALOGUE, memoryFiles(texts));
  const [[name, text]] = Object.entries(texts);
  project.open(`${FOLDER}/${name}`, 1, String(text));
  return project;
}

/** A text in which `|` is a cursor, and the files that it uses. */
export async function at(
  marked: string,
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<{ document: Document; position: Position; project: Project }> {
  const whole = /^ham\b/.test(marked) ? marked : `ham 1\n${marked}`;
  const offset = whole.indexOf("|");
  const text = whole.slice(0, offset) + whole.slice(offset + 1);
  const project = projectOf({ "m.ham": text, ...more });
  const document = (await project.document(`${FOLDER}/m.ham`))!;
  return { document, position: positionOf(document.source, offset), project };
}

/** The complete example models. */
export function examples(): SourceFile[] {
  return [...shippedExamples(), ...fixtureExamples()];
}
