// Run without fused multiply-adds of the processor: prints whether compiled code still draws what the plain
// loop does, and whether `normal` does.

import { key, normal } from "../../src/index.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillByLanes } from "../../src/random/normal-lanes.ts";

const COUNT = 10_000;
const [plain, compiled] = [new Float32Array(COUNT), new Float32Array(COUNT)];
fillNormal(key(5), plain, 0);
const isCompiled = fillByLanes(key(5), compiled, 0);
const isSame = (drawn: Float32Array) => drawn.every((x, i) => x === plain[i]);
console.log(isCompiled && isSame(compiled), isSame(normal(key(5), COUNT)));
