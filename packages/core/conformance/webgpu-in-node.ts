// Runs a suite on WebGPU in Node, in a process of its own: a driver can take its process down.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Debian's Chromium brings a Vulkan loader and a driver that draws on the processor. */
const LIBRARIES = "/usr/lib/chromium";
const DRIVER = join(LIBRARIES, "vk_swiftshader_icd.json");

/** Why WebGPU cannot run in Node; null when it can be tried. */
export function whyNoDriver(): string | null {
  if (process.env["VK_DRIVER_FILES"] !== undefined || existsSync(DRIVER)) return null;
  return `there is no ${DRIVER}, and VK_DRIVER_FILES names no Vulkan driver`;
}

/** Runs as much of a script's suite as is `wanted`; it prints JSON, null when no device was found. */
export function runWebgpuInNode<Result>(script: string, wanted?: unknown): Promise<Result | null> {
  const env = {
    ...process.env,
    VK_DRIVER_FILES: process.env["VK_DRIVER_FILES"] ?? DRIVER,
    LD_LIBRARY_PATH: [process.env["LD_LIBRARY_PATH"], LIBRARIES].filter(Boolean).join(":"),
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [script, "webgpu", ...(wanted === undefined ? [] : [JSON.stringify(wanted)])],
      { env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const last = stdout.trimEnd().split("\n").at(-1) ?? "";
        try {
          resolve(JSON.parse(last) as Result | null);
        } catch {
          reject(new Error(`The process printed no result: ${stderr || error?.message}`));
        }
      },
    );
  });
}
