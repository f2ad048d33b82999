// Three ways to damage a picture of grey levels.

import { bernoulli, type Key, normal, split, uniform } from "@hamlet/core";

/** Damaged pictures, `[count, height, width]`, and which pixels can still be trusted. */
export interface Damaged {
  readonly picture: Float32Array;
  readonly known: Float32Array;
}

/** A way to damage pictures with grey levels from 0 to `white`. */
export interface Damage {
  readonly name: string;
  readonly apply: (
    pictures: Float32Array,
    size: { height: number; width: number; white: number },
    key: Key,
  ) => Damaged;
}

/** The lower half is covered with middle grey; the upper half is known. */
const lowerHalfHidden: Damage = {
  name: "lower half hidden",
  apply(pictures, { height, width, white }) {
    const known = pictures.map((_, i) => {
      const row = Math.floor(i / width) % height;
      return Number(row < height / 2);
    });
    return { known, picture: pictures.map((grey, i) => (known[i] === 1 ? grey : white / 2)) };
  },
};

/** Three pixels in ten get another grey level; nobody says which. */
const pixelsReplaced: Damage = {
  name: "30% of pixels replaced",
  apply(pictures, { white }, key) {
    const [where, what] = split(key);
    const replaced = bernoulli(where, 0.3, pictures.length);
    const levels = uniform(what, pictures.length, { min: 0, max: white });
    return {
      known: new Float32Array(pictures.length),
      picture: pictures.map((grey, i) => (replaced[i] === 1 ? levels[i] : grey)),
    };
  },
};

/** Gaussian noise with a fifth of the grey scale as its standard deviation on every pixel. */
const noiseAdded: Damage = {
  name: "noise added",
  apply(pictures, { white }, key) {
    const noise = normal(key, pictures.length);
    return {
      known: new Float32Array(pictures.length),
      picture: pictures.map((grey, i) => grey + 0.2 * white * noise[i]),
    };
  },
};

export const DAMAGES: readonly Damage[] = [lowerHalfHidden, pixelsReplaced, noiseAdded];
