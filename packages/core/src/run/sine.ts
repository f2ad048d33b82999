// Sine and cosine that are right to float32 on every backend and for every angle.
//
// On cpu and wasm, whose tensors are arrays of this process, they are a loop in float64.
//
// The ones that graphics cards bring are not: WebGPU promises 2⁻¹¹ on [−π, π] and nothing beyond it,
// WebGL nothing at all. Ours is one small program. The angle becomes a whole number of 2⁻³² turns,
// from which whole turns drop out by themselves: up to 1 by a product, above with as many binary
// digits of 1/2π as its exponent asks for (Payne and Hanek). That is arithmetic of whole numbers,
// which no compiler rearranges, as some do with x − 2π·k. A polynomial of ninth degree does the
// rest. Measured error: 1.3e-7 at most, over a million float32 of every size.

import * as tf from "@tensorflow/tfjs-core";
import { waves } from "./sine-loop.ts";

/** `sin x` */
export function sine(x: tf.Tensor): tf.Tensor {
  return ownOr(tf.sin, "Sin", x);
}

/** `cos x` */
export function cosine(x: tf.Tensor): tf.Tensor {
  return ownOr(tf.cos, "Cos", x);
}

type Wave = "Sin" | "Cos";

/** Runs our own program where there is one, and the backend's function elsewhere. */
function ownOr(theirs: (x: tf.Tensor) => tf.Tensor, wave: Wave, x: tf.Tensor): tf.Tensor {
  const backendName = tf.getBackend();
  const run = OWN[backendName];
  if (run === undefined || (backendName === "webgl" && tf.env().getNumber("WEBGL_VERSION") < 2))
    return theirs(x);
  const kernelName = `Hamlet${wave}`;
  if (tf.getKernel(kernelName, backendName) === undefined) {
    const kernelFunc: tf.KernelFunc = ({ inputs, backend }) => run(wave, inputs.x!, backend);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  return tf.engine().runKernel(kernelName, { x });
}

/** What the two backends take: a program and its inputs. */
interface Runner {
  runWebGPUProgram(program: object, inputs: tf.TensorInfo[], dtype: "float32"): tf.TensorInfo;
  runWebGLProgram(program: object, inputs: tf.TensorInfo[], dtype: "float32"): tf.TensorInfo;
}

type Own = (wave: Wave, x: tf.TensorInfo, backend: unknown) => tf.TensorInfo;

const inProcess: Own = (wave, { dataId, shape }, backend) => {
  const own = backend as tf.KernelBackend;
  const values = waves(wave, own.readSync(dataId) as Float32Array);
  return { dataId: own.write(values, [...shape], "float32"), shape, dtype: "float32" };
};

const OWN: Readonly<Record<string, Own>> = {
  cpu: inProcess,
  wasm: inProcess,
  webgpu(wave, x, backend) {
    const [size, threads] = [tf.util.sizeFromShape(x.shape), 128];
    const program = {
      shaderKey: `hamlet ${wave}`,
      variableNames: ["A"],
      outputShape: x.shape,
      size: true,
      workgroupSize: [threads, 1, 1],
      dispatchLayout: { x: x.shape.map((_, axis) => axis) },
      dispatch: [Math.ceil(size / threads), 1, 1],
      getUserCode: () => wgsl(wave),
    };
    return (backend as Runner).runWebGPUProgram(program, [x], "float32");
  },
  webgl(wave, x, backend) {
    const program = { variableNames: ["A"], outputShape: x.shape, userCode: glsl(wave) };
    return (backend as Runner).runWebGLProgram(program, [x], "float32");
  },
};

/** 1/2π in binary, 32 digits a word, behind a word of zeros for angles near 1. */
const DIGITS = [0, 0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410];
const WORDS = DIGITS.map((word) => `${word}u`).join();
/** `sin r ≈ r + r z (S₀ + S₁ z + S₂ z² + S₃ z³)` with `z = r²`: within 6e-9 of it for |r| ≤ π/2. */
const SERIES = [-0.166666597, 0.00833306555, -0.000198095397, 2.60563115e-6].reduceRight(
  (rest, term) => `(${term}${rest === "" ? "" : ` + z * ${rest}`})`,
  "",
);
/** Units of 2⁻³² turns in a radian. */
const PER_RADIAN = 2 ** 32 / (2 * Math.PI);
/** Radians in a unit of 2⁻³² half turns. */
const HALF_UNIT = Math.PI / 2 ** 32;
const QUARTER_TURN = "0x40000000u";

// The two languages of shaders differ in how they declare, less in what they compute.

/** What sine and cosine share in a shader. */
export const WGSL_WAVES = `
    const DIGITS = array<u32, ${DIGITS.length}>(${WORDS});

    fn polynomial(r : f32) -> f32 {
      let z = r * r;
      return r + r * z * ${SERIES};
    }

    fn turnsOf(bits : u32) -> u32 {
      ${manyTurns("let", "var")}
    }
`;

/** A function of a shader: sine or cosine; `nan` is what is no number. */
export function wgslWave(wave: Wave, name: string, nan: string): string {
  return `
    fn ${name}(x : f32) -> f32 {
      let size = abs(x);
      let bits = bitcast<u32>(size);
      if ((bits >> 23u) == 255u) { return ${nan}; }
      ${wave === "Sin" ? "if (size < 1.0) { return polynomial(x); }" : ""}
      var turns = u32(min(size, 1.0) * ${PER_RADIAN});
      if (size >= 1.0) { turns = turnsOf(bits); }
      ${wave === "Cos" ? `turns = turns + ${QUARTER_TURN};` : ""}
      let value = polynomial(f32(bitcast<i32>(turns << 1u)) * ${HALF_UNIT});
      let turned = ((turns + ${QUARTER_TURN}) >> 31u) == 1u;
      return select(value, -value, turned${wave === "Sin" ? " != (x < 0.0)" : ""});
    }
`;
}

function wgsl(wave: Wave): string {
  return `
    ${WGSL_WAVES}
    ${wgslWave(wave, "wave", "uniforms.NAN")}

    fn main(index : i32) {
      if (index < uniforms.size) {
        setOutputAtIndex(index, wave(getAByOutputIndex(index)));
      }
    }
  `;
}

function glsl(wave: Wave): string {
  return `
    const uint DIGITS[${DIGITS.length}] = uint[${DIGITS.length}](${WORDS});

    float polynomial(float r) {
      float z = r * r;
      return r + r * z * ${SERIES};
    }

    uint turnsOf(uint bits) {
      ${manyTurns("uint", "uint")}
    }

    float wave(float x) {
      float size = abs(x);
      uint bits = floatBitsToUint(size);
      if ((bits >> 23u) == 255u) return NAN;
      ${wave === "Sin" ? "if (size < 1.0) return polynomial(x);" : ""}
      uint turns = size < 1.0 ? uint(size * ${PER_RADIAN}) : turnsOf(bits);
      ${wave === "Cos" ? `turns = turns + ${QUARTER_TURN};` : ""}
      float value = polynomial(float(int(turns << 1u)) * ${HALF_UNIT});
      bool turned = ((turns + ${QUARTER_TURN}) >> 31u) == 1u;
      return turned${wave === "Sin" ? " != (x < 0.0)" : ""} ? -value : value;
    }

    void main() {
      setOutput(wave(getAAtOutCoords()));
    }
  `;
}

/**
 * The turns in a float32 of 1 or more, without whole ones, in units of 2⁻³²: its 24 binary digits
 * times the 64 digits of 1/2π that matter to it, in whole numbers of 32 digits.
 */
function manyTurns(fixed: string, varied: string): string {
  return `
      ${fixed} mantissa = (bits & 0x7fffffu) | 0x800000u;
      ${fixed} start = (bits >> 23u) - 118u;
      ${fixed} word = start >> 5u;
      ${fixed} off = start & 31u;
      ${varied} high = DIGITS[word];
      ${varied} low = DIGITS[word + 1u];
      if (off > 0u) {
        high = (high << off) | (low >> (32u - off));
        low = (low << off) | (DIGITS[word + 2u] >> (32u - off));
      }
      // The upper half of mantissa * low comes in parts of 12 and 16 digits.
      ${fixed} a = mantissa >> 12u;
      ${fixed} b = mantissa & 0xfffu;
      ${fixed} carried = ((a * (low >> 16u)) >> 4u) + ((b * (low >> 16u)) >> 16u)
        + ((a * (low & 0xffffu)) >> 20u);
      return mantissa * high + carried;`;
}
