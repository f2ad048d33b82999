import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { NotUtf8, SourceFile } from "../source.ts";

/** The names that `iconv` has for what a file may be in. */
const ICONV: Readonly<Record<NonNullable<NotUtf8["encoding"]>, string>> = {
  "Latin-1": "WINDOWS-1252",
  "UTF-16, little endian": "UTF-16LE",
  "UTF-16, big endian": "UTF-16BE",
};

/** E0916: a file that is not UTF-8 text. Nothing else is said of it. */
export function reportNotUtf8(
  { name, text }: SourceFile,
  { encoding, byte, offset }: NotUtf8,
  diagnostics: Diagnostics,
): void {
  const span = { start: offset, end: Math.min(text.length, offset + 1) };
  const shown = `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  if (encoding === null) {
    diagnostics.report("E0916", span, {
      message: `this file is not text: it has a byte ${shown}`,
      help: ["name a `.ham` file, which is UTF-8 text"],
    });
    return;
  }
  const latin = encoding === "Latin-1";
  diagnostics.report("E0916", span, {
    message: latin
      ? `this file is not UTF-8 text: the byte ${shown} is none of it`
      : `this file is ${encoding}, not UTF-8`,
    ...(latin ? { label: `\`${text[offset]}\`, if this is Latin-1 (Windows-1252)` } : {}),
    help: [
      `save it as UTF-8 in your editor, or convert it: \`iconv -f ${ICONV[encoding]} -t UTF-8 ${name} > utf8.ham\``,
    ],
  });
}
