// Bytes that are no UTF-8 are told by their place.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSource } from "../src/decode.ts";
import { law } from "../../../tools/law.ts";

/** Letters of one to four bytes, and the one that decoders put in place of bad bytes. */
const letters = fc.string({ unit: fc.constantFrom("a", "\n", "ö", "β", "ξ", "→", "\uFFFD", "𝛽") });

test("the first bad byte is found behind letters of any size", () => {
  law(
    fc.property(letters, letters, (before, after) => {
      const [head, tail] = [before, after].map((text) => Buffer.from(text));
      const { text, notUtf8 } = decodeSource(
        "m.ham",
        Buffer.concat([head, [0xe9, 0x20], tail].map((part) => Buffer.from(part))),
      );
      expect(notUtf8).toEqual({ encoding: "Latin-1", byte: 0xe9, offset: head.length });
      expect(text[head.length]).toBe("é");
    }),
    100,
  );
});

test("any other text is read as it is", () => {
  law(
    fc.property(letters, (text) => {
      expect(decodeSource("m.ham", Buffer.from(text))).toEqual({ name: "m.ham", text });
    }),
    50,
  );
});
