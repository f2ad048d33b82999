/**
 * `.ham` files that mean something: declarations that fit together, so that most of them compile.
 *
 * A file is written from a list of numbers, each of which decides one thing; a list that has run
 * out decides 0, the simplest. So fast-check can shrink a file by shrinking the list.
 */
import * as fc from "fast-check";

/** A part that files use, by the name they use it under. */
export const PART = `ham 1
dim D, K = 4
const sharp: real > 0 = 2
param xi: [K, D] ~ normal(0, 1)
lagrangian bent(x) { const a: real > 0 = 1  value = a * softplus(x) }
neuron v: [D] as bent(a = sharp)
neuron h: [K] as softmax(beta = sharp)
connect up: dense(v, h, W = let_xi)
let let_xi[i, m] = xi[m, i] / 2
`;

type Decide = (options: number) => number;

interface Named {
  readonly name: string;
  readonly axes: readonly string[];
}

/** An index in scope. */
interface Bound {
  readonly name: string;
  readonly dim: string;
}

/** Text of a file that compiles in most cases. It may use {@link PART} as `./part.ham`. */
export const modelFile: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 999 }), { maxLength: 220, size: "max" })
  .map((numbers) => new ModelText(numbers).text());

class ModelText {
  readonly #numbers: readonly number[];
  #at = 0;
  #indexCount = 0;
  readonly #dims: string[] = ["D"];
  readonly #numbersNamed: string[] = [];
  readonly #arrays: Named[] = [];
  readonly #layers: Named[] = [];
  readonly #conditions: Named[] = [];
  /** Layers that jump between two values have solvers of their own. */
  #binary = false;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  text(): string {
    return [
      "ham 1",
      ...this.#dimLines(),
      ...this.#values(),
      ...this.#neurons(),
      ...this.#part(),
      ...this.#times(2, (n) => this.#letLine(n)),
      ...this.#connections(),
      ...this.#times(2, (n) => this.#energy(n + 1)),
      this.#energy(0),
      ...this.#times(2, (n) => this.#recall(n)),
    ].join("\n");
  }

  readonly #decide: Decide = (options) => (this.#numbers[this.#at++] ?? 0) % options;

  #one<T>(...options: readonly T[]): T {
    return options[this.#decide(options.length)];
  }

  #times(most: number, line: (n: number) => string): string[] {
    return Array.from({ length: this.#decide(most + 1) }, (_, n) => line(n));
  }

  #dimLines(): string[] {
    const lines = [`dim D = ${this.#one("3", "2", "1", "12_000")}`];
    const sizes = ["", " = 4", " = D", " = 2 * D", " = D * D + 1", " = ceil(D / 2)"];
    for (const name of ["K", "Hidden"].slice(0, this.#decide(3))) {
      lines.push(`dim ${name}${this.#one(...sizes)}`);
      this.#dims.push(name);
    }
    return lines;
  }

  #axes(most = 2): string[] {
    return Array.from({ length: 1 + this.#decide(most) }, () => this.#one(...this.#dims));
  }

  #values(): string[] {
    const lines: string[] = [];
    const add = (line: string, name: string, axes: readonly string[]) => {
      lines.push(line);
      if (axes.length === 0) this.#numbersNamed.push(name);
      else this.#arrays.push({ name, axes });
    };
    for (let n = this.#decide(6); n > 0; n--) {
      const axes = this.#axes();
      const shape = `[${axes.join(", ")}]`;
      switch (this.#decide(8)) {
        case 0:
          add(`const c${n} = ${this.#number()}`, `c${n}`, []);
          break;
        case 1:
          add(`const β${n}: real > 0 = ${this.#one("2", "0.5", "1 / sqrt(D)")}`, `β${n}`, []);
          break;
        case 2:
          add(`param W${n}: ${shape} ~ normal(0, 0.1)`, `W${n}`, axes);
          break;
        case 3:
          add(
            `param g${n}: real ${this.#one("> 0 = 1", "< 3 = -1", "~ uniform(0, 1)")}`,
            `g${n}`,
            [],
          );
          break;
        case 4:
          add(
            `data xi${n}: sign${shape} from "x.npz#a"${this.#one("", " take 2")}`,
            `xi${n}`,
            axes,
          );
          break;
        case 5:
          add(`given q${n}: ${shape}${this.#one("", ' from "q.npy"')}`, `q${n}`, axes);
          break;
        case 6: {
          // A dim that only the entries give a size.
          const kind = this.#one("const", "param", "data");
          lines.push(`dim E${n}`);
          this.#dims.push(`E${n}`);
          const row = `[${this.#one("1", "-1")}, ${this.#one("0.5", "-2e-3", "1/3")}]`;
          const [type, rows] = this.#one([`[E${n}]`, row], [`[E${n}, E${n}]`, `[${row}, [0, 7]]`]);
          const own = type.split(",").map(() => `E${n}`);
          add(`${kind} a${n}: ${type} = ${rows}`, `a${n}`, own);
          break;
        }
        default:
          lines.push(`given known${n}: bool${shape}`);
          this.#conditions.push({ name: `known${n}`, axes });
      }
    }
    return lines;
  }

  #neurons(): string[] {
    const own = this.#decide(4) === 1;
    this.#binary = this.#decide(6) === 1;
    const lines = own
      ? [
          "lagrangian bent(x) { value = x^2 / 2 + logcosh(x) }",
          "lagrangian pooled(x: [A]) { const a: real > 0 = 2  value = 1/a * logsumexp[i] a * x[i] }",
        ]
      : [];
    for (let n = 0; n <= this.#decide(3); n++) {
      const axes = this.#axes();
      const kinds = this.#binary
        ? ["sign"]
        : [
            "identity",
            "tanh",
            "relu",
            "sigmoid(beta = 2)",
            "repu(n = 3)",
            ...(own ? ["bent"] : []),
          ];
      const coupled = this.#binary ? [] : ["softmax(", "layernorm(", ...(own ? ["pooled("] : [])];
      const kind = this.#one(...kinds, ...coupled.map((head) => `${head}over = ${axes[0]})`));
      const settings = this.#binary ? "" : this.#one("", " { tau = 2 }", " { leak = off }");
      lines.push(`neuron v${n}: [${axes.join(", ")}] as ${kind}${settings}`);
      this.#layers.push({ name: `v${n}`, axes });
    }
    return lines;
  }

  #part(): string[] {
    if (this.#binary || this.#decide(5) !== 1) return [];
    this.#layers.push({ name: "memo.v", axes: ["D"] });
    this.#numbersNamed.push("memo.sharp");
    return [
      'use "./part.ham" as part_file',
      `part memo: part_file(D = D${this.#one("", ", sharp = 3")})`,
    ];
  }

  #letLine(n: number): string {
    const dim = this.#one(...this.#dims);
    const line = `let l${n}[a] = ${this.#reading([{ name: "a", dim }])}`;
    this.#arrays.push({ name: `l${n}`, axes: [dim] });
    return line;
  }

  #connections(): string[] {
    const flat = this.#layers.filter(({ axes }) => axes.length === 1);
    if (flat.length === 0) return [];
    return this.#times(2, (n) => {
      const [a, b] = [this.#one(...flat), this.#one(...flat)];
      return `connect link${n}: ${this.#one(`bias(${a.name})`, `dense(${a.name}, ${b.name})`, `lse(${a.name}, K = 5)`)}`;
    });
  }

  #energy(n: number): string {
    const layer = this.#one(...this.#layers);
    const bound = layer.axes.map((dim) => this.#fresh(dim));
    const read = `${layer.name}[${bound.map(({ name }) => name).join(", ")}]`;
    const binders = bound.map(({ name }) => name).join(", ");
    const head = this.#one("-", "", "1/2 * ", "-D/3 * ");
    const body = this.#one(`${read}^2`, `${read} * ${this.#factor(bound, 3)}`);
    const rest = this.#one("", "", ` + ${this.#factor([], 2)}`);
    return `energy e${n} = ${head}sum[${binders}] ${body}${rest}`;
  }

  #fresh(dim: string): Bound {
    return { name: `i${this.#indexCount++}`, dim };
  }

  #number(): string {
    return this.#one("2", "1", "0.5", "3", "1e-3", "-1", "0", "7");
  }

  /** Something with axes, read at indices in scope, or reduced over indices of its own. */
  #reading(scope: readonly Bound[], depth = 2): string {
    const { name, axes } = this.#one(...this.#layers, ...this.#arrays);
    const own: Bound[] = [];
    const at = axes.map((dim) => {
      const known = scope.filter((index) => index.dim === dim);
      if (known.length > 0 && this.#decide(4) < 3) return this.#one(...known).name;
      if (this.#decide(5) === 4) return "0";
      own.push(this.#fresh(dim));
      return own.at(-1)!.name;
    });
    const read = `${name}[${at.join(", ")}]`;
    if (own.length === 0) return read;
    const binders = own.map((index) => this.#one(index.name, `${index.name}: ${index.dim}`));
    const inside = [...scope, ...own];
    const where = this.#decide(4) === 3 ? ` where ${this.#condition(inside)}` : "";
    const op = this.#one("sum", "sum", "mean", "logsumexp", "max", "min");
    const body = depth > 0 ? this.#one(read, `${read} * ${this.#factor(inside, depth - 1)}`) : read;
    return `(${op}[${binders.join(", ")}${where}] ${body})`;
  }

  #condition(scope: readonly Bound[]): string {
    const fits = this.#conditions.flatMap(({ name, axes }) => {
      const at = axes.map((dim) => scope.find((index) => index.dim === dim)?.name);
      return at.includes(undefined) ? [] : [`${name}[${at.join(", ")}]`];
    });
    const a = this.#one(...scope).name;
    const b = this.#one(...scope).name;
    const simple = this.#one(`${a} != ${b === a ? "1" : b}`, `${a} < 2`, `${a} >= 1`, ...fits);
    return this.#one(
      simple,
      simple,
      `not ${simple}`,
      `(${simple} or ${a} == 0)`,
      `${simple} and ${a} <= 5`,
    );
  }

  /** A number that can stand in a product. */
  #factor(scope: readonly Bound[], depth: number): string {
    if (depth === 0) return this.#one(this.#number(), "D", ...this.#numbersNamed);
    const inner = () => this.#factor(scope, depth - 1);
    switch (this.#decide(10)) {
      case 0:
        return this.#reading(scope, depth);
      case 1:
        return `(${inner()} + ${inner()})`;
      case 2:
        return `(${inner()} - ${inner()} * ${inner()})`;
      case 3:
        return `${this.#one("tanh", "exp", "relu", "cos", "abs", "softplus")}(${inner()})`;
      case 4:
        return `(${inner()} / ${this.#one("2", "D", "(1 + D)", `(2 + ${inner()}^2)`)})`;
      case 5:
        return `(${inner()})^${this.#one("2", "3", "-1", "-2", "0.5", "(1 + D)")}`;
      case 6:
        return `${this.#one("max", "min")}(${inner()}, ${inner()})`;
      case 7:
        return `(-${inner()})`;
      case 8:
        return scope.length === 0 ? inner() : `(1 + ${this.#one(...scope).name})`;
      default:
        return this.#one("D", this.#number(), ...this.#numbersNamed);
    }
  }

  #recall(n: number): string {
    const lines: string[] = [];
    const layer = this.#one(...this.#layers);
    const bound = layer.axes.map((dim) => this.#fresh(dim));
    const target = `${layer.name}[${bound.map(({ name }) => name).join(", ")}]`;
    const start = this.#decide(4);
    if (start === 1)
      lines.push(
        `start ${layer.name} ~ ${this.#one("normal(0, 1)", "uniform(-1, 1)", "bernoulli(0.5)")}`,
      );
    if (start === 2) lines.push(`start ${target} = ${this.#one("1", `${bound[0].name} / 2`, "D")}`);
    const same = this.#arrays.find(
      ({ name, axes }) => !name.startsWith("l") && axes.join() === layer.axes.join(),
    );
    if (start === 3 && same !== undefined) lines.push(`start ${layer.name} = ${same.name}`);
    const clamp = this.#decide(4);
    if (clamp === 1) lines.push(`clamp ${target} where ${this.#condition(bound)}`);
    if (clamp === 2 && !this.#binary) lines.push(`clamp ${target} = 1 / (1 + ${bound[0].name})`);
    const smooth = [
      "euler(dt = 0.1)",
      "heun(dt = 0.1)",
      "rk4(dt = 1 / D)",
      "langevin(dt = 0.01, temperature = 2)",
    ];
    const jumps = [
      "async",
      "async(order = random)",
      "async(order = cyclic)",
      "sync",
      "glauber(temperature = 2, order = cyclic)",
    ];
    lines.push(`solver = ${this.#one(...(this.#binary ? jumps : smooth))}`);
    lines.push(`steps = ${this.#one("10", "2 * D")}`);
    const stop = this.#one(
      "",
      "change < 1e-4",
      "settled",
      "settled or step > 5",
      "not energy > 0 and change <= 1",
    );
    if (stop !== "") lines.push(`stop when ${stop}`);
    const scheduled = this.#numbersNamed.find((name) => /^[cβ]/.test(name));
    if (scheduled !== undefined && this.#decide(3) === 2)
      lines.push(`schedule ${scheduled} = 0.5 * 100^t`);
    if (this.#decide(3) === 2)
      lines.push(`record ${this.#one("energy", layer.name)} every ${this.#one("1", "10")}`);
    if (this.#decide(3) === 2) lines.push(`return ${layer.name}`);
    return `recall r${n} {\n  ${lines.join("\n  ")}\n}`;
  }
}
