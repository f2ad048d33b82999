/**
 * The syntax tree of a `.ham` file: what was written, nothing resolved. Every node is told apart
 * by `kind` and has the `span` it covers; every name has a span of its own, so that a message can
 * point at exactly the word it is about.
 */
import type { SourceFile, Span } from "../source.ts";

/** A word somebody chose, normalised to NFC. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** A dotted name: `v`, `fast.enc.W`. Never empty. */
export interface Path {
  readonly segments: readonly Name[];
  readonly span: Span;
}

/** `///` lines before a declaration, joined, without slashes. Markdown. */
export interface Doc {
  readonly text: string;
  readonly span: Span;
}

/** `@allow(unused)`, `@assume(convex)`. */
export interface Attribute {
  readonly kind: "attribute";
  readonly name: Name;
  readonly args: readonly Name[];
  readonly span: Span;
}

// Files

/** A parsed file. Declarations are in the order they were written. */
export interface FileAst {
  readonly kind: "file";
  readonly source: SourceFile;
  /** `ham 1`; undefined when the file does not start with it. */
  readonly edition: Edition | undefined;
  /** The doc comment that stands alone before the first declaration. */
  readonly doc: Doc | undefined;
  readonly items: readonly Item[];
  readonly span: Span;
}

/** `ham 1`. */
export interface Edition {
  readonly value: number;
  readonly span: Span;
}

/** What every declaration has. */
interface Declared {
  readonly doc?: Doc;
  readonly attributes: readonly Attribute[];
  /** From the first word to the last token; attributes and doc comments are outside. */
  readonly span: Span;
}

/** A declaration of a file. */
export type Item =
  | UseItem
  | DimItem
  | ConstItem
  | ParamItem
  | DataItem
  | GivenItem
  | LetItem
  | LagrangianItem
  | SynapseItem
  | NeuronItem
  | PartItem
  | ConnectItem
  | EnergyItem
  | DriveItem
  | RecallItem
  | TrainItem
  | TestItem
  | AssertItem
  | BrokenItem;

/** `use "./memory.ham" as memory` */
export interface UseItem extends Declared {
  readonly kind: "use";
  readonly path: StringLiteral;
  readonly name: Name;
}

/** `dim D = 784, K` */
export interface DimItem extends Declared {
  readonly kind: "dim";
  readonly dims: readonly DimDefinition[];
}

/** One axis of a `dim` declaration. */
export interface DimDefinition {
  readonly kind: "dimDefinition";
  readonly name: Name;
  readonly value?: Expression;
  readonly span: Span;
}

/** `const beta: real > 0 = 8.0` */
export interface ConstItem extends Declared {
  readonly kind: "const";
  readonly name: Name;
  readonly type?: TypeAst;
  readonly init: Init;
}

/** `param W: [D, H] ~ normal(0, 0.02)` */
export interface ParamItem extends Declared {
  readonly kind: "param";
  readonly name: Name;
  readonly type: TypeAst;
  readonly init: Init;
}

/** `data xi: sign[K, D] from "p.npy"` */
export interface DataItem extends Declared {
  readonly kind: "data";
  readonly name: Name;
  readonly type: TypeAst;
  /** A file, or an array that is written out. */
  readonly init?: FileSource | ValueInit;
}

/** `given image: [D] from "mnist.npy"` */
export interface GivenItem extends Declared {
  readonly kind: "given";
  readonly name: Name;
  readonly type: TypeAst;
  /** A file, or an array that is written out. */
  readonly init?: FileSource | ValueInit;
}

/** `let T[i, j] = …` */
export interface LetItem extends Declared {
  readonly kind: "let";
  readonly name: Name;
  readonly binders: readonly Binder[];
  readonly value: Expression;
}

/** `lagrangian g(x: [K]) { … }`; without a shape it is per unit. */
export interface LagrangianItem extends Declared {
  readonly kind: "lagrangian";
  readonly name: Name;
  readonly argument: { readonly name: Name; readonly shape?: Shape; readonly span: Span };
  readonly body: readonly BodyItem[];
}

/** `[extern] synapse dense(a: [A], b: [B]) { … }` */
export interface SynapseItem extends Declared {
  readonly kind: "synapse";
  readonly extern: boolean;
  readonly name: Name;
  readonly arguments: readonly SynapseArgument[];
  readonly body: readonly BodyItem[];
}

/** `a: [A]` in the head of a synapse. */
export interface SynapseArgument {
  readonly kind: "synapseArgument";
  readonly name: Name;
  readonly shape: Shape;
  readonly span: Span;
}

/** `neuron v: [D] as tanh(beta = 4.0) { tau = 0.5 }` */
export interface NeuronItem extends Declared {
  readonly kind: "neuron";
  readonly name: Name;
  readonly shape: Shape;
  readonly lagrangian: Template;
  readonly settings: readonly NeuronSetting[];
}

