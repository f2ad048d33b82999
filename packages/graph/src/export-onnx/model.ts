// The part of an ONNX model that Hamlet writes, as plain data. How it becomes bytes is in
// encode.ts, and nothing else of the package knows about ONNX.

/** A constant of the model: float32 numbers or int64 positions. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: "float" | "int64";
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** One operation. Attributes are whole numbers, lists of them, or texts. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

/** A float32 input or output. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A whole model of one graph. */
export interface OnnxModel {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

/** The operator set that the nodes are written for. */
export const ONNX_OPSET = 17;
/** The file format that goes with it. */
export const ONNX_IR = 8;
