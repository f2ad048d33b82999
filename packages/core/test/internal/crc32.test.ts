import { crc32 as zlibs } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../src/files/crc32.ts";
import { law } from "../../../../tools/law.ts";

test("the checksum is that of zlib, whatever the length", () => {
  law(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(crc32(bytes)).toBe(zlibs(bytes));
    }),
    100,
  );
});
