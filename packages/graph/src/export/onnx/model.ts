// The part of an ONNX model that Hamlet writes, as plain data. How it becomes bytes is in
// encode.ts, and nothing else of the package knows about ONNX.

/** A constant of the model: float32 numbers or int64 positions. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: "float" | "int64";
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** One operation. Attributes are whole numbers, lists of them, texts, or the body of a loop. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[] | OnnxGraph>>;
}

/** An input or output. A text in its shape is the name of a size that is known when the file runs. */
export interface OnnxPort {
  readonly name: string;
  /** Default `float`: float32. */
  readonly type?: "float" | "int64" | "bool";
  readonly shape: readonly (number | string)[];
}

/** Operations in the order in which they run. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
}

/** A whole model of one graph. */
export interface OnnxModel extends OnnxGraph {
  readonly constants: readonly OnnxConstant[];
}

/** The operator set that the nodes are written for. */
export const ONNX_OPSET = 17;
/** The file format that goes with it. */
export const ONNX_IR = 8;
