// Objects of a store that speaks S3: written whole, read whole, and refused with a reason that has no secret.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HamError } from "@hamlet/graph";
import { objectAddress, type ObjectStore, openObjects } from "@hamlet/cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../tools/free-port.ts";
import { KEY, type OwnStore, startStore } from "./s3.ts";

let store: OwnStore;
let objects: ObjectStore;
beforeAll(async () => {
  store = await startStore(["lab"]);
  objects = openObjects({ endpoint: store.endpoint, environment: KEY });
});
afterAll(() => store[Symbol.asyncDispose]());

const bytes = (text: string) => new TextEncoder().encode(text);

/** The code and the message of what an action throws. */
async function thrown(act: () => Promise<unknown>): Promise<string> {
  const error = await act().then(
    () => null,
    (found: unknown) => found,
  );
  if (!HamError.isInstance(error)) throw error ?? new Error("nothing was thrown");
  return `${error.code} ${error.message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST")}`;
}

test("what is written is read, listed and removed, whatever its name is", async () => {
  const names = ["a b+c&d%.bin", "ä/ö ü.bin", "parts/1.bin", "parts/10.bin", "parts/2.bin"];
  for (const [i, name] of names.entries()) {
    const address = `s3://lab/${name}`;
    expect(await objects.has(address)).toBe(false);
    await objects.write(address, bytes(name));
    await objects.write(address, bytes(`${name} ${i}`));
    expect(await objects.has(address)).toBe(true);
    expect(new TextDecoder().decode(await objects.read(address))).toBe(`${name} ${i}`);
  }
  expect(await objects.list("s3://lab/parts/1")).toEqual([
    "s3://lab/parts/1.bin",
    "s3://lab/parts/10.bin",
  ]);
  expect(await objects.list("s3://lab/a b+c")).toEqual(["s3://lab/a b+c&d%.bin"]);
  expect(await objects.list("s3://lab/ä")).toEqual(["s3://lab/ä/ö ü.bin"]);
  for (const name of names) {
    await objects.remove(`s3://lab/${name}`);
    await objects.remove(`s3://lab/${name}`);
    expect(await objects.has(`s3://lab/${name}`)).toBe(false);
  }
});

/** A store that says what it is told to say. */
async function withAnswers<T>(
  answer: Parameters<typeof createServer>[1],
  act: (objects: ObjectStore) => Promise<T>,
): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await act(openObjects({ endpoint: `http://127.0.0.1:${port}`, environment: KEY }));
  } finally {
    server.close();
  }
}

test("more objects than one answer holds are all listed, by their names", async () => {
  const pages: Readonly<Record<string, string>> = {
    "": "<Key>a/1&amp;2</Key><Key>a/&#228;</Key><NextContinuationToken>x&amp;y+z</NextContinuationToken>",
    "x&y+z": "<Key>a/&lt;3&gt;</Key>",
  };
  const found = await withAnswers(
    ({ url }, answer) => {
      const { searchParams } = new URL(url!, "http://here");
      answer.end(pages[searchParams.get("continuation-token") ?? ""]);
    },
    (listed) => listed.list("s3://lab/a/"),
  );
  expect(found).toEqual(["s3://lab/a/1&2", "s3://lab/a/ä", "s3://lab/a/<3>"]);
});

test("an object of no bytes and one of several megabytes come back", async () => {
  for (const length of [0, 5_000_001]) {
    const all = Uint8Array.from({ length }, (_, i) => (i * 31) % 251);
    await objects.write("s3://lab/size.bin", all);
    expect(Buffer.compare(await objects.read("s3://lab/size.bin"), all)).toBe(0);
  }
});

test("an object that is cut short in the store is read as it is", async () => {
  await objects.write("s3://lab/cut.bin", bytes("all of it"));
  store.truncate("lab", "cut.bin", 3);
  expect(new TextDecoder().decode(await objects.read("s3://lab/cut.bin"))).toBe("all");
});

