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
