// Starts a worker from a script: a thread of Node, or a worker of a page.

/** What a host may have for it. */
interface Host {
  readonly process?: { getBuiltinModule?(name: "node:worker_threads"): Threads };
  readonly Worker?: new (address: string) => PageWorker;
  readonly Blob?: new (parts: readonly string[], options: { readonly type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string };
}

interface Threads {
  readonly Worker: new (
    script: string,
    options: { readonly eval: true; readonly execArgv: readonly string[]; readonly name: string },
  ) => {
    postMessage(message: object): void;
    unref(): void;
    on(event: "error", listener: () => void): void;
  };
}

interface PageWorker {
  postMessage(message: object): void;
  addEventListener(event: "error", listener: (event: { preventDefault(): void }) => void): void;
}

const sender =
  (worker: { postMessage(message: object): void }) =>
  (message: object): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    worker.postMessage(message);
  };

/**
 * What sends messages to a new worker; null where none can be started. It keeps no process alive, and
 * if it fails, it is silent: others do its work.
 */
export function startWorker(script: string): ((message: object) => void) | null {
  const { process, Worker, Blob, URL } = globalThis as unknown as Host;
  try {
    const threads = process?.getBuiltinModule?.("node:worker_threads");
    if (threads !== undefined) {
      const worker = new threads.Worker(script, { eval: true, execArgv: [], name: "hamlet" });
      worker.on("error", () => undefined);
      worker.unref();
      return sender(worker);
    }
    if (Worker === undefined || Blob === undefined || URL === undefined) return null;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.addEventListener("error", (event) => event.preventDefault());
    return sender(worker);
  } catch {
    return null;
  }
}