test("what is refused is told without a secret", async () => {
  const { endpoint } = store;
  const secret = "oh-so-secret";
  const other = (environment: Record<string, string>) => openObjects({ endpoint, environment });
  const wrong = other({ ...KEY, AWS_SECRET_ACCESS_KEY: secret });
  const unknown = other({ AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: secret });
  await objects.write("s3://lab/there.bin", bytes("there"));
  const silent = openObjects({
    endpoint: `http://127.0.0.1:${await freePort()}`,
    environment: KEY,
  });
  const found = [
    await thrown(() => objects.read("s3://lab/missing.bin")),
    await thrown(() => objects.read("s3://nowhere/there.bin")),
    await thrown(() => objects.write("s3://nowhere/there.bin", bytes("x"))),
    await thrown(() => objects.list("s3://nowhere/there")),
    await thrown(() => wrong.read("s3://lab/there.bin")),
    await thrown(() => wrong.has("s3://lab/there.bin")),
    await thrown(() => unknown.write("s3://lab/there.bin", bytes("x"))),
    await thrown(() => silent.read("s3://lab/there.bin")),
    await thrown(async () => openObjects({ endpoint, environment: {} })),
    await thrown(async () =>
      openObjects({ endpoint: `http://me:${secret}@there`, environment: KEY }),
    ),
  ];
  expect(found.join("\n")).not.toContain(secret);
  expect(found).toMatchInlineSnapshot(`
    [
      "cluster/no-object s3://lab/missing.bin: there is no such object.",
      "cluster/no-bucket s3://nowhere/there.bin: there is no bucket "nowhere" at http://HOST. Make it, or name another.",
      "cluster/no-bucket s3://nowhere/there.bin: there is no bucket "nowhere" at http://HOST. Make it, or name another.",
      "cluster/no-bucket s3://nowhere/there: there is no bucket "nowhere" at http://HOST. Make it, or name another.",
      "cluster/object-refused s3://lab/there.bin: http://HOST refuses (403 SignatureDoesNotMatch). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what that key may do with the bucket.",
      "cluster/object-refused s3://lab/there.bin: http://HOST refuses (403). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what that key may do with the bucket.",
      "cluster/object-refused s3://lab/there.bin: http://HOST refuses (403 InvalidAccessKeyId). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what that key may do with the bucket.",
      "cluster/no-store s3://lab/there.bin: expected an object store at http://HOST, found none that answers (connect ECONNREFUSED HOST). Name it with --endpoint or AWS_ENDPOINT_URL, and look whether it runs.",
      "cluster/no-credentials Objects of http://HOST are for those with a key: expected it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, found none.",
      "cluster/bad-endpoint http://***@there: expected where an object store is, such as https://minio.example.org:9000. Keys are in the environment, not in the address.",
    ]
  `);
});

test("an answer that is cut short is none", async () => {
  const message = await withAnswers(
    (_, answer) => {
      answer.writeHead(200, { "content-length": "100" });
      answer.write("half of it");
      setTimeout(() => answer.destroy(), 10);
    },
    (cut) => thrown(() => cut.read("s3://lab/a.bin")),
  );
  expect(message).toMatchInlineSnapshot(
    `"cluster/no-store s3://lab/a.bin: expected an object store at http://HOST, found none that answers (other side closed). Name it with --endpoint or AWS_ENDPOINT_URL, and look whether it runs."`,
  );
});

test("what is written is signed with its hash, so that the store refuses what was changed", async () => {
  const { fetch } = globalThis;
  const hashes: (string | null)[] = [];
  globalThis.fetch = (async (request: Request) => {
    const body = new Uint8Array(await request.clone().arrayBuffer());
    hashes.push(createHash("sha256").update(body).digest("hex"));
    hashes.push(request.headers.get("x-amz-content-sha256"));
    return await fetch(request);
  }) as typeof fetch;
  try {
    await objects.write("s3://lab/signed.bin", bytes("all of it"));
  } finally {
    globalThis.fetch = fetch;
  }
  expect(hashes[1]).toBe(hashes[0]);
});

test.each([
  "s3://",
  "s3://lab",
  "s3://lab/",
  "s3://lab/a/../b",
  "s3://lab/./b",
  "s3://lab//b",
  "s3://Lab/b",
  "s3://../b",
  "http://lab/b",
  "a.npy",
])("%s is no address of an object", (text) => {
  expect(() => objectAddress(text)).toThrow("expected the address of an object");
});
