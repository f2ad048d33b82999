// A process that asks for wider lanes here, and what it would be told elsewhere.

import { useTurbo } from "@hamlet/core";
import { triedOn } from "../../src/run/simd/turbo.ts";

const first = useTurbo();
const { arch, versions } = process;
const host = { arch, versions, env: {}, getBuiltinModule: () => ({ setFlagsFromString() {} }) };
const told = (other: object) => triedOn({ ...host, ...other }).why;
console.log(
  JSON.stringify({
    first,
    isKept: useTurbo() === first,
    elsewhere: told({ arch: "arm64" }),
    before: told({ arch: "x64", versions: { v8: "12.4.254" } }),
    page: triedOn(undefined).why,
  }),
);
