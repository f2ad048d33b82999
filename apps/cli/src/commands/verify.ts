// `ham verify CERTIFICATE FILE`: whether a certificate of a recall or a training holds, by code that
// shares nothing with the recall.

import type { RecallCertificate, TrainingCertificate, Verdict } from "@hamlet/model";
import { readCallersFile } from "@hamlet/model/disk";
import { CommandError, EXIT } from "../exit.ts";
import { openModel } from "../files/open-model.ts";
import { jsonOption, type ModelFlags, withModelOptions } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham verify`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withModelOptions(command.argument("<certificate>").argument("<file>")).addOption(jsonOption()),
  run: verify,
};

interface VerifyFlags extends ModelFlags {
  readonly json: boolean;
}

/** Checks a certificate and says what it proves; returns the exit code. */
async function verify(path: string, file: string, flags: VerifyFlags): Promise<number> {
  const certificate = await readCertificate(path);
  using model = await openModel(file, flags);
  const verdict = await model.verify(certificate);
  const examples = certificate.kind === "training" ? [] : certificate.examples;
  const uncertified = examples?.flatMap?.((example) => example.uncertified ?? []) ?? [];
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ certificate: path, model: file, ...verdict, uncertified })}\n`
      : `${textOf(path, verdict, uncertified)}\n`,
  );
  return verdict.accepted ? EXIT.ok : EXIT.failed;
}

async function readCertificate(path: string): Promise<RecallCertificate | TrainingCertificate> {
  const text = new TextDecoder().decode(await readCallersFile(path));
  const found = parsed(text);
  if (typeof found === "object" && found !== null)
    return found as RecallCertificate | TrainingCertificate;
  throw new CommandError(
    EXIT.usage,
    `${path} is no certificate: expected a JSON object, found ${JSON.stringify(text.slice(0, 20))}. Name the certificate first and the model second; \`ham run\` and \`ham train\` write one with --certificate.`,
  );
}

/** Null for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(
  path: string,
  { accepted, proven, refused }: Verdict,
  uncertified: readonly string[],
) {
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
  return [
    accepted ? `${path} holds.` : `${path} is refused.`,
    ...part("refused", refused),
    ...part("proven", proven),
    ...part("not certified, as it says itself", uncertified),
  ].join("\n");
}