/** A Lagrangian, synapse or file model, with what it is given. `args` is undefined without parentheses. */
export interface Template {
  readonly kind: "template";
  readonly path: Path;
  readonly args?: readonly Arg[];
  /** From `(` to `)`. */
  readonly argsSpan?: Span;
  readonly span: Span;
}

/** `tau = 0.5`, `leak = off`, `init ~ normal(0, 1)` inside a neuron's braces. */
export type NeuronSetting =
  | { readonly kind: "tau" | "leak"; readonly value: Expression; readonly span: Span }
  | { readonly kind: "init"; readonly init: Init; readonly span: Span }
  | BrokenStep;

/** `part fast: memory(D = D)` */
export interface PartItem extends Declared {
  readonly kind: "part";
  readonly name: Name;
  readonly template: Template;
}

/** `connect enc: dense(x, h) share other`, or `connect faces: drdam(v) from "faces.safetensors"` */
export interface ConnectItem extends Declared {
  readonly kind: "connect";
  readonly name?: Name;
  readonly template: Template;
  readonly share?: Path;
  /** The file that its params were stored in. */
  readonly from?: StringLiteral;
}

/** `energy memory = …` */
export interface EnergyItem extends Declared {
  readonly kind: "energy";
  readonly name: Name;
  readonly value: Expression;
}

/** `drive v[i] = …`: what moves a layer and is no energy. */
export interface DriveItem extends Declared {
  readonly kind: "drive";
  readonly target: Target;
  readonly value: Expression;
}

/** `assert K <= D, "too many"` */
export interface AssertItem extends Declared {
  readonly kind: "assert";
  readonly condition: Expression;
  readonly message?: StringLiteral;
}

/** `recall settle { … }`; without a name it is called `default`. */
export interface RecallItem extends Declared {
  readonly kind: "recall";
  readonly name: Name;
  readonly steps: readonly RecallStep[];
}

/** `train [name] { … }` */
export interface TrainItem extends Declared {
  readonly kind: "train";
  readonly name?: Name;
  readonly steps: readonly TrainStep[];
}

/** `test "…" { … }` */
export interface TestItem extends Declared {
  readonly kind: "test";
  readonly title: StringLiteral;
  readonly steps: readonly TestStep[];
}

/**
 * A declaration with a syntax error, already reported. It declares `names` as far as they could be
 * read; checks must stay silent about everything that depends on them.
 */
export interface BrokenItem extends Declared {
  readonly kind: "broken";
  /** The word it starts with, when that is one of the language. */
  readonly keyword?: string;
  readonly names: readonly Name[];
}

/** A line of a block with a syntax error, already reported. */
export interface BrokenStep {
  readonly kind: "broken";
  readonly names: readonly Name[];
  readonly span: Span;
}

// Inside blocks

/** What the body of a Lagrangian or a synapse may hold. */
export type BodyItem =
  | DimItem
  | ConstItem
  | ParamItem
  | LetItem
  | AssertItem
  | BodyEnergy
  | BodyValue
  | BrokenItem;

/** `energy = …` in a synapse. */
export interface BodyEnergy extends Declared {
  readonly kind: "bodyEnergy";
  readonly value: Expression;
}

/** `value = …` in a Lagrangian. */
export interface BodyValue extends Declared {
  readonly kind: "bodyValue";
  readonly value: Expression;
}

/** A line of a recall. */
export type RecallStep =
  | StartStep
  | ClampStep
  | StopStep
  | RecordStep
  | ScheduleStep
  | ReturnStep
  | Setting
  | BrokenStep;

/** A line of a train block. */
export type TrainStep = FeedStep | MetricStep | Setting | BrokenStep;

