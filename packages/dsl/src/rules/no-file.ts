import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** Why a file could not be read. */
export interface MissingFile {
  readonly path: string;
  /** Where it was looked for. */
  readonly folder: string;
  /** A file there with nearly that name. */
  readonly near: string | null;
  /** What is there and why it is not read, when it is not simply missing. */
  readonly refused?: RefusedPath;
}

/** Why a file that may well be there is not read. */
export interface RefusedPath {
  readonly rule: "outside_root" | "not_a_file";
  /** "it is a pipe, not a file" */
  readonly why: string;
  readonly help: string;
}

const CODES = { outside_root: "E0910", not_a_file: "E0912" } as const;

function refuse(diagnostics: Diagnostics, path: string, refused: RefusedPath, span: Span): void {
  diagnostics.report(CODES[refused.rule], span, {
    message: `\`${path}\` is not read: ${refused.why}`,
    help: [refused.help],
  });
}

/** E0901: a data file that is not there; `name` is that of the array where the model named it. */
export function noFile(
  diagnostics: Diagnostics,
  name: string | null,
  missing: MissingFile,
  span: Span,
): void {
  if (missing.refused !== undefined) {
    refuse(diagnostics, missing.path, missing.refused, span);
    return;
  }
  const found = missing.near === null ? [] : [`found \`${missing.near}\` there`];
  const override = name === null ? [] : [`run with \`--data ${name}=PATH\``];
  const help = [...found, ...override];
  diagnostics.report("E0901", span, {
    message: `cannot read \`${missing.path}\``,
    label: `looked in ${missing.folder}`,
    ...(help.length === 0 ? {} : { help: [help.join("; or ")] }),
  });
}

/** E0901: a file named by `use` that is not there. */
export function noUsedFile(diagnostics: Diagnostics, missing: MissingFile, span: Span): void {
  if (missing.refused !== undefined) {
    refuse(diagnostics, missing.path, missing.refused, span);
    return;
  }
  diagnostics.report("E0901", span, {
    message: `cannot read \`${missing.path}\``,
    label: `looked in ${missing.folder}`,
    ...(missing.near === null ? {} : { help: [`found \`${missing.near}\` there`] }),
  });
}
