import { bits, foldIn, type Key } from "@hamlet/core";
import type { FlipRule } from "./walk.ts";

/** Words that are drawn at once. */
const BLOCK = 64;

/** What Glauber dynamics needs to know. */
export interface GlauberOptions {
  /** The temperature now, in units of the energy. */
  readonly temperature: () => number;
  readonly key: Key;
}

/**
 * Glauber dynamics: the unit that is visited flips with probability `1 / (1 + exp(ΔE / T))`.
 *
 * Each visit draws the unit from its distribution given all others, so that in every order of
 * visits the states settle to the density `exp(−E / T)`. At `T = 0` it flips where the energy
 * falls. The number of step `n` is word `n` of the key, whatever was accepted before.
 *
 * @see Glauber, Time-dependent statistics of the Ising model, J. Math. Phys. 4, 1963.
 */
export function glauberRule({ temperature, key }: GlauberOptions): FlipRule {
  let block = -1;
  let words: Uint32Array = new Uint32Array();
  /** A uniform number inside (0, 1). */
  const uniformOf = (step: number) => {
    const needed = Math.floor(step / BLOCK);
    if (needed !== block) {
      block = needed;
      words = bits(foldIn(key, block), BLOCK);
    }
    return (words[step % BLOCK] + 0.5) / 2 ** 32;
  };
  return {
    get noisy() {
      return temperature() > 0;
    },
    flips(state, unit, step) {
      const now = temperature();
      if (now === 0) return state.lowers(unit);
      return uniformOf(step) < 1 / (1 + Math.exp(state.changeOf(unit) / now));
    },
  };
}
