// A graphics card as programs see it: one memory for all arrays, and a list of what is to be done.
//
// Regions are collected until somebody reads, and then are one dispatch: a workgroup for each example
// goes through all of them, with a barrier behind each. What is given back while something waits
// stays until that was sent, so that two regions never meet in a block by chance.

import { invariant } from "@hamlet/graph";
import { ALIGNMENT, Gaps, outOfMemory } from "../gaps.ts";
import {
  type Buffer,
  COMPUTE,
  type Device,
  deviceOf,
  type Encoder,
  MAP_READ,
  USAGE,
} from "./device.ts";
import { libraryFor } from "./functions.ts";
import { COPY, THREADS } from "./regions.ts";

/** Bytes of a number. */
export const NUMBER = 4;
/** Bytes of the first memory. */
const FIRST = 2 ** 20;
/** Different regions of a shader, and calls of a dispatch, at most. */
const MOST_REGIONS = 256;
const MOST_CALLS = 4096;
/** Bytes between two ranges that are read with them rather than apart. */
const NEAR = 1024;
/** What a script begins with: infinity, no number, how many calls, and how many examples. */
const HEAD = 4;
const [INFINITY_BITS, NAN_BITS] = [0x7f800000, 0x7fc00000];

/** A region with the table that it reads. */
export interface Call {
  readonly region: string;
  readonly table: readonly number[];
}

/** Numbers of the memory, from one on. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/** A shader, and the places of its regions in it. */
interface Shader {
  readonly places: ReadonlyMap<string, number>;
  readonly pipeline: object;
}

/** What programs know of one device. Addresses are in bytes. */
export class Card {
  readonly device: Device;
  readonly #gaps = new Gaps(ALIGNMENT, FIRST);
  #memory: Buffer;
  #script: Buffer;
  #group: object | null = null;
  readonly #groupLayout: object;
  readonly #layout: object;
  readonly #shaders: Shader[] = [];
  /** Regions that will be called, until a shader has them all. */
  readonly #expected = new Set<string>();
  #calls: Call[] = [];
  readonly #regions = new Set<string>();
  #examples = 1;
  /** Blocks that are given back once what waits was sent. */
  #leaving: number[] = [];
  readonly #staging: Buffer[] = [];
  /** What the device says against a shader, which it tells later. */
  #refused: Promise<{ readonly message: string } | null> = Promise.resolve(null);

