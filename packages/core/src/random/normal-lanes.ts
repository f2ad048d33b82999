// Normal numbers by compiled code, sixteen at a time: the bits of threefry.ts and float32.ts.
//
// Between two roundings to float32 everything is float64 there, and so it is here: pairs of float64
// numbers that are float32 again after every operation, eight pairs that do not wait for each other.
// A fused multiplication of float32 would round once where that rounds twice, which differs in one
// number of some millions.

import {
  bits,
  type Code,
  f32x4,
  f64x2,
  get,
  i32,
  ifTrue,
  type Local,
  loop,
  type Procedure,
  procedure,
  set,
  shuffle,
  store,
} from "../wasm/assembler.ts";
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

const NUMBER = Float32Array.BYTES_PER_ELEMENT;
const LANES = 4;
const VECTOR = LANES * NUMBER;
/** Vectors of float32 that are made at once. */
const AT_ONCE = 4;
/** Numbers that a thread draws by one call at most: some tenths of a millisecond. */
const CALL = 2 ** 14;
/** Numbers that are drawn at a time at most: a few milliseconds. */
export const PART = 8 * CALL;
/** What a number takes, in products of two. */
const WORK = 500;

/** Numbers of float32 as pairs of float64. */
type Pairs = readonly Local[];

/** Writes statements that keep what they compute. */
class Writer {
  code: Code[] = [];
  readonly #local: (type: "v128") => Local;

  constructor(local: (type: "v128") => Local) {
    this.#local = local;
  }

  keep(value: Code): Local {
    const kept = this.#local("v128");
    this.code.push(set(kept, value));
    return kept;
  }

  /** What is written meanwhile, apart. */
  branch(write: () => void): readonly Code[] {
    const before = this.code;
    this.code = [];
    write();
    const own = this.code;
    this.code = before;
    return own;
  }

  /** What is made of pairs one by one, rounded to float32. */
  each(of: readonly Pairs[], value: (...pairs: readonly Code[]) => Code): Pairs {
    return this.kept(of, (...pairs) => f64x2.ofSingles(f32x4.ofDoubles(value(...pairs))));
  }

  /** The same as it is: where it is float32 already, or a mask. */
  kept(of: readonly Pairs[], value: (...pairs: readonly Code[]) => Code): Pairs {
    return of[0].map((_, n) => this.keep(value(...of.map((one) => get(one[n])))));
  }

  /** Vectors of single numbers, and whatever else is as wide, as pairs. */
  pairs(of: readonly Local[], convert: (pair: Code) => Code): Pairs {
    return of.flatMap((x) => [get(x), shuffle(x, [2, 3, 2, 3])]).map((x) => this.keep(convert(x)));
  }

  /** Pairs as vectors of single numbers. */
  singles(pairs: Pairs): Local[] {
    const halves = pairs.map((pair) => this.keep(f32x4.ofDoubles(get(pair))));
    return halves.flatMap((low, n) =>
      n % 2 === 1 ? [] : [this.keep(shuffle(low, [0, 1, 4, 5], halves[n + 1]))],
    );
  }

  /** `Σ cₖ x^(n−k)`, by Horner's rule. */
  horner(x: Pairs, [first, ...rest]: Float32Array): Pairs {
    const start = this.kept([x], () => f64x2.of(first));
    return rest.reduce<Pairs>(
      (sum, c) => this.each([sum, x], (s, at) => f64x2.add(f64x2.mul(s, at), f64x2.of(c))),
      start,
    );
  }

  /** `a b + c`, rounded once. */
  fma(a: Pairs, b: Pairs, c: Pairs): Pairs {
    return this.each([a, b, c], (x, y, z) => f64x2.add(f64x2.mul(x, y), z));
  }
}

const all = (word: number): Code => bits.of(word, word, word, word);

/** `high ^ low` of the encrypted counters `(0, count)`; see `fillWords`. */
function words(writer: Writer, count: Local, keys: readonly Local[]): Local {
  let x0 = keys[0];
  let x1 = writer.keep(bits.add(get(count), get(keys[1])));
  for (let group = 0; group < 5; group++) {
    for (const by of group % 2 === 0 ? EVEN_ROTATIONS : ODD_ROTATIONS) {
      x0 = writer.keep(bits.add(get(x0), get(x1)));
      const turned = bits.or(bits.shiftLeft(get(x1), by), bits.shiftDown(get(x1), 32 - by));
      x1 = writer.keep(bits.xor(turned, get(x0)));
    }
    x0 = writer.keep(bits.add(get(x0), get(keys[(group + 1) % 3])));
    const next = bits.add(get(keys[(group + 2) % 3]), all(group + 1));
    x1 = writer.keep(bits.add(get(x1), next));
  }
  return writer.keep(bits.xor(get(x0), get(x1)));
}

