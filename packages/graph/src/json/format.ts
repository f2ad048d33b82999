// The shape of `model.ham.json`, version 1.0: what the writer makes and the reader accepts.
//
// Expressions are a table in which every entry refers to earlier ones, so sharing survives.
// Numbers, sizes and reads stand where they are used. Indices have an id that is unique in the
// file, because two different indices may have one name.

import type { Certificate } from "../analyse/certificate.ts";

/** The version that is written; a file of a newer major version is refused. */
export const HAM_IR = "1.0";

/** A literal; what JSON has no number for is a string. */
export type LitJson = number | "Infinity" | "-Infinity" | "-0";

/** An expression: the id of an entry of the table, or a leaf. */
export type ExprJson =
  | number
  | { readonly lit: LitJson }
  | { readonly size: number }
  | { readonly time: true }
  | { readonly position: string }
  /** A tensor by id, or a quantity of a recall (`change`, `energy`, `step`, `settled`) by name. */
  | { readonly get: number | string; readonly ix: readonly (string | number)[] };

/** An entry of the table: a scalar function, `select`, a reduction or a softmax. */
export type ExprEntry = { readonly id: number; readonly op: string } & (
  | { readonly args: readonly ExprJson[]; readonly free: readonly string[] }
  | {
      readonly ix: readonly string[];
      readonly where?: ExprJson;
      readonly body: ExprJson;
      readonly free: readonly string[];
    }
);

/** A dim. `declared` is false for one that only sizes an axis, such as `[H / 2]`. */
export interface DimJson {
  readonly id: number;
  readonly name: string;
  readonly size: ExprJson | null;
  readonly declared?: false;
}

export interface IndexJson {
  readonly id: string;
  readonly name: string;
  readonly dim: number;
}

export interface DrawJson {
  readonly distribution: string;
  readonly args: readonly ExprJson[];
}

export interface TensorJson {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly elem: string;
  readonly axes: readonly number[];
  readonly bound?: { readonly op: string; readonly value: number };
  readonly init?: ExprJson;
  readonly draw?: DrawJson;
  readonly from?: string;
  /** Entries that are written out, row-major, and the shape that they have. */
  readonly shape?: readonly number[];
  readonly entries?: readonly LitJson[];
  readonly key?: string;
  readonly stored?: readonly number[];
  readonly take?: ExprJson;
}

export interface NeuronJson {
  readonly name: string;
  /** The id of the activation. */
  readonly tensor: number;
  readonly state: number;
  /** The id of the activation one step ago, where a drive reads it. */
  readonly before?: number;
  readonly lagrangian: string;
  readonly value: ExprJson;
  readonly tau: ExprJson;
  readonly leak: boolean;
  readonly kind: string;
}

export interface TermJson {
  readonly name: string;
  /** The layers of the hyperedge and how often each is read. */
  readonly neurons: readonly (readonly [string, number])[];
  readonly expr: ExprJson;
}

/** What moves a layer and is no energy. */
export interface DriveJson {
  readonly neuron: string;
  readonly ix: readonly string[];
  readonly value: ExprJson;
}

export interface ProgramJson {
  readonly kind: "recall";
  readonly name: string;
  readonly start: readonly {
    readonly neuron: string;
    readonly ix?: readonly string[];
    readonly value?: ExprJson;
    readonly draw?: DrawJson;
  }[];
  readonly clamp: readonly {
    readonly neuron: string;
    readonly ix: readonly string[];
    readonly where?: ExprJson;
    readonly value?: ExprJson;
  }[];
  readonly solver: {
    readonly name: string;
    readonly options: Readonly<Record<string, ExprJson>>;
    readonly order?: string;
  };
  readonly steps: ExprJson;
  readonly stop?: ExprJson;
  readonly schedule: readonly { readonly tensor: number; readonly value: ExprJson }[];
  readonly record: readonly { readonly name: string; readonly every: number }[];
  readonly return: readonly string[];
}

/** A whole file. */
export interface HamIr {
  readonly ham_ir: string;
  readonly edition: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly source?: SourceMeta;
  /** The id of the model as its writer computed it. */
  readonly model_id?: string;
  readonly dims: readonly DimJson[];
  readonly indices: readonly IndexJson[];
  readonly tensors: readonly TensorJson[];
  readonly exprs: readonly ExprEntry[];
  readonly neurons: readonly NeuronJson[];
  readonly terms: readonly TermJson[];
  readonly drives?: readonly DriveJson[];
  readonly programs: readonly ProgramJson[];
  readonly certificate?: Certificate;
}

/** The text that a model was compiled from. */
export interface SourceMeta {
  readonly file: string;
  readonly sha256: string;
}

/** What a file says beside the graph. */
export interface IrMeta {
  /** The edition of the language; default 1. */
  readonly edition?: number;
  readonly source?: SourceMeta;
  readonly certificate?: Certificate;
  /** What `modelId` says of the graph, for readers that do not compute it. */
  readonly modelId?: string;
  /**
   * Fields of newer minor versions, by the place they stood at (`""` for the file itself, or such
   * as `neurons[0]`). They are written back untouched.
   */
  readonly unknown?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The version of the file that was read; written back when it is newer. */
  readonly version?: string;
}
