// Normal numbers by compiled code, sixteen at a time: the bits of threefry.ts and float32.ts.
//
// Every operation is one of float32, and multiply-adds round once; where a processor's do not, nobody may
// draw by this. Four vectors do not wait for each other.

import {
  bits,
  type Code,
  f32x4,
  get,
  i32,
  type Local,
  multiplyAdd,
  type Procedure,
  procedure,
  set,
  store,
  whileBelow,
} from "../wasm/assembler.ts";
import { advance, LANES, locals, NUMBER, VECTOR } from "../run/simd/sizes.ts";
import { takeBench } from "../wasm/bench.ts";
import {
  ERF_INV_CENTRE,
  ERF_INV_TAIL,
  LN2_HIGH,
  LN2_LOW,
  LOG1P_DENOMINATOR,
  LOG1P_NUMERATOR,
  LOG1P_SMALL,
  LOG_HIGH,
  LOG_LOW,
  LOG_MIDDLE,
  nextFloat32,
  SQRT_HALF,
} from "./float32.ts";
import { EVEN_ROTATIONS, type Key, ODD_ROTATIONS, PARITY } from "./threefry.ts";

/** Vectors of float32 that are made at once. */
const AT_ONCE = 4;
/** Numbers that a thread draws by one call at most: some tenths of a millisecond. */
const CALL = 2 ** 14;
/** Numbers that are drawn at a time at most: a few milliseconds. */
export const PART = 8 * CALL;
/** What a number takes, in products of two. */
const WORK = 500;

/** Vectors of float32, or of whole numbers. */
type Vectors = readonly Local[];

/** Writes what is made of vectors one by one, of what they share, and of numbers; it is kept. */
type Each = (
  value: (...operands: readonly Code[]) => Code,
  ...of: readonly (Vectors | Local | number)[]
) => Vectors;

const madd = multiplyAdd(true);
const all = (word: number): Code => bits.of(word, word, word, word);

/** `high ^ low` of the encrypted counters `(0, count)`; see `fillWords`. */
function words(each: Each, count: Vectors, keys: Vectors): Vectors {
  let x0: Vectors | Local = keys[0];
  let x1 = each(bits.add, count, keys[1]);
  for (let group = 0; group < 5; group++) {
    for (const by of group % 2 === 0 ? EVEN_ROTATIONS : ODD_ROTATIONS) {
      x0 = each(bits.add, x0, x1);
      const turned = (x: Code) => bits.or(bits.shiftLeft(x, by), bits.shiftDown(x, 32 - by));
      x1 = each((x, sum) => bits.xor(turned(x), sum), x1, x0);
    }
    x0 = each(bits.add, x0, keys[(group + 1) % 3]);
    const next = (x: Code, key: Code) => bits.add(x, bits.add(key, all(group + 1)));
    x1 = each(next, x1, keys[(group + 2) % 3]);
  }
  return each(bits.xor, x0, x1);
}

/** `Σ cₖ x^(n−k)`, by Horner's rule. */
const horner = (each: Each, x: Vectors, [first, second, ...rest]: Float32Array): Vectors =>
  rest.reduce((sum, c) => each(madd, sum, x, c), each(madd, x, first, second));

/** `log x` of positive normal numbers; see `logFloat32`. */
function log(each: Each, x: Vectors): Vectors {
  const mantissa = each((own) => bits.or(bits.and(own, all(0x7fffff)), all(0x3f000000)), x);
  const below = each(f32x4.lt, mantissa, SQRT_HALF);
  const power = (own: Code, is: Code) => bits.add(bits.sub(bits.shiftDown(own, 23), all(126)), is);
  const exponent = each((own, is) => f32x4.ofWhole(power(own, is)), x, below);
  const twice = each((m, is) => f32x4.add(m, bits.and(is, m)), mantissa, below);
  const y = each(f32x4.sub, twice, 1);
  const square = each(f32x4.mul, y, y);
  const cube = each(f32x4.mul, square, y);
  const [first, middle, last] = [LOG_HIGH, LOG_MIDDLE, LOG_LOW].map((c) => horner(each, y, c));
  const polynomial = each(madd, each(madd, first, cube, middle), cube, last);
  const tail = each(madd, polynomial, cube, each(f32x4.mul, exponent, LN2_LOW));
  const sum = each(f32x4.add, tail, each(madd, square, -0.5, y));
  return each(madd, exponent, LN2_HIGH, sum);
}