/** `log x` of positive normal numbers; see `logFloat32`. */
function log(writer: Writer, x: Pairs): Pairs {
  const wholes = writer.singles(x);
  const fractions = wholes.map((own) =>
    writer.keep(bits.or(bits.and(get(own), all(0x7fffff)), all(0x3f000000))),
  );
  const exponents = wholes.map((own) =>
    writer.keep(bits.sub(bits.shiftDown(get(own), 23), all(126))),
  );
  const mantissa = writer.pairs(fractions, f64x2.ofSingles);
  const powers = writer.pairs(exponents, f64x2.ofWhole);
  const below = writer.kept([mantissa], (m) => f64x2.lt(m, f64x2.of(SQRT_HALF)));
  const exponent = writer.kept([powers, below], (e, is) => f64x2.sub(e, bits.and(is, f64x2.of(1))));
  const y = writer.kept([mantissa, below], (m, is) =>
    f64x2.sub(f64x2.add(m, bits.and(is, m)), f64x2.of(1)),
  );
  const square = writer.each([y], (a) => f64x2.mul(a, a));
  const cube = writer.each([square, y], f64x2.mul);
  const [first, middle, last] = [LOG_HIGH, LOG_MIDDLE, LOG_LOW].map((c) => writer.horner(y, c));
  const polynomial = writer.fma(writer.fma(first, cube, middle), cube, last);
  const low2 = writer.each([exponent], (e) => f64x2.mul(f64x2.of(LN2_LOW), e));
  const tail = writer.fma(polynomial, cube, low2);
  const half = minusHalf(writer, square, y);
  const sum = writer.each([tail, half], f64x2.add);
  return writer.each([exponent, sum], (e, s) => f64x2.add(f64x2.mul(e, f64x2.of(LN2_HIGH)), s));
}

/** `x − ½ square` */
const minusHalf = (writer: Writer, square: Pairs, x: Pairs): Pairs =>
  writer.each([square, x], (s, own) => f64x2.add(f64x2.mul(f64x2.of(-0.5), s), own));

/** `log(1 + x)` for x from −1 to 0; see `log1pFloat32`. */
function log1p(writer: Writer, x: Pairs): Pairs {
  const large = log(
    writer,
    writer.each([x], (own) => f64x2.add(f64x2.of(1), own)),
  );
  const square = writer.each([x], (own) => f64x2.mul(own, own));
  const [above, under] = [LOG1P_NUMERATOR, LOG1P_DENOMINATOR].map((c) => writer.horner(x, c));
  const ratio = writer.each([above, under], f64x2.div);
  const cube = writer.each([x, square], f64x2.mul);
  const rest = writer.each([cube, ratio], f64x2.mul);
  const small = writer.each([x, minusHalf(writer, square, rest)], f64x2.add);
  return writer.kept([x, small, large], (own, a, b) =>
    bits.select(a, b, f64x2.lt(f64x2.abs(own), f64x2.of(LOG1P_SMALL))),
  );
}

/** The inverse error function inside of (−1, 1); see `erfInvFloat32`. */
function erfInv(writer: Writer, x: Pairs): Pairs {
  const minus = writer.each([x], (own) => f64x2.sub(f64x2.of(0), f64x2.mul(own, own)));
  const w = writer.kept([log1p(writer, minus)], (log) => f64x2.sub(f64x2.of(0), log));
  const near = writer.each([w], (own) => f64x2.sub(own, f64x2.of(2.5)));
  const polynomial = writer.horner(near, ERF_INV_CENTRE);
  const isTail = writer.kept([w], (own) => bits.not(f64x2.lt(own, f64x2.of(5))));
  // One of three hundred.
  const rare = writer.branch(() => {
    const root = writer.each([w], f64x2.sqrt);
    const far = writer.horner(
      writer.each([root], (own) => f64x2.sub(own, f64x2.of(3))),
      ERF_INV_TAIL,
    );
    polynomial.forEach((own, n) => {
      writer.code.push(set(own, bits.select(get(far[n]), get(own), get(isTail[n]))));
    });
  });
  const one = isTail.slice(1).reduce((some, own) => bits.or(some, get(own)), get(isTail[0]));
  writer.code.push(ifTrue(bits.any(one), rare));
  return writer.each([polynomial, x], f64x2.mul);
}

/** The least number that is drawn uniformly, and how far 1 is from it. */
export const LEAST = nextFloat32(-1, "up");
const SPAN = Math.fround(1 - LEAST);
/** What the inverse error function is multiplied by. */
export const SQRT2 = Math.fround(Math.SQRT2);

/** `normals(to, end, from, key0, key1)`: numbers from `from` on of a stream, sixteen at a time. */
function normals(): Procedure {
  return procedure("normals", 5, ([to, end, from, key0, key1], local) => {
    const at = local("i32");
    const writer = new Writer(local);
    const counts = Array.from({ length: AT_ONCE }, () => local("v128"));
    const keys = Array.from({ length: 3 }, () => local("v128"));
    const fractions = counts.map((count) =>
      writer.keep(bits.shiftDown(get(words(writer, count, keys)), 9)),
    );
    const uniform = writer.each([writer.pairs(fractions, f64x2.ofWhole)], (u) =>
      f64x2.max(
        f64x2.of(LEAST),
        f64x2.add(f64x2.mul(u, f64x2.of(SPAN * 2 ** -23)), f64x2.of(LEAST)),
      ),
    );
    const scaled = writer.kept([erfInv(writer, uniform)], (own) => f64x2.mul(f64x2.of(SQRT2), own));
    const made = writer.singles(scaled);
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
      loop(at, { from: get(to), until: get(end), by: i32.of(AT_ONCE * VECTOR) }, [
        ...writer.code,
        ...made.map((own, n) => store(get(at), get(own), n * VECTOR)),
        ...counts.map((count) => set(count, bits.add(get(count), all(4 * AT_ONCE)))),
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
