// An object store of one's own: s3rver in this process, in a folder, on a free port of this machine.

import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Its key, as the environment has it. */
export const KEY = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };

export interface OwnStore {
  readonly endpoint: string;
  /** Cuts what is kept of an object, as a disk may. */
  truncate(bucket: string, key: string, bytes: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is used of it; it has no types. */
interface S3rver {
  /** Each is asked before the next. */
  readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}

interface Context {
  readonly req: IncomingMessage;
  status: number;
  body: unknown;
}

export async function startStore(buckets: readonly string[]): Promise<OwnStore> {
  const directory = mkdtempSync(join(tmpdir(), "hamlet-s3-"));
  const require = createRequire(import.meta.url);
  const Server = require("s3rver") as new (options: object) => S3rver;
  const configureBuckets = buckets.map((name) => ({ name, configs: [] }));
  const place = { port: 0, address: "127.0.0.1", directory };
  const server = new Server({ ...place, silent: true, configureBuckets });
  // It looks who asks, and not whether they have the secret.
  server.middleware.unshift(async (context, next) => {
    if (isSigned(context.req)) return await next();
    context.status = 403;
    context.body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
  });
  const { port } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    truncate(bucket, key, bytes) {
      truncateSync(join(directory, bucket, `${key}._S3rver_object`), bytes);
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/**
 * Whether a request is signed with the secret of {@link KEY}; other keys are left to the server.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const [, id, scope, names, signature] =
    /Credential=(\w+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (id !== KEY.AWS_ACCESS_KEY_ID) return true;
  const [path, query = ""] = url!.split("?");
  const canonical = [
    method,
    path,
    new URLSearchParams([...new URLSearchParams(query)].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      .toString()
      .replaceAll("+", "%20"),
    ...names.split(";").map((name) => `${name}:${String(headers[name])}`),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${KEY.AWS_SECRET_ACCESS_KEY}`);
  return hmac(key, text).toString("hex") === signature;
}
