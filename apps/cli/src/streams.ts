// The standard output and error, when they cannot be written.

/**
 * Lets a command end quietly, with its own exit code, when its reader has gone, as in
 * `ham … | head -1`: what it saves is saved, and the rest of its report goes nowhere. Any other
 * failure, such as a full disk, is told, and the exit code is 1.
 */
export function watchStreams(): void {
  const onError = (error: NodeJS.ErrnoException) => {
    // A terminal that was closed says EIO.
    if (error.code === "EPIPE" || error.code === "EIO") return;
    process.on("exit", () => (process.exitCode = 1));
    process.stderr.write(`ham: cannot write the report: ${error.message}\n`);
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
}

/**
 * Ends the process when, some milliseconds after the last of its report was taken, something still
 * keeps it: a timer of a plugin, which nobody waits for.
 */
export async function endWithin(patience: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((done) => stream.write("", done));
  }
  setTimeout(() => process.exit(), patience).unref();
}
