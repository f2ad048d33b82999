export { type Noise, noiseDeviation, noiseVariance, varianceExploding } from "./noise.ts";
export type { Score, ScoreAndDivergence } from "./score.ts";
