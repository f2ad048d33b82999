// The schemas of what commands print with `--json`.

import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect } from "vitest";

const FOLDER = new URL("../schema/", import.meta.url);
const ENDING = ".schema.json";

/** The commands that have one. */
export const WITH_SCHEMA = readdirSync(FOLDER).map((file) => file.replace(ENDING, ""));

const ajv = new Ajv({ allErrors: true, strictTypes: false });
const validators = new Map(
  WITH_SCHEMA.map((name) => [
    name,
    ajv.compile(
      JSON.parse(readFileSync(new URL(`${name}${ENDING}`, FOLDER), "utf8")) as Record<
        string,
        unknown
      >,
    ),
  ]),
);

/** What keeps a report from following the schema of its command. */
export function schemaErrors(command: string, report: unknown): string[] {
  const validate = validators.get(command)!;
  validate(report);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Reads what a command printed, which has to follow its schema. */
export function parseReport(command: string, stdout: string): unknown {
  const report = JSON.parse(stdout) as unknown;
  expect(schemaErrors(command, report)).toEqual([]);
  return report;
}
