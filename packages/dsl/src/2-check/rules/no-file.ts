import type { Diagnostics } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source.ts";

/** Why a file could not be read. */
export interface MissingFile {
  readonly path: string;
  /** Where it was looked for. */
  readonly folder: string;
  /** A file there with nearly that name. */
  readonly near: string | null;
}

/** E0901: a data file that is not there. */
export function noFile(
  diagnostics: Diagnostics,
  name: string,
  missing: MissingFile,
  span: Span,
): void {
  const override = `run with \`--data ${name}=PATH\``;
  diagnostics.report("E0901", span, {
    message: `cannot read \`${missing.path}\``,
    label: `looked in ${missing.folder}`,
    help: [missing.near === null ? override : `found \`${missing.near}\` there; or ${override}`],
  });
}

/** E0901: a file named by `use` that is not there. */
export function noUsedFile(diagnostics: Diagnostics, missing: MissingFile, span: Span): void {
  diagnostics.report("E0901", span, {
    message: `cannot read \`${missing.path}\``,
    label: `looked in ${missing.folder}`,
    ...(missing.near === null ? {} : { help: [`found \`${missing.near}\` there`] }),
  });
}
