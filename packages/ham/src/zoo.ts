// The door to the zoo: similarities and separations as cells, what each promises, and what it holds.

export {
  type Cell,
  CELLS,
  type Counterexample,
  energyOf,
  updateOf,
  type CellVerdict,
} from "./zoo/cells.ts";
export { measureCell, type MeasuredCell, type Restored, type ZooPlan } from "./zoo/measure.ts";
export { SEPARATIONS, type SeparationName, type SeparationRule } from "./zoo/separations.ts";
export { SIMILARITIES, type SimilarityName, type SimilarityRule } from "./zoo/similarities.ts";
