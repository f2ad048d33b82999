// An ONNX model as protocol buffers. The library for that is loaded only when a model is exported.

import { utf8ToBytes } from "@noble/hashes/utils.js";
import { invariant } from "../../error.ts";
import {
  ONNX_IR,
  ONNX_OPSET,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
} from "./model.ts";

const TYPES = { float: 1, int64: 7, bool: 9 };
const ATTRIBUTE = { int: 2, string: 3, graph: 5, ints: 7 };

/** The bytes of an `.onnx` file. */
export async function encodeOnnx(model: OnnxModel): Promise<Uint8Array> {
  const { onnx } = (await import("onnx-proto")).default;
  const message = {
    irVersion: ONNX_IR,
    producerName: "hamlet",
    opsetImport: [{ domain: "", version: ONNX_OPSET }],
    graph: { ...graphProto(model), initializer: model.constants.map(constantProto) },
  };
  const problem = onnx.ModelProto.verify(message);
  invariant(problem === null, `the ONNX model is well formed: ${problem}`);
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(message)).finish();
}

function graphProto({ name, inputs, outputs, nodes }: OnnxGraph) {
  return {
    name,
    input: inputs.map(portProto),
    output: outputs.map(portProto),
    node: nodes.map(nodeProto),
  };
}

function portProto({ name, type = "float", shape }: OnnxPort) {
  const dim = shape.map((size) =>
    typeof size === "string" ? { dimParam: size } : { dimValue: size },
  );
  return { name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } };
}

function constantProto({ name, type, shape, values }: OnnxConstant) {
  return {
    name,
    dims: [...shape],
    dataType: TYPES[type],
    rawData: bytesOf(type, values),
  };
}

/** Little-endian, as the format wants it on every machine. */
function bytesOf(type: OnnxConstant["type"], values: readonly number[]): Uint8Array {
  const width = type === "float" ? 4 : 8;
  const view = new DataView(new ArrayBuffer(width * values.length));
  values.forEach((value, k) => {
    if (type === "float") view.setFloat32(width * k, value, true);
    else view.setBigInt64(width * k, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

function nodeProto({ op, inputs, outputs, attributes }: OnnxNode): object {
  return {
    opType: op,
    name: outputs[0],
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "number") return { name, type: ATTRIBUTE.int, i: value };
      if (typeof value === "string") {
        return { name, type: ATTRIBUTE.string, s: utf8ToBytes(value) };
      }
      if ("nodes" in value) return { name, type: ATTRIBUTE.graph, g: graphProto(value) };
      return { name, type: ATTRIBUTE.ints, ints: [...value] };
    }),
  };
}
