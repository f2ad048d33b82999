// `ham ir` and `ham export`: a model for other programs.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "@hamlet/core";
import { fromJson, modelId } from "@hamlet/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, makeBench, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
  bench.write("sizes.ham", "ham 1\ndim D\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i]^4\n");
});
afterAll(() => bench[Symbol.dispose]());

const bytes = (name: string) => readFileSync(join(bench.folder, name));

describe("ham ir", () => {
  test("prints JSON that reads back as the same model and names its source", async () => {
    const { code, stdout, stderr } = await bench.inProcess(["ir", "m.ham"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { graph, meta } = fromJson(stdout);
    expect(meta.source).toEqual({
      file: "m.ham",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(meta.modelId).toBe(modelId(graph));
    expect(meta.certificate?.convex).toHaveProperty("v");
    expect(graph.terms.map(({ name }) => name)).toEqual(["lse"]);
  });

  test("writes into a file, with overrides applied", async () => {
    expect(
      await bench.inProcess(["ir", "m.ham", "--set", "beta=9", "--out", "deep/m.json"]),
    ).toEqual({
      code: 0,
      stdout: "deep/m.json",
      stderr: "",
    });
    const { graph } = fromJson(bytes("deep/m.json").toString());
    const beta = graph.tensors.find(({ name }) => name === "beta")!;
    expect(beta.source).toMatchObject({ from: "value", value: { value: 9 } });
  });

  test("writes an equivalent flat file that prints the same id", async () => {
    const { code, stdout } = await bench.inProcess([
      "ir",
      "m.ham",
      "--to-ham",
      "--out",
      "flat.ham",
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "flat.ham" });
    const id = async (name: string) =>
      fromJson((await bench.inProcess(["ir", name])).stdout).meta.modelId;
    expect(await id("flat.ham")).toBe(await id("m.ham"));
  });

  test("of a file with errors prints them and nothing else", async () => {
    bench.write("bad.ham", "ham 1\nenergy e = 1\n");
    const { code, stdout, stderr } = await bench.inProcess(["ir", "bad.ham"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("error[");
  });
});

describe("ham export", () => {
  test("writes a Python file, with a recall when one is named", async () => {
    const { code, stdout } = await bench.inProcess(["export", "m.ham", "--to", "jax"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^out\/m\.py /);
    expect(bytes("out/m.py").toString()).not.toContain("def recall(");
    await bench.inProcess([
      "export",
      "m.ham",
      "--to",
      "jax",
      "--recall",
      "settle",
      "--out",
      "s.py",
    ]);
    expect(bytes("s.py").toString()).toContain("def recall(");
  });

  test("names the recalls there are when the one asked for is not among them", async () => {
    const { code, stderr } = await bench.inProcess([
      "export",
      "m.ham",
      "--to",
      "jax",
      "--recall",
      "rest",
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe('ham: There is no recall called "rest". The model has: settle.');
  });

  test("takes the sizes of an ONNX file from the data", async () => {
    const { code, stdout, stderr } = await bench.inProcess(["export", "m.ham", "--to", "onnx"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^out\/m\.onnx /);
    expect(bytes("out/m.onnx").length).toBeGreaterThan(100);
  });

  test("puts learned params into the file, and one step of the recall", async () => {
    bench.write(
      "p.ham",
      "ham 1\ndim D = 2\nconst beta = 2\nconst half = beta / 4\nparam W: [D] = 0\nneuron v: [D] as tanh(beta = beta)\nenergy e = -half * sum[i] W[i] * v[i]\nrecall go { solver = euler(dt = half) steps = 5 }\n",
    );
    const learned = Float32Array.of(0.123456, -7.654321);
    writeFileSync(
      join(bench.folder, "w.safetensors"),
      writeSafetensors(new Map([["W", { shape: [2], dtype: "float32", data: learned }]])),
    );
    const hex = Buffer.from(learned.buffer).toString("hex");
    for (const [format, more] of [
      ["onnx", []],
      ["jax", ["--recall", "go"]],
    ] as const) {
      const options = [
        "export",
        "p.ham",
        "--to",
        format,
        "--out",
        `p.${format === "jax" ? "py" : "onnx"}`,
        ...more,
      ];
      const without = await bench.inProcess(options);
      expect(without).toMatchObject({ code: 0, stderr: "" });
      const file = () => bytes(`p.${format === "jax" ? "py" : "onnx"}`);
      const holds = () =>
        format === "jax" ? file().includes(hex) : file().includes(Buffer.from(hex, "hex"));
      expect(holds()).toBe(false);
      const inside = await bench.inProcess([...options, "--params", "w.safetensors"]);
      expect(inside).toMatchObject({ code: 0, stderr: "" });
      expect(holds()).toBe(true);
      if (format === "onnx") expect(file().includes("update/v")).toBe(true);
    }
    const { code, stderr } = await bench.inProcess([
      "export",
      "p.ham",
      "--to",
      "onnx",
      "--recall",
      "rest",
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'ham: This model has no recall called "rest". It has: go.',
    });
  });

  test("says which size an ONNX file lacks and how to give it", async () => {
    const { code, stderr } = await bench.inProcess(["export", "sizes.ham", "--to", "onnx"]);
    expect(code).toBe(3);
    expect(stderr).toContain("the size of `D` cannot be determined");
    expect(stderr).toContain("--set D=100");
    expect(existsSync(join(bench.folder, "out/sizes.onnx"))).toBe(false);
    expect(
      (await bench.inProcess(["export", "sizes.ham", "--to", "onnx", "--set", "D=4"])).code,
    ).toBe(0);
  });

  test("writes a whole recall as an ONNX file, or says which solvers can be", async () => {
    const model = (line: string) =>
      `ham 1\ndim D = 2\ngiven cue: [D]\nneuron v: [D] as tanh\nenergy e = -sum[i] v[i]^4\nrecall go { start v = cue\n${line} steps = 5 }\n`;
    bench.write("whole.ham", model("solver = heun(dt = 0.1)"));
    bench.write("own.ham", model("solver = adaptive"));
    const run = (file: string) =>
      bench.inProcess(["export", file, "--to", "onnx", "--recall", "go"]);
    const whole = await run("whole.ham");
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    expect(whole.stdout).toContain("the whole recall of any number of examples");
    for (const name of ["Loop", "array/cue", "recall/v", "converged", "batch"]) {
      expect(bytes("out/whole.onnx").includes(name), name).toBe(true);
    }
    const { code, stderr } = await run("own.ham");
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'The recall "go" cannot be exported to ONNX: its solver is "adaptive", and only euler, heun, rk4, cccp, alternate have steps that can be written out. Leave out --recall',
    );
    expect(existsSync(join(bench.folder, "out/own.onnx"))).toBe(false);
  });

  test("needs to know the format", async () => {
    const { code, stderr } = await bench.inProcess(["export", "m.ham"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--to <FORMAT>");
  });
});
