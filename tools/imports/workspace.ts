import { scanImports, type Import } from "./scan.ts";

/** The text of the files that matter, by path from the repository root, with forward slashes. */
export type FileMap = ReadonlyMap<string, string>;

export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
}

export interface Package {
  readonly name: string;
  /** `packages/graph`, say. */
  readonly folder: string;
  readonly isApp: boolean;
  readonly manifest: Manifest;
  /** The folders that tsconfig.json refers to, from the repository root; undefined without one. */
  readonly references: readonly string[] | undefined;
  readonly sources: readonly Source[];
}

export interface Source {
  readonly file: string;
  readonly imports: readonly Import[];
  /** False for a file of blanks and a `#!` line: a place held for code to come. */
  readonly hasCode: boolean;
}

/** A broken rule: where, what is wrong with what is allowed, and what to do. */
export interface Problem {
  readonly where: string;
  readonly what: string;
  readonly fix: string;
}

/** The packages and applications that a file map holds. */
export function readPackages(files: FileMap): Package[] {
  const packages: Package[] = [];
  for (const [path, text] of files) {
    const folder = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path)?.[1];
    if (folder !== undefined) {
      const manifest: Manifest = JSON.parse(text);
      packages.push({
        name: manifest.name,
        folder,
        isApp: folder.startsWith("apps/"),
        manifest,
        references: readReferences(folder, files.get(`${folder}/tsconfig.json`)),
        sources: readSources(folder, files),
      });
    }
  }
  return packages.sort((a, b) => a.folder.localeCompare(b.folder));
}

/** `@scope/name/deep/path` → `@scope/name`; undefined for `./x`, `#x`, `node:x` and the like. */
export function packageOf(specifier: string): string | undefined {
  return /^(?:@[^/]+\/)?[^./#:@][^/:]*(?=\/|$)/.exec(specifier)?.[0];
}

/** `from/file.ts` and `../other.ts` → `other.ts`, both from the repository root. */
export function resolveRelative(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

function readReferences(folder: string, text: string | undefined): string[] | undefined {
  if (text === undefined) {
    return undefined;
  }
  const config: { references?: { path: string }[] } = JSON.parse(text);
  return (config.references ?? []).map(({ path }) => resolveRelative(`${folder}/x`, path));
}

function readSources(folder: string, files: FileMap): Source[] {
  const sources: Source[] = [];
  for (const [file, text] of files) {
    if (file.startsWith(`${folder}/src/`) && /\.[mc]?ts$/.test(file)) {
      sources.push({
        file,
        imports: scanImports(file, text),
        hasCode: text.replace(/^#!.*/, "").trim() !== "",
      });
    }
  }
  return sources.sort((a, b) => a.file.localeCompare(b.file));
}
