// Files of an object store that speaks S3: `s3://BUCKET/KEY`. Who may read them is in the environment.

import { createHash } from "node:crypto";
import { HamError } from "@hamlet/graph";
import { AwsClient } from "aws4fetch";
import { withoutSecrets } from "./address.ts";
import { reasonOf } from "./connect.ts";

/** How addresses of objects begin. */
const SCHEME = "s3://";

/** Objects of a store. Each is written whole or not at all. */
export interface ObjectStore {
  has(address: string): Promise<boolean>;
  read(address: string): Promise<Uint8Array>;
  write(address: string, bytes: Uint8Array): Promise<void>;
  /** Also where there is none. */
  remove(address: string): Promise<void>;
  /** The objects whose addresses begin so. */
  list(prefix: string): Promise<string[]>;
}

/** Which store, and who asks. */
export interface ObjectStoreOptions {
  /** Where it is, `http://127.0.0.1:9000`; default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else that of Amazon. */
  readonly endpoint?: string | undefined;
  /** Where keys and the region are read: `AWS_ACCESS_KEY_ID` and so on; default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Whether a path is the address of an object. */
function isObject(path: string): boolean {
  return path.startsWith(SCHEME);
}

/**
 * An address as it is compared: of a bucket and a key without empty steps, `.` and `..`.
 * @throws HamError `cluster/bad-object`.
 */
export function objectAddress(text: string): string {
  const [bucket, ...steps] = text.slice(SCHEME.length).split("/");
  const isKey = steps.length > 0 && !steps.some((step) => ["", ".", ".."].includes(step));
  if (isObject(text) && /^[a-z0-9][a-z0-9.-]+$/.test(bucket) && isKey) return text;
  throw new HamError(
    "cluster/bad-object",
    `${withoutSecrets(text)}: expected the address of an object, such as s3://bucket/folder/faces.safetensors.`,
  );
}

/** Attempts after a failure of the network or the store; the job has attempts of its own. */
const RETRIES = 2;

/**
 * Opens a store with what the environment says.
 * @throws HamError `cluster/no-credentials`, `cluster/bad-endpoint`. What is read and written throws
 * `cluster/no-object`, `cluster/no-bucket`, `cluster/object-refused`, none of which passes by itself, and
 * `cluster/no-store`, which may.
 */
export function openObjects(options: ObjectStoreOptions = {}): ObjectStore {
  const { environment = process.env } = options;
  const region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1";
  const endpoint = endpointOf(options, environment, region);
  const [accessKeyId, secretAccessKey, sessionToken] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
  ].map((name) => environment[name] ?? "");
  if (accessKeyId === "" || secretAccessKey === "") {
    throw new HamError(
      "cluster/no-credentials",
      `Objects of ${endpoint} are for those with a key: expected it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, found none.`,
    );
  }
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === "" ? {} : { sessionToken }),
    service: "s3",
    region,
    retries: RETRIES,
  });

  const ask = async (
    method: string,
    address: string,
    { body, path = urlPathOf(address), query = "" }: Asked = {},
  ): Promise<Answer> => {
    try {
      const response = await client.fetch(`${endpoint}/${path}${query}`, {
        method,
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        // The store refuses what was changed or cut short on the way.
        headers: { "X-Amz-Content-Sha256": sha256(body ?? new Uint8Array()) },
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const promised = response.headers.get("content-length");
      if (method === "GET" && promised !== null && Number(promised) !== bytes.length) {
        throw new Error(`${bytes.length} of ${promised} bytes came`);
      }
      return { status: response.status, bytes };
    } catch (error) {
      const { message, cause } = error as Error;
      const why = withoutSecrets(cause === undefined ? message : reasonOf(cause));
      throw noStore(address, `found none that answers (${why})`);
    }
  };
  const noStore = (address: string, found: string) =>
    new HamError(
      "cluster/no-store",
      `${address}: expected an object store at ${endpoint}, ${found}. Name it with --endpoint or AWS_ENDPOINT_URL, and look whether it runs.`,
    );
  const refusal = (address: string, { status, bytes }: Answer): HamError => {
    const text = new TextDecoder().decode(bytes);
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? "";
    const [bucket] = address.slice(SCHEME.length).split("/");
    if (code === "NoSuchBucket") {
      const why = `${address}: there is no bucket "${bucket}" at ${endpoint}. Make it, or name another.`;
      return new HamError("cluster/no-bucket", why);
    }
    if (status === 404)
      return new HamError("cluster/no-object", `${address}: there is no such object.`);
    const said = code === "" ? `${status}` : `${status} ${code}`;
    if (status >= 500) return noStore(address, `found one that fails (${said})`);
    return new HamError(
      "cluster/object-refused",
      `${address}: ${endpoint} refuses (${said}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what that key may do with the bucket.`,
    );
  };
  const done = async (...asked: Parameters<typeof ask>): Promise<Answer> => {
    const answer = await ask(...asked);
    if (answer.status >= 300) throw refusal(asked[1], answer);
    return answer;
  };

  return {
    async has(address) {
      const answer = await ask("HEAD", objectAddress(address));
      // The answer to this question has no words.
      if (answer.status >= 300 && answer.status !== 404) throw refusal(address, answer);
      return answer.status !== 404;
    },
    async read(address) {
      return (await done("GET", objectAddress(address))).bytes;
    },
    async write(address, bytes) {
      await done("PUT", objectAddress(address), { body: bytes });
    },
    async remove(address) {
      const answer = await ask("DELETE", objectAddress(address));
      if (answer.status >= 300 && answer.status !== 404) throw refusal(address, answer);
    },
    async list(prefix) {
      objectAddress(`${prefix}any`);
      const [bucket, ...steps] = prefix.slice(SCHEME.length).split("/");
      const found: string[] = [];
      for (let from: string | undefined = ""; from !== undefined;) {
        const query = new URLSearchParams({
          "list-type": "2",
          prefix: steps.join("/"),
          ...(from === "" ? {} : { "continuation-token": from }),
        });
        const { bytes } = await done("GET", prefix, {
          path: bucket,
          query: `?${query.toString()}`,
        });
        const text = new TextDecoder().decode(bytes);
        for (const [, key] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
          found.push(`${SCHEME}${bucket}/${plain(key)}`);
        }
        const next = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
        from = next === undefined ? next : plain(next);
      }
      return found;
    },
  };
}

interface Asked {
  readonly body?: Uint8Array;
  readonly path?: string;
  readonly query?: string;
}

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

function endpointOf(
  { endpoint }: ObjectStoreOptions,
  environment: Readonly<Record<string, string | undefined>>,
  region: string,
): string {
  const text =
    endpoint ??
    environment["AWS_ENDPOINT_URL_S3"] ??
    environment["AWS_ENDPOINT_URL"] ??
    `https://s3.${region}.amazonaws.com`;
  const url = URL.parse(text);
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === "";
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/$/, "");
  throw new HamError(
    "cluster/bad-endpoint",
    `${withoutSecrets(text)}: expected where an object store is, such as https://minio.example.org:9000. Keys are in the environment, not in the address.`,
  );
}

function urlPathOf(address: string): string {
  return address.slice(SCHEME.length).split("/").map(encodeURIComponent).join("/");
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** A text as it was before it became one of XML. */
function plain(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
    return Number.isNaN(code) ? (NAMED[name] ?? whole) : String.fromCodePoint(code);
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
