// Every operation of a plan: on special values, on every shape, on a large batch.

import type { RunOp } from "@hamlet/core";
import type { Operand, OperationCase } from "./case.ts";
import { jointShape } from "./reference.ts";
import { countOf, FEW, LARGE, scattered, SHAPES, SPECIAL } from "./values.ts";

/** Functions of one number, with the range in which a large batch of numbers lies. */
const UNARY: readonly (readonly [op: RunOp, from: number, to: number])[] = [
  ["square", -10, 10],
  ["reciprocal", 0.1, 10],
  ["rsqrt", 0.1, 10],
  ["exp", -10, 10],
  ["log", 0.01, 100],
  ["sqrt", 0, 100],
  ["abs", -10, 10],
  ["sign", -10, 10],
  ["relu", -10, 10],
  ["step", -10, 10],
  ["softplus", -20, 20],
  ["sigmoid", -20, 20],
  ["logcosh", -20, 20],
  ["tanh", -5, 5],
  ["sin", -10_000, 10_000],
  ["cos", -10_000, 10_000],
  ["ceil", -10, 10],
];
const BINARY: readonly RunOp[] = ["add", "sub", "mul", "div", "maximum", "minimum", "pow"];
const RELATIONS: readonly RunOp[] = ["eq", "ne", "lt", "le"];
const LOGIC: readonly RunOp[] = ["and", "or"];
const REDUCTIONS: readonly RunOp[] = ["sum", "prod", "max", "min"];

/** Pairs of shapes that are stretched to each other as plans do it. */
const PAIRS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[7], []],
  [[], [2, 3]],
  [
    [3, 1],
    [1, 4],
  ],
  [[4], [3, 4]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [1, 3, 1, 2],
    [2, 1, 4, 1],
  ],
  [
    [2, 1, 3, 1, 2],
    [1, 2, 1, 2, 1],
  ],
  [LARGE, [LARGE[1]]],
];

/** Where the shape hardly matters, each shape would only cost a graphics card another shader. */
const EVERY_OTHER = SHAPES.filter((_, k) => k % 2 === 0);

function operand(shape: readonly number[], values: Float32Array): Operand {
  return { shape, values };
}

function within(shape: readonly number[], from: number, to: number, seed: number): Operand {
  const middle = (from + to) / 2;
  const values = scattered(countOf(shape), (to - from) / 2, seed);
  return operand(
    shape,
    values.map((x) => x + middle),
  );
}

function bits(shape: readonly number[], seed: number): Operand {
  return operand(
    shape,
    scattered(countOf(shape), 1, seed).map((x) => (x > 0 ? 1 : 0)),
  );
}

function makeCase(
  op: RunOp,
  name: string,
  inputs: readonly Operand[],
  numbers: readonly number[] = [],
  each = false,
): OperationCase {
  const shape = resultShape(op, inputs, numbers);
  return { kind: "operation", row: op, name, op, inputs, numbers, shape, each };
}

function resultShape(
  op: RunOp,
  inputs: readonly Operand[],
  numbers: readonly number[],
): readonly number[] {
  const [first, second] = inputs.map(({ shape }) => shape);
  switch (op) {
    case "constant":
      return [];
    case "range":
    case "reshape":
      return numbers;
    case "sum":
    case "prod":
    case "max":
    case "min":
      return first.filter((_, axis) => !numbers.includes(axis));
    case "matmul":
      return [...first.slice(0, -1), second.at(-1)!];
    case "transpose":
      return numbers.map((axis) => first[axis]);
    case "tile":
      return first.map((n, axis) => n * numbers[axis]);
    case "gather":
      return [...first.slice(0, -1), numbers.length];
    default:
      return jointShape(inputs);
  }
}

/** Angles of both signs and every size: many at once, and beyond 10¹⁰ each for itself. */
function angleCases(op: RunOp): OperationCase[] {
  const spread = (count: number, low: number, high: number) =>
    Float32Array.from(
      { length: count },
      (_, k) => (k % 2 === 0 ? 1 : -1) * 10 ** (low + ((high - low) * k) / count),
    );
  const [many, huge] = [spread(16_384, -10, 10), spread(56, 10.01, 38.5)];
  return [
    makeCase(op, "angles up to 10¹⁰", [operand([many.length], many)]),
    makeCase(op, "angles beyond", [operand([huge.length], huge)], [], true),
  ];
}

function unaryCases(): OperationCase[] {
  return UNARY.flatMap(([op, from, to], seed) => {
    return [
      makeCase(op, "special values", [operand([SPECIAL.length], SPECIAL)], [], true),
      ...[...EVERY_OTHER, LARGE].map((shape) =>
        makeCase(op, `[${shape.join()}]`, [within(shape, from, to, seed)]),
      ),
      ...(op === "sin" || op === "cos" ? angleCases(op) : []),
    ];
  });
}

