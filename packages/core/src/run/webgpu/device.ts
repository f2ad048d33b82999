// What is asked of a device of WebGPU, and the one that TensorFlow.js computes on.

import { HamError } from "@hamlet/graph";
import * as tf from "@tensorflow/tfjs-core";

/** A buffer of the device. */
export interface Buffer {
  readonly size: number;
  destroy(): void;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

interface Pass {
  setPipeline(pipeline: object): void;
  setBindGroup(place: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

/** Commands, until they are submitted. */
export interface Encoder {
  beginComputePass(): Pass;
  copyBufferToBuffer(from: Buffer, at: number, to: Buffer, into: number, bytes: number): void;
  finish(): object;
}

/** A device of WebGPU, as far as it is used here. */
export interface Device {
  readonly limits: {
    readonly maxStorageBufferBindingSize: number;
    readonly maxBufferSize: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  };
  readonly queue: {
    submit(commands: readonly object[]): void;
    writeBuffer(buffer: Buffer, at: number, data: ArrayBufferView): void;
  };
  createBuffer(how: { readonly size: number; readonly usage: number }): Buffer;
  createCommandEncoder(): Encoder;
  createShaderModule(how: { readonly code: string }): object;
  createBindGroupLayout(how: object): object;
  createPipelineLayout(how: object): object;
  createBindGroup(how: object): object;
  createComputePipeline(how: object): object;
  pushErrorScope(filter: "validation"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

/** Uses of a buffer, and how it is mapped, as the standard numbers them. */
export const USAGE = { read: 1, from: 4, into: 8, storage: 128 };
export const MAP_READ = 1;
/** The stage of a shader that computes. */
export const COMPUTE = 4;

/** The device of the current backend; null where that has none. */
export function deviceHere(): Device | null {
  if (tf.getBackend() !== "webgpu") return null;
  return (tf.backend() as unknown as { readonly device: Device }).device;
}

/** @throws HamError `core/no-device`. */
export function deviceOf(): Device {
  const device = deviceHere();
  if (device !== null) return device;
  throw new HamError(
    "core/no-device",
    `Shaders run on the backend "webgpu", and the backend is "${tf.getBackend()}". Call tf.setBackend("webgpu") first.`,
  );
}
