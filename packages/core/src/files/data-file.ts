/*
 * One door to every file of numbers: array files, and what people type or draw: text pictures,
 * tables, JSON, PNG pictures. Told apart by their content, never by the extension.
 *
 * The readers of the latter are loaded when a file needs them.
 */
import { HamError } from "@hamlet/graph";

import { arrayFormatOf, pick } from "./array-format.ts";
import type { ArrayEntry } from "./array-data.ts";
import { openNpy } from "./npy.ts";
import type { FileBytes } from "./payload.ts";
import { wantedOf } from "./wanted.ts";

/** The largest file of text that is read as numbers. */
const LARGEST_TEXT = 2 ** 26;

/**
 * Opens one array of a file: `.npy`, `.npz`, safetensors, a PNG picture, CSV, TSV or numbers between
 * blanks, JSON, or pictures typed as text.
 *
 * @param name - the file's name, for errors and for the key: `weights.npz#W`, `table.csv#height`,
 * `letters.json#A`.
 * @param key - the array's name; overrides the one in `name`.
 * @throws HamError `core/unknown-array-format` when the file is none of these.
 * @throws HamError `core/unknown-array` when the file has no such array, or several and no key.
 * @throws HamError `core/bad-npy`, `core/bad-npz`, `core/bad-safetensors`, `core/bad-png`,
 * `core/bad-json`, `core/bad-table`, `core/bad-text-picture` for malformed files.
 * @throws HamError `core/unsupported-dtype` when the array holds no numbers.
 * @example
 * const letters = (await openDataFile("letters.txt", bytes)).read();
 */
export async function openDataFile(
  name: string,
  content: FileBytes,
  key?: string,
): Promise<ArrayEntry> {
  const { file, wanted } = wantedOf(name, key);
  const format = arrayFormatOf(content);
  if (format === "npy") return pick(file, format, [openNpy(content, file)], wanted);
  if (format !== null) {
    const { openArchive } = await import("./archives.ts");
    return pick(file, format, openArchive(format, content, file).entries, wanted);
  }
  const isPng = looksLikePng(content.subarray(0, PNG.length));
  if (!isPng && content.length > LARGEST_TEXT) throw unknownFormat(file, content.length);
  const bytes = content.subarray();
  if (isPng) {
    const { openPng } = await import("./png.ts");
    return openPng(bytes, { file, wanted });
  }
  const text = textOf(bytes);
  if (text === null) throw unknownFormat(file, bytes.length);
  if (/^\s*[[{]/.test(text)) {
    const { openJson } = await import("./json.ts");
    return openJson(text, { file, wanted });
  }
  const { openTextPicture, textPictures } = await import("./text-picture.ts");
  const pictures = /\.[ct]sv$/i.test(file) ? null : textPictures(text);
  if (pictures !== null) return openTextPicture(pictures, { file, wanted });
  const { looksLikeTable, openTable } = await import("./table.ts");
  if (!looksLikeTable(text)) throw unknownFormat(file, bytes.length);
  return openTable(text, { file, wanted });
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function looksLikePng(bytes: Uint8Array): boolean {
  return PNG.every((byte, i) => bytes[i] === byte);
}

/**
 * The text of a file in UTF-8, without a byte order mark, or null when it is none: not that encoding,
 * or with a zero.
 */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function unknownFormat(file: string, length: number): HamError {
  const large = length > LARGEST_TEXT ? `, more than the ${LARGEST_TEXT} that text may have` : "";
  return new HamError(
    "core/unknown-array-format",
    `${file}: expected an array file (.npy, .npz, safetensors), a PNG picture, a table of numbers ` +
      `(CSV, TSV), JSON, or pictures typed with # and ., found ${length} bytes that are none of ` +
      `them${large}. Save the numbers in one of these forms.`,
    { file, length },
  );
}