function binaryCases(): OperationCase[] {
  const pairs = [operand([FEW.length, 1], FEW), operand([FEW.length], FEW)];
  const numbers = BINARY.flatMap((op, seed) => [
    makeCase(op, "special values", pairs, [], true),
    ...PAIRS.map(([a, b]) => {
      // Divisors and bases stay away from 0, where a rounding error has no bound.
      const low = op === "pow" ? 0.5 : op === "div" ? 1 : -4;
      const left = within(a, op === "pow" ? 0.5 : -4, 4, seed);
      return makeCase(op, `[${a.join()}] and [${b.join()}]`, [left, within(b, low, 4, seed + 50)]);
    }),
  ]);
  const relations = RELATIONS.flatMap((op, seed) => [
    makeCase(op, "special values", pairs, [], true),
    ...PAIRS.map(([a, b]) => {
      const [left, right] = [bits(a, seed), bits(b, seed + 50)];
      return makeCase(op, `[${a.join()}] and [${b.join()}]`, [left, right]);
    }),
  ]);
  const zeroOrOne = Float32Array.of(0, 1);
  const logic = LOGIC.flatMap((op, seed) => [
    makeCase(op, "all", [operand([2, 1], zeroOrOne), operand([2], zeroOrOne)], [], true),
    ...PAIRS.map(([a, b]) =>
      makeCase(op, `[${a.join()}] and [${b.join()}]`, [bits(a, seed), bits(b, seed + 50)]),
    ),
  ]);
  const not = [...SHAPES, LARGE].map((shape, seed) =>
    makeCase("not", `[${shape.join()}]`, [bits(shape, seed)]),
  );
  return [...numbers, ...relations, ...logic, ...not];
}

function selectCases(): OperationCase[] {
  const side = FEW.length;
  const grid = (f: (i: number, j: number) => number) =>
    operand(
      [2 * side * side],
      Float32Array.from({ length: 2 * side * side }, (_, n) =>
        f(Math.floor(n / 2 / side), Math.floor(n / 2) % side),
      ),
    );
  const condition = Float32Array.from({ length: 2 * side * side }, (_, n) => n % 2);
  return [
    makeCase(
      "select",
      "special values",
      [operand([condition.length], condition), grid((i) => FEW[i]), grid((_, j) => FEW[j])],
      [],
      true,
    ),
    ...[...SHAPES.filter((shape) => shape.length <= 4), LARGE].map((shape, seed) =>
      makeCase("select", `[${shape.join()}]`, [
        bits(shape, seed),
        within(shape, -1, 1, seed + 1),
        within(shape, -1, 1, seed + 2),
      ]),
    ),
  ];
}

/** Every choice of axes of a shape, but none at all. */
function choices(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, n) =>
    Array.from({ length: rank }, (__, axis) => axis).filter((axis) => ((n + 1) >> axis) & 1),
  );
}

function reductionCases(): OperationCase[] {
  const shapes = SHAPES.filter(({ length }) => length > 0 && length <= 4);
  const cases = REDUCTIONS.flatMap((op, seed) => {
    const some = (shape: readonly number[]) => within(shape, op === "prod" ? 0.5 : -1, 1.5, seed);
    return [
      ...shapes.flatMap((shape) =>
        choices(shape.length).map((axes) =>
          makeCase(op, `[${shape.join()}] along ${axes.join()}`, [some(shape)], axes),
        ),
      ),
      ...[[0], [2, 4], [1, 2, 3], [0, 1, 2, 3, 4]].map((axes) =>
        makeCase(op, `[2,3,1,2,2] along ${axes.join()}`, [some([2, 3, 1, 2, 2])], axes),
      ),
      ...[[5], [0, 2, 4], [0, 1, 2, 3, 4, 5]].map((axes) =>
        makeCase(op, `[2,1,2,3,1,2] along ${axes.join()}`, [some([2, 1, 2, 3, 1, 2])], axes),
      ),
      makeCase(
        op,
        "infinities and no numbers",
        [operand([8, 3], Float32Array.from(ROWS.flat()))],
        [1],
        true,
      ),
    ];
  });
  const large = [[0], [1], [0, 1]].flatMap((axes) =>
    (["sum", "max", "min"] as const).map((op, seed) =>
      makeCase(op, `[${LARGE.join()}] along ${axes.join()}`, [within(LARGE, -1, 1, seed)], axes),
    ),
  );
  return [...cases, ...large];
}