/** `metric accuracy = correct(y, label)` */
export interface MetricStep {
  readonly kind: "metric";
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

/** A line of a test. */
export type TestStep = FeedStep | RunStep | ExpectStep | Setting | BrokenStep;

/** What `start`, `clamp` and `feed` act on: `x`, `fast.v`, `x[i, j]`. */
export interface Target {
  readonly kind: "target";
  readonly path: Path;
  readonly indices?: readonly Index[];
  readonly span: Span;
}

/** `start v = query` */
export interface StartStep {
  readonly kind: "start";
  readonly target: Target;
  readonly init: Init;
  readonly span: Span;
}

/** `clamp x = image`, `clamp x[i] where known[i]` */
export interface ClampStep {
  readonly kind: "clamp";
  readonly target: Target;
  readonly value?: Expression;
  readonly where?: Expression;
  readonly span: Span;
}

/** `stop when change < 1e-5` */
export interface StopStep {
  readonly kind: "stop";
  readonly condition: Expression;
  readonly span: Span;
}

/** `record energy every 10` */
export interface RecordStep {
  readonly kind: "record";
  readonly path: Path;
  readonly every?: NumberLiteral;
  readonly span: Span;
}

/** `schedule beta = 0.5 * 100^t` */
export interface ScheduleStep {
  readonly kind: "schedule";
  readonly path: Path;
  readonly value: Expression;
  readonly span: Span;
}

/** `return labels, x` */
export interface ReturnStep {
  readonly kind: "return";
  readonly paths: readonly Path[];
  readonly span: Span;
}

/** `feed noisy ~ normal(image, 0.3)` */
export interface FeedStep {
  readonly kind: "feed";
  readonly target: Target;
  readonly init: Init;
  readonly span: Span;
}

/** `run settle` */
export interface RunStep {
  readonly kind: "run";
  readonly name: Name;
  readonly span: Span;
}

/** `expect falling(energy)` */
export interface ExpectStep {
  readonly kind: "expect";
  readonly condition: Expression;
  readonly span: Span;
}

/** `steps = 200` */
export interface Setting {
  readonly kind: "setting";
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

// Types and values

/** `real > 0`, `sign[K, D]`, `[D]`. */
export interface TypeAst {
  readonly kind: "type";
  readonly element?: { readonly kind: ElementKind; readonly span: Span };
  readonly shape?: Shape;
  readonly bound?: Bound;
  readonly span: Span;
}

/** Kinds of entries a tensor can have. */
export type ElementKind = "real" | "int" | "bool" | "sign" | "bit";

/** `> 0` */
export interface Bound {
  readonly op: "<" | "<=" | ">" | ">=";
  readonly value: number;
  readonly span: Span;
}

/** `[H / 2, W]`: dims and arithmetic on them. */
export interface Shape {
  readonly kind: "shape";
  readonly axes: readonly Expression[];
  readonly span: Span;
}

/** How something gets its first value. The span starts at `=`, `~` or `from`. */
export type Init =
  | ValueInit
  | { readonly kind: "draw"; readonly distribution: Expression; readonly span: Span }
  | FileSource;

/** `= 8.0`, `= [1, -1]` */
export interface ValueInit {
  readonly kind: "value";
  readonly value: Expression;
  readonly span: Span;
}

/** `from "et.npz#Wk" stored [H, Y, D] take 100` */
export interface FileSource {
  readonly kind: "from";
  readonly path: StringLiteral;
  readonly stored?: Shape;
  readonly take?: Expression;
  readonly span: Span;
}

// Expressions

/** An expression. The span of one in parentheses includes them. */
export type Expression = NumberLiteral | StringLiteral | Reference | Unary | Binary | Reduce | List;

/** `12_000`; `raw` is as written. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
  readonly raw: string;
  readonly span: Span;
}

/** `"text"`; `raw` is as written, with its quotes. */
export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly raw: string;
  readonly span: Span;
}

/**
 * A name, perhaps called, perhaps indexed: `beta`, `exp(x)`, `v[i]`, `fast.v[i]`, `max(a, b)`,
 * `before v[i]`. `args` is undefined without parentheses and `indices` without brackets.
 */
export interface Reference {
  readonly kind: "reference";
  /** The word before it, where it is about one step ago. */
  readonly before?: Span;
  readonly path: Path;
  readonly args?: readonly Arg[];
  /** From `(` to `)`. */
  readonly argsSpan?: Span;
  readonly indices?: readonly Index[];
  /** From `[` to `]`. */
  readonly indicesSpan?: Span;
  readonly span: Span;
}

/** `-x`, `not c` */
export interface Unary {
  readonly kind: "unary";
  readonly op: "-" | "not";
  readonly operand: Expression;
  readonly opSpan: Span;
  readonly span: Span;
}

/** Operators between two expressions. */
export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "^"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

/** `a + b`. `+ - * / and or` associate to the left, `^` to the right. */
export interface Binary {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expression;
  readonly right: Expression;
  readonly opSpan: Span;
  readonly span: Span;
}

/** Operators that bind indices. */
export type ReduceOp = "sum" | "mean" | "prod" | "logsumexp" | "max" | "min";

/** `logsumexp[b where b != c] beta * s[b, c]`: the body is a product. */
export interface Reduce {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  readonly binders: readonly Binder[];
  readonly where?: Expression;
  readonly body: Expression;
  readonly opSpan: Span;
  readonly span: Span;
}

/** `[3, 3]`, `[enc.W]` */
export interface List {
  readonly kind: "list";
  readonly elements: readonly Expression[];
  readonly span: Span;
}

/** `i` or `i: D`, where an index is bound. */
export interface Binder {
  readonly kind: "binder";
  readonly name: Name;
  readonly dim?: Path;
  readonly span: Span;
}

/** `i`, `0`, or `_` for the whole axis. */
export type Index =
  | { readonly kind: "name"; readonly name: Name; readonly span: Span }
  | { readonly kind: "number"; readonly value: number; readonly raw: string; readonly span: Span }
  | { readonly kind: "whole"; readonly span: Span };

/** `0.1` or `dt = 0.1` between parentheses. */
export interface Arg {
  readonly kind: "arg";
  readonly name?: Name;
  readonly value: Expression;
  readonly span: Span;
}
