// Intervals of real numbers, with ends that belong to them or not.
//
// Whether 0 itself can occur decides about `log` and division, so open ends are kept through the
// arithmetic. Rounding is not: a bound may be off by a unit in the last place.

/** All x between `low` and `high`; an open end is not reached. Infinite ends are open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** The interval of the given ends, closed unless said otherwise. An end is never −0: 1 over it is not −∞. */
export function interval(
  low: number,
  high: number,
  { lowOpen = false, highOpen = false } = {},
): Interval {
  return {
    low: low + 0,
    high: high + 0,
    lowOpen: lowOpen || !Number.isFinite(low),
    highOpen: highOpen || !Number.isFinite(high),
  };
}

export const EVERYTHING = interval(-Infinity, Infinity);
export const AT_LEAST_ZERO = interval(0, Infinity);
export const ABOVE_ZERO = interval(0, Infinity, { lowOpen: true });

/** The interval of one number. */
export function point(value: number): Interval {
  return interval(value, value);
}

/** True when every number of the interval is ≥ 0. */
export function isNonNegative({ low }: Interval): boolean {
  return low >= 0;
}

/** True when every number of the interval is ≤ 0. */
export function isNonPositive({ high }: Interval): boolean {
  return high <= 0;
}

/** True when every number of the interval is > 0. */
export function isPositive({ low, lowOpen }: Interval): boolean {
  return low > 0 || (low === 0 && lowOpen);
}

/** True when 0 is not in the interval. */
export function excludesZero(x: Interval): boolean {
  return isPositive(x) || isPositive(negated(x));
}

/** True when both ends are finite. */
export function isBounded({ low, high }: Interval): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}

/** −x. */
export function negated({ low, high, lowOpen, highOpen }: Interval): Interval {
  return interval(-high, -low, { lowOpen: highOpen, highOpen: lowOpen });
}

/** x + y. */
export function plus(x: Interval, y: Interval): Interval {
  return interval(x.low + y.low, x.high + y.high, {
    lowOpen: x.lowOpen || y.lowOpen,
    highOpen: x.highOpen || y.highOpen,
  });
}

interface End {
  readonly value: number;
  readonly open: boolean;
}

/** x · y. */
export function times(x: Interval, y: Interval): Interval {
  const ends = endsOf(x).flatMap((a) =>
    endsOf(y).map((b): End => {
      const zero = a.value === 0 || b.value === 0;
      // 0 · ∞ counts as 0: the numbers in between come as near as one likes, on this side.
      if (!zero) return { value: a.value * b.value, open: a.open || b.open };
      const reached = (a.value === 0 && !a.open) || (b.value === 0 && !b.open);
      return { value: 0, open: !reached };
    }),
  );
  return spanning(ends);
}

function endsOf({ low, high, lowOpen, highOpen }: Interval): [End, End] {
  return [
    { value: low, open: lowOpen },
    { value: high, open: highOpen },
  ];
}

function spanning(ends: readonly End[]): Interval {
  const low = Math.min(...ends.map(({ value }) => value));
  const high = Math.max(...ends.map(({ value }) => value));
  const open = (value: number) => ends.every((end) => end.value !== value || end.open);
  return interval(low, high, { lowOpen: open(low), highOpen: open(high) });
}

/** The smallest interval around both. */
export function hull(x: Interval, y: Interval): Interval {
  return spanning([...endsOf(x), ...endsOf(y)]);
}

/** What is in both; the first where they do not meet. */
export function both(x: Interval, y: Interval): Interval {
  const low = Math.max(x.low, y.low);
  const high = Math.min(x.high, y.high);
  if (low > high) return x;
  return interval(low, high, {
    lowOpen: [x, y].some((part) => part.low === low && part.lowOpen),
    highOpen: [x, y].some((part) => part.high === high && part.highOpen),
  });
}

/** True when every number of `inner` is in `outer`. */
export function includes(outer: Interval, inner: Interval): boolean {
  const above =
    inner.low > outer.low || (inner.low === outer.low && (inner.lowOpen || !outer.lowOpen));
  const below =
    inner.high < outer.high || (inner.high === outer.high && (inner.highOpen || !outer.highOpen));
  return above && below;
}

/** f(x) for an increasing f. */
export function increasing(f: (value: number) => number, x: Interval): Interval {
  return interval(f(x.low), f(x.high), { lowOpen: x.lowOpen, highOpen: x.highOpen });
}

/** |x|. */
export function absolute(x: Interval): Interval {
  if (isNonNegative(x)) return x;
  if (isNonPositive(x)) return negated(x);
  const { high, highOpen } = hull(x, negated(x));
  return interval(0, high, { highOpen });
}

/** How an interval is written, such as `(0, 1]`. */
export function printInterval({ low, high, lowOpen, highOpen }: Interval): string {
  const end = (value: number) => String(value).replace("Infinity", "inf");
  return `${lowOpen ? "(" : "["}${end(low)}, ${end(high)}${highOpen ? ")" : "]"}`;
}
