// The door to numbers: special functions and dense matrices in float64, without TensorFlow.js.

export { besselRatio, i0e, i1e, logI0 } from "./numbers/bessel.ts";
export { type Cholesky, cholesky, solveCholesky } from "./numbers/cholesky.ts";
export { conditionOf } from "./numbers/condition.ts";
export { ExactSums, LARGEST_TOTAL, MOST_TERMS } from "./numbers/exact-sum.ts";
export { chiQuantile, gammaP, gammaRatio, logGamma } from "./numbers/gamma.ts";
export { transposed, zeros } from "./numbers/matrix.ts";
export { errorFunction, normalTail, normalTailQuantile } from "./numbers/normal.ts";
export { addProduct, DEEP, type Factor, gramProduct, mirrorLower } from "./numbers/product.ts";
export { type Reduced, reduceByQr } from "./numbers/qr.ts";
export { sinCos } from "./numbers/sin-cos.ts";
export {
  addPatterns,
  emptySoftmaxPart,
  mergeSoftmaxParts,
  type SoftmaxPart,
  type SoftmaxQueries,
  type SoftmaxSimilarity,
} from "./numbers/softmax-part.ts";
export { walshHadamard } from "./numbers/walsh-hadamard.ts";
export { addScaled, areFinite, dot } from "./numbers/vector.ts";
export { LARGEST_WIDE, WideSums } from "./numbers/wide-sum.ts";