/** `log(1 + x)` for x from −1 to 0; see `log1pFloat32`. */
function log1p(each: Each, x: Vectors): Vectors {
  const large = log(each, each(f32x4.add, x, 1));
  const square = each(f32x4.mul, x, x);
  const [above, under] = [LOG1P_NUMERATOR, LOG1P_DENOMINATOR].map((c) => horner(each, x, c));
  const cube = each(f32x4.mul, x, square);
  const rest = each(f32x4.mul, cube, each(f32x4.div, above, under));
  const small = each(f32x4.add, x, each(madd, square, -0.5, rest));
  const isSmall = each((own) => f32x4.lt(f32x4.abs(own), f32x4.of(LOG1P_SMALL)), x);
  return each(bits.select, small, large, isSmall);
}

/** The inverse error function inside of (−1, 1); see `erfInvFloat32`. */
function erfInv(each: Each, x: Vectors): Vectors {
  const w = each(f32x4.sub, 0, log1p(each, each(f32x4.sub, 0, each(f32x4.mul, x, x))));
  const centre = horner(each, each(f32x4.sub, w, 2.5), ERF_INV_CENTRE);
  const tail = horner(each, each(f32x4.sub, each(f32x4.sqrt, w), 3), ERF_INV_TAIL);
  return each(f32x4.mul, each(bits.select, centre, tail, each(f32x4.lt, w, 5)), x);
}

/** The least number that is drawn uniformly, and how far 1 is from it. */
export const LEAST = nextFloat32(-1, "up");
const SPAN = Math.fround(1 - LEAST);
/** What the inverse error function is multiplied by. */
export const SQRT2 = Math.fround(Math.SQRT2);

/** `normals(to, end, from, key0, key1)`: numbers from `from` on of a stream, sixteen at a time. */
function normals(): Procedure {
  return procedure("normals", 5, ([to, end, from, key0, key1], local) => {
    const [counts, keys] = [AT_ONCE, 3].map((count) => locals(local, count, "v128"));
    const code: Code[] = [];
    const each: Each = (value, ...of) =>
      counts.map((_, n) => {
        const kept = local("v128");
        const operands = of.map((one) => {
          if (typeof one === "number") return f32x4.of(one);
          return get("type" in one ? one : one[n]);
        });
        code.push(set(kept, value(...operands)));
        return kept;
      });
    const fractions = each((x) => f32x4.ofWhole(bits.shiftDown(x, 9)), words(each, counts, keys));
    const uniform = each(f32x4.max, each(madd, fractions, SPAN * 2 ** -23, LEAST), LEAST);
    const made = each(f32x4.mul, erfInv(each, uniform), SQRT2);
    return [
      set(keys[0], bits.splat(get(key0))),
      set(keys[1], bits.splat(get(key1))),
      set(keys[2], bits.xor(bits.xor(get(keys[0]), get(keys[1])), all(PARITY))),
      ...counts.map((count, n) =>
        set(
          count,
          bits.add(bits.splat(get(from)), bits.of(4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3)),
        ),
      ),
      whileBelow(get(to), get(end), [
        ...code,
        ...made.map((own, n) => store(get(to), get(own), n * VECTOR)),
        ...counts.map((count) => set(count, bits.add(get(count), all(4 * AT_ONCE)))),
        advance(to, i32.of(AT_ONCE * VECTOR)),
      ]),
    ];
  });
}

const written = () => [normals()];

/**
 * Writes the normal numbers of a stream from number `from` on, as `fillNormal` does, {@link PART} at most;
 * false where no code can be compiled.
 */
export function fillByLanes(key: Key, numbers: Float32Array, from: number): boolean {
  const count = numbers.length;
  const bytes = VECTOR * AT_ONCE * Math.ceil(count / (LANES * AT_ONCE));
  const bench = takeBench(written, bytes);
  if (bench === null) return false;
  try {
    const calls = Array.from({ length: Math.ceil(count / CALL) }, (_, n) => {
      const first = n * CALL;
      const ends = [first, Math.min(first + CALL, bytes / NUMBER)];
      return [...ends.map((place) => bench.at + NUMBER * place), from + first, ...key];
    });
    bench.run("normals", calls, WORK * count);
    numbers.set(new Float32Array(bench.buffer, bench.at, count));
    return true;
  } finally {
    bench.free();
  }
}