  constructor(device: Device) {
    this.device = device;
    this.#memory = this.#made(FIRST);
    this.#script = this.#made(2 ** 14, USAGE.storage | USAGE.into);
    const entry = (binding: number, type: string) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type },
    });
    this.#groupLayout = device.createBindGroupLayout({
      entries: [entry(0, "storage"), entry(1, "read-only-storage")],
    });
    this.#layout = device.createPipelineLayout({ bindGroupLayouts: [this.#groupLayout] });
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#gaps.taken;
  }

  /** The examples of what waits. */
  get examples(): number {
    return this.#examples;
  }

  /**
   * The address of a block of its own.
   * @throws HamError `core/out-of-memory`.
   */
  take(bytes: number): number {
    return this.#gaps.take(bytes, () => this.#grow(bytes));
  }

  /** Gives a block back. */
  give(at: number): void {
    if (this.#calls.length === 0) this.#gaps.give(at);
    else this.#leaving.push(at);
  }

  /** Puts numbers into a block that nothing reads yet. */
  write(at: number, numbers: ArrayLike<number>): void {
    if (numbers.length === 0) return;
    const data = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
    this.device.queue.writeBuffer(this.#memory, at, data);
  }

  /** Copies a buffer of the device into a block that nothing reads yet. */
  writeFrom(at: number, buffer: Buffer, bytes: number): void {
    this.#submit((encoder) => encoder.copyBufferToBuffer(buffer, 0, this.#memory, at, bytes));
  }

  /** Something to do for so many examples, after all that waits. */
  add(calls: readonly Call[], examples: number): void {
    if (calls.length === 0) return;
    const fresh = calls.filter(({ region }) => !this.#regions.has(region)).length;
    const isFull =
      this.#regions.size + fresh > MOST_REGIONS || this.#calls.length + calls.length > MOST_CALLS;
    if (examples !== this.#examples || isFull) this.flush();
    this.#examples = examples;
    for (const call of calls) {
      this.#calls.push(call);
      this.#regions.add(call.region);
    }
  }

  /** Tells of regions that will be called: one shader then has them all. */
  expect(regions: readonly string[]): void {
    for (const region of regions) this.#expected.add(region);
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#calls.length > 0) this.#submit(() => undefined);
  }

  /** Numbers, after all that waits was done. */
  async read(ranges: readonly Range[]): Promise<Float32Array[]> {
    // Neighbours are read together: each copy takes as long as many numbers.
    const places = new Map<Range, number>();
    const copies: { at: number; end: number; into: number }[] = [];
    let bytes = 0;
    for (const range of ranges.toSorted((a, b) => a.at - b.at)) {
      const end = range.at + NUMBER * range.length;
      const last = copies.at(-1);
      if (last !== undefined && range.at - last.end <= NEAR) {
        places.set(range, last.into + range.at - last.at);
        bytes += Math.max(0, end - last.end);
        last.end = Math.max(last.end, end);
      } else {
        places.set(range, bytes);
        copies.push({ at: range.at, end, into: bytes });
        bytes += end - range.at;
      }
    }
    if (bytes === 0) return ranges.map(() => new Float32Array(0));
    const staging = this.#stagingOf(bytes);
    this.#submit((encoder) => {
      for (const { at, end, into } of copies) {
        if (end > at) encoder.copyBufferToBuffer(this.#memory, at, staging, into, end - at);
      }
    });
    const [refused] = await Promise.all([this.#refused, staging.mapAsync(MAP_READ)]);
    invariant(refused === null, `the device takes every shader: ${refused?.message}`);
    const all = staging.getMappedRange();
    const found = ranges.map((range) =>
      new Float32Array(all, places.get(range), range.length).slice(),
    );
    staging.unmap();
    this.#staging.push(staging);
    return found;
  }

  /** A buffer of its own with some numbers, after all that waits was done. */
  copied({ at, length }: Range): Buffer {
    const bytes = Math.max(NUMBER, NUMBER * length);
    const buffer = this.#made(bytes);
    this.#submit((encoder) => encoder.copyBufferToBuffer(this.#memory, at, buffer, 0, bytes));
    return buffer;
  }

  /** What waits, and then some copies. */
  #submit(copy: (encoder: Encoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    if (this.#calls.length > 0) {
      const { pipeline, places } = this.#shaderOf(this.#regions);
      this.#send(places);
      this.#group ??= this.device.createBindGroup({
        layout: this.#groupLayout,
        entries: [this.#memory, this.#script].map((buffer, binding) => ({
          binding,
          resource: { buffer },
        })),
      });
      const most = this.device.limits.maxComputeWorkgroupsPerDimension;
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#group);
      const columns = Math.min(this.#examples, most);
      pass.dispatchWorkgroups(columns, Math.ceil(this.#examples / columns));
      pass.end();
    }
    copy(encoder);
    this.device.queue.submit([encoder.finish()]);
    this.#calls = [];
    this.#regions.clear();
    for (const at of this.#leaving.splice(0)) this.#gaps.give(at);
  }

  /** Writes what waits as a script: a head, the calls, and their tables, each once. */
  #send(places: ReadonlyMap<string, number>): void {
    const tables = new Map<readonly number[], number>();
    let next = HEAD + 2 * this.#calls.length;
    for (const { table } of this.#calls) {
      if (tables.has(table)) continue;
      tables.set(table, next);
      next += table.length;
    }
    const script = new Uint32Array(next);
    script.set([INFINITY_BITS, NAN_BITS, this.#calls.length, this.#examples]);
    this.#calls.forEach(({ region, table }, n) =>
      script.set([places.get(region)!, tables.get(table)!], HEAD + 2 * n),
    );
    for (const [table, at] of tables) script.set(table, at);
    if (script.byteLength > this.#script.size) {
      this.#script.destroy();
      this.#script = this.#made(2 * script.byteLength, USAGE.storage | USAGE.into);
      this.#group = null;
    }
    this.device.queue.writeBuffer(this.#script, 0, script);
  }

  /** A shader with all of some regions. */
  #shaderOf(regions: ReadonlySet<string>): Shader {
    const has = ({ places }: Shader, those: ReadonlySet<string>) =>
      those.values().every((one) => places.has(one));
    const known = this.#shaders.filter((shader) => has(shader, regions));
    const best = known.find((shader) => has(shader, this.#expected));
    if (best !== undefined) this.#expected.clear();
    if (known.length > 0) return best ?? known[0];
    // Every list of things to do may copy.
    const wanted = new Set([...regions, COPY, ...this.#expected]);
    const all = [...wanted].slice(0, Math.max(MOST_REGIONS, regions.size));
    const places = new Map(all.map((region, n) => [region, n]));
    this.#expected.clear();
    const { device } = this;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code: shaderText(all) });
    const compute = { module, entryPoint: "main" };
    const pipeline = device.createComputePipeline({ layout: this.#layout, compute });
    const error = device.popErrorScope();
    this.#refused = Promise.all([this.#refused, error]).then(([before, now]) => before ?? now);
    const shader = { places, pipeline };
    this.#shaders.push(shader);
    return shader;
  }

  #stagingOf(bytes: number): Buffer {
    const place = this.#staging.findIndex(({ size }) => size >= bytes);
    if (place >= 0) return this.#staging.splice(place, 1)[0];
    // What is too small for this is not kept.
    for (const buffer of this.#staging.splice(0)) buffer.destroy();
    return this.#made(
      2 ** Math.ceil(Math.log2(Math.max(bytes, ALIGNMENT))),
      USAGE.read | USAGE.into,
    );
  }

  #made(size: number, usage = USAGE.storage | USAGE.from | USAGE.into): Buffer {
    return this.device.createBuffer({ size, usage });
  }

  /** A larger memory, with the numbers of this one. */
  #grow(bytes: number): void {
    const { maxStorageBufferBindingSize: binding, maxBufferSize } = this.device.limits;
    const most = Math.min(binding, maxBufferSize, 2 ** 32 - ALIGNMENT);
    const before = this.#memory;
    const least = before.size + this.#gaps.missing(bytes);
    const size =
      Math.ceil(Math.min(Math.max(least, 2 * before.size), most) / ALIGNMENT) * ALIGNMENT;
    if (least > size) throw outOfMemory(bytes, " on this graphics card");
    // What waits goes first, into the memory that it knows.
    this.flush();
    const memory = this.#made(size);
    this.#submit((encoder) => encoder.copyBufferToBuffer(before, 0, memory, 0, before.size));
    this.#memory = memory;
    this.#group = null;
    before.destroy();
    this.#gaps.extend(size);
  }
}

/** The text of a shader: its regions, and a loop that goes through the calls of a script. */
function shaderText(regions: readonly string[]): string {
  const own = regions.map(
    (region, n) => `fn region${n}(table: u32, example: u32, thread: u32) {\n${region}\n}`,
  );
  const cases = regions.map((_, n) => `case ${n}u: { region${n}(table, example, thread); }`);
  const body = `${own.join("\n")}
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let example = group.x + group.y * groups.x;
  if (example >= script[3]) { return; }
  for (var call = 0u; call < script[2]; call++) {
    let table = script[${HEAD}u + 2u * call + 1u];
    switch script[${HEAD}u + 2u * call] {
      ${cases.join("\n      ")}
      default: {}
    }
    storageBarrier();
  }
}`;
  return `@group(0) @binding(0) var<storage, read_write> memory: array<f32>;
@group(0) @binding(1) var<storage, read> script: array<u32>;
var<workgroup> partials: array<f32, ${THREADS}>;
${libraryFor(body)}
${body}`;
}

const cards = new WeakMap<Device, Card>();

/**
 * The card of the current backend.
 * @throws HamError `core/no-device`.
 */
export function card(): Card {
  const device = deviceOf();
  let known = cards.get(device);
  if (known === undefined) {
    known = new Card(device);
    cards.set(device, known);
  }
  return known;
}
