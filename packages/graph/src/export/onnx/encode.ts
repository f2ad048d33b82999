// An ONNX model as protocol buffers: the fields of onnx.proto that Hamlet writes, in the order of
// their numbers. The library for the bytes is loaded only when a model is exported.

import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { PbfWriter } from "pbf";
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
  const { PbfWriter } = await import("pbf");
  const to = new PbfWriter();
  to.writeVarintField(1, ONNX_IR);
  to.writeStringField(2, "hamlet");
  to.writeMessage(7, writeGraph, model);
  to.writeMessage(8, writeOperatorSet, ONNX_OPSET);
  return to.finish();
}

function writeOperatorSet(version: number, to: PbfWriter): void {
  to.writeStringField(1, "");
  to.writeVarintField(2, version);
}

function writeGraph(graph: OnnxGraph & Partial<OnnxModel>, to: PbfWriter): void {
  for (const node of graph.nodes) to.writeMessage(1, writeNode, node);
  to.writeStringField(2, graph.name);
  for (const constant of graph.constants ?? []) to.writeMessage(5, writeConstant, constant);
  for (const port of graph.inputs) to.writeMessage(11, writePort, port);
  for (const port of graph.outputs) to.writeMessage(12, writePort, port);
}

function writeNode({ op, inputs, outputs, attributes }: OnnxNode, to: PbfWriter): void {
  for (const input of inputs) to.writeStringField(1, input);
  for (const output of outputs) to.writeStringField(2, output);
  to.writeStringField(3, outputs[0]);
  to.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) {
    to.writeMessage(5, writeAttribute, attribute);
  }
}

function writeAttribute(
  [name, value]: [string, OnnxNode["attributes"][string]],
  to: PbfWriter,
): void {
  to.writeStringField(1, name);
  let type = ATTRIBUTE.ints;
  if (typeof value === "number") {
    to.writeVarintField(3, value);
    type = ATTRIBUTE.int;
  } else if (typeof value === "string") {
    to.writeBytesField(4, utf8ToBytes(value));
    type = ATTRIBUTE.string;
  } else if ("nodes" in value) {
    to.writeMessage(6, writeGraph, value);
    type = ATTRIBUTE.graph;
  } else {
    to.writePackedVarint(8, [...value]);
  }
  to.writeVarintField(20, type);
}

function writePort({ name, type = "float", shape }: OnnxPort, to: PbfWriter): void {
  to.writeStringField(1, name);
  to.writeMessage(2, writeType, { type, shape });
}

function writeType(port: Required<Omit<OnnxPort, "name">>, to: PbfWriter): void {
  to.writeMessage(1, writeTensorType, port);
}

function writeTensorType({ type, shape }: Required<Omit<OnnxPort, "name">>, to: PbfWriter): void {
  to.writeVarintField(1, TYPES[type]);
  to.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxPort["shape"], to: PbfWriter): void {
  for (const size of shape) to.writeMessage(1, writeSize, size);
}

function writeSize(size: number | string, to: PbfWriter): void {
  if (typeof size === "string") to.writeStringField(2, size);
  else to.writeVarintField(1, size);
}

function writeConstant({ name, type, shape, values }: OnnxConstant, to: PbfWriter): void {
  to.writePackedVarint(1, [...shape]);
  to.writeVarintField(2, TYPES[type]);
  to.writeStringField(8, name);
  if (values.length > 0) to.writeBytesField(9, bytesOf(type, values));
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