const ROWS: readonly (readonly number[])[] = [
  [1, Infinity, 2],
  [1, -Infinity, 2],
  [Infinity, 1, -Infinity],
  [Number.NaN, 1, 2],
  [1, 2, Number.NaN],
  [-Infinity, -Infinity, -Infinity],
  [0, -0, 0],
  [1e10, 1e-10, -1e10],
];

function movementCases(): OperationCase[] {
  const products = [
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 3],
      [3, 4],
    ],
    [
      [1, 7],
      [7, 5],
    ],
    [
      [5, 7],
      [7, 1],
    ],
    [
      [5, 1],
      [1, 7],
    ],
    [
      [16, 16],
      [16, 16],
    ],
    [
      [33, 65],
      [65, 17],
    ],
    [
      [64, 784],
      [784, 10],
    ],
    [
      [4, 2048],
      [2048, 4],
    ],
    [
      [1, 2, 3],
      [1, 3, 2],
    ],
    [
      [3, 2, 4],
      [3, 4, 5],
    ],
    [
      [8, 1, 16],
      [8, 16, 3],
    ],
    [
      [5, 9, 1],
      [5, 1, 4],
    ],
    [
      [64, 5, 33],
      [64, 33, 2],
    ],
  ].map(([a, b], seed) =>
    makeCase("matmul", `[${a.join()}] and [${b.join()}]`, [
      within(a, -1, 1, seed),
      within(b, -1, 1, seed + 20),
    ]),
  );
  const orders = [2, 3, 4]
    .flatMap((rank) => permutations(rank))
    .concat([
      [4, 3, 2, 1, 0],
      [1, 0, 3, 2, 4],
      [0, 4, 1, 2, 3],
      [5, 4, 3, 2, 1, 0],
      [2, 0, 1, 5, 3, 4],
    ])
    .map((order, seed) => {
      const shape = [2, 3, 4, 2, 3, 2].slice(0, order.length);
      return makeCase(
        "transpose",
        `[${shape.join()}] as ${order.join()}`,
        [within(shape, -1, 1, seed)],
        order,
      );
    });
  const reshapes = [
    [[6], [2, 3]],
    [[2, 3], [6]],
    [[1], []],
    [[], [1, 1]],
    [
      [4, 6],
      [2, 2, 3, 2],
    ],
    [
      [2, 3, 4],
      [4, 3, 2],
    ],
    [
      [2, 2, 2, 2, 2, 2],
      [8, 8],
    ],
    [[64], [2, 2, 2, 2, 2, 2]],
    [LARGE, [64, 4, 64]],
  ].map(([from, to], seed) =>
    makeCase("reshape", `[${from.join()}] as [${to.join()}]`, [within(from, -1, 1, seed)], to),
  );
  const tiles = [
    [[1], [5]],
    [[3], [4]],
    [
      [1, 4],
      [3, 1],
    ],
    [
      [3, 1],
      [1, 4],
    ],
    [
      [2, 1, 3],
      [1, 4, 1],
    ],
    [
      [1, 2, 1, 3],
      [5, 1, 2, 1],
    ],
    [
      [1, 128],
      [512, 1],
    ],
  ].map(([shape, repeats], seed) =>
    makeCase(
      "tile",
      `[${shape.join()}] × [${repeats.join()}]`,
      [within(shape, -1, 1, seed)],
      repeats,
    ),
  );
  const gathers = [
    [[5], [0]],
    [[5], [4, 0, 2]],
    [[9], [0, 4, 8]],
    [
      [3, 4],
      [3, 3, 0],
    ],
    [
      [64, 25],
      [0, 6, 12, 18, 24],
    ],
    [[1, 6], [5]],
  ].map(([shape, places], seed) =>
    makeCase(
      "gather",
      `[${shape.join()}] at ${places.join()}`,
      [within(shape, -1, 1, seed)],
      places,
    ),
  );
  const ranges = [1, 2, 5, 1000, 65_536].map((n) => makeCase("range", `${n}`, [], [n]));
  const constants = Array.from(SPECIAL, (value) =>
    makeCase("constant", Object.is(value, -0) ? "-0" : `${value}`, [], [value]),
  );
  return [...products, ...orders, ...reshapes, ...tiles, ...gathers, ...ranges, ...constants];
}

function permutations(rank: number): number[][] {
  if (rank === 1) return [[0]];
  return permutations(rank - 1).flatMap((order) =>
    Array.from({ length: rank }, (_, place) => order.toSpliced(place, 0, rank - 1)),
  );
}

/** All cases of operations. */
export function operationCases(): OperationCase[] {
  return [
    ...unaryCases(),
    ...binaryCases(),
    ...selectCases(),
    ...reductionCases(),
    ...movementCases(),
  ];
}
