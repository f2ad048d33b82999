// The text of a `.ham` file from its bytes. It is UTF-8; whatever else comes is named.

import type { NotUtf8, SourceFile } from "@hamlet/dsl";

/**
 * Reads bytes as the text of a model. Bytes that are no UTF-8 give a source that compiles to one
 * message (E0916), which names the place and the encoding that they look like.
 */
export function decodeSource(name: string, bytes: Uint8Array): SourceFile {
  const wide = wideEncoding(bytes);
  if (wide !== null) {
    const text = new TextDecoder(wide.label).decode(bytes);
    return { name, text, notUtf8: { encoding: wide.encoding, byte: bytes[0], offset: 0 } };
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const zero = bytes.indexOf(0);
  const at = zero >= 0 ? zero : firstBadByte(bytes, text);
  if (at === null) return { name, text };
  const encoding: NotUtf8["encoding"] = zero >= 0 ? null : "Latin-1";
  // One letter for every byte, so that the place is right, and nothing that moves a cursor.
  const shown = new TextDecoder("windows-1252").decode(bytes);
  return {
    name,
    text: shown.replaceAll(/[^\P{Cc}\t\r\n]/gu, "\uFFFD"),
    notUtf8: { encoding, byte: bytes[at], offset: at },
  };
}

/** The first byte that is not part of UTF-8, for a text in which such bytes became U+FFFD. */
function firstBadByte(bytes: Uint8Array, text: string): number | null {
  let at = 0;
  for (const letter of text) {
    const written = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (letter === "\uFFFD" && !written) return at;
    const code = letter.codePointAt(0)!;
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return null;
}

/** UTF-16 by its mark, or by the zeros beside the letters of the language, which are ASCII. */
function wideEncoding(
  bytes: Uint8Array,
): { readonly encoding: NotUtf8["encoding"]; readonly label: string } | null {
  const little = { encoding: "UTF-16, little endian", label: "utf-16le" } as const;
  const big = { encoding: "UTF-16, big endian", label: "utf-16be" } as const;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return little;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return big;
  const zeros = [0, 0];
  const start = bytes.subarray(0, 1000);
  start.forEach((byte, i) => (zeros[i % 2] += Number(byte === 0)));
  if (zeros[1] > start.length / 4 && zeros[0] === 0) return little;
  return zeros[0] > start.length / 4 && zeros[1] === 0 ? big : null;
}
