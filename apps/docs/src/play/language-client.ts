// Speaks with the language server of `.ham` files, the one that editors use, in a worker of its own:
// one text, questions about it, and what the server says is wrong with it.

import type { PublishDiagnosticsParams } from "vscode-languageserver-protocol";

/** The text that is spoken about. */
export const URI = "file:///memory.ham";

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class LanguageClient {
  readonly #worker = new Worker(new URL("language-worker.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  readonly #onDiagnostics: (params: PublishDiagnosticsParams) => void;
  #asked = 0;
  #version = 1;

  constructor(text: string, onDiagnostics: (params: PublishDiagnosticsParams) => void) {
    this.#onDiagnostics = onDiagnostics;
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#hear(data));
    void this.request("initialize", { processId: null, rootUri: null, capabilities: {} });
    this.#tell("initialized", {});
    this.#tell("textDocument/didOpen", {
      textDocument: { uri: URI, languageId: "ham", version: this.#version, text },
    });
  }

  /** The version of the text that the server has. */
  get version(): number {
    return this.#version;
  }

  change(text: string): void {
    this.#tell("textDocument/didChange", {
      textDocument: { uri: URI, version: ++this.#version },
      contentChanges: [{ text }],
    });
  }

  /** Asks about the text; null where the server has nothing to say. */
  request<R>(method: string, params: object): Promise<R | null> {
    const id = ++this.#asked;
    this.#send({ id, method, params: { textDocument: { uri: URI }, ...params } });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
    });
  }

  #tell(method: string, params: object): void {
    this.#send({ method, params });
  }

  #send(message: object): void {
    this.#worker.postMessage({ jsonrpc: "2.0", ...message }, []);
  }

  #hear({ id, method, params, result, error }: Answer): void {
    if (method === "textDocument/publishDiagnostics") {
      this.#onDiagnostics(params as PublishDiagnosticsParams);
    }
    if (method !== undefined || id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}
