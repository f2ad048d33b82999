// `ham new NAME`: a commented model to start from. It runs as it is, without any data.

import { lstatSync } from "node:fs";
import { basename } from "node:path";
import { hamCall } from "../called.ts";
import { CommandError, EXIT } from "../exit.ts";
import { writeFileAtomically } from "../files/write.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham new`. */
export const command: CommandDefinition = {
  takes: (command) => command.argument("<name>"),
  run: newModel,
};

/** Writes NAME.ham; never over a file that exists. Returns the exit code. */
async function newModel(name: string): Promise<number> {
  const path = name.endsWith(".ham") ? name : `${name}.ham`;
  if (isThere(path)) {
    throw new CommandError(EXIT.usage, `${path} exists already. Choose another name.`);
  }
  await writeFileAtomically(path, starter(basename(path, ".ham")));
  const ham = hamCall();
  process.stdout.write(
    `${path}\n\nTry next:\n  ${ham} run ${path}\n  ${ham} explain ${path}\n  ${ham} run ${path} --set beta=0.5\n`,
  );
  return EXIT.ok;
}

/** Whether something of that name is there; a link that leads nowhere is in the way as well. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that cannot be: writing says why.
    return false;
  }
}

function starter(title: string): string {
  return `ham 1

/// ${title}: an associative memory. It holds K patterns of D numbers in one energy; a state that
/// rolls down that energy comes to rest on a pattern.

dim K = 8   // patterns to store
dim D = 16  // numbers in a pattern

const beta: real > 0 = 4.0  // inverse temperature: larger is more decided

/// The patterns, drawn from this file's seed. For patterns of your own write
/// \`data xi: [K, D] from "patterns.npy"\` and let \`dim K, D\` be found from the file.
const xi: [K, D] ~ normal(0, 1)

/// The state, one number per unit. \`leak = off\`: the energy below is the whole energy.
neuron v: [D] as identity { leak = off }

/// Low where v is near some pattern, whichever it is.
energy memory = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2

recall settle {
  start v ~ normal(0, 1)
  solver = euler(dt = 0.1)
  steps = 300
  stop when change < 1e-5
}
`;
}
