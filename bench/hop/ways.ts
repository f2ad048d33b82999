// Ways for a step of a recall to reach those who hold patterns, each from both sides: all get the same
// bytes, and each answers with some of its own.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";
import { connect as connectNats } from "@nats-io/transport-node";
import { Queue, QueueEvents, Worker } from "bullmq";

/** Somebody who asks all shards. */
export interface Asker {
  /** The answers, in the order of the shards. */
  ask(question: Uint8Array): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/** A way there and back. */
export interface Way {
  /** In the process of a shard. */
  serve(about: Place, answer: (question: Uint8Array) => Uint8Array): Promise<void>;
  asker(about: Place, shards: readonly ChildProcess[]): Promise<Asker>;
}

/** Where everybody meets. */
export interface Place {
  readonly shard: number;
  readonly port: number;
}

/** What `ham run --shards` does: the channel of Node to processes of this machine. */
const channel: Way = {
  serve(_, answer) {
    process.on("message", (question: Uint8Array) => void process.send!(answer(question)));
    return Promise.resolve();
  },
  asker: (_, shards) =>
    Promise.resolve({
      ask: async (question) =>
        await Promise.all(
          shards.map(async (shard) => {
            const answered = once(shard, "message");
            shard.send(question);
            const [answer] = (await answered) as [Uint8Array];
            return answer;
          }),
        ),
      close: () => Promise.resolve(),
    }),
};

/** A socket each, with the length before the bytes. */
const tcp: Way = {
  async serve({ shard, port }, answer) {
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      eachFrame(socket, (question) => sendFrame(socket, answer(question)));
    });
    server.listen(port + shard, "127.0.0.1");
    await once(server, "listening");
  },
  async asker({ port }, shards) {
    const sockets = shards.map((_, shard) => connect(port + shard, "127.0.0.1"));
    const waiting = new Map<Socket, (answer: Uint8Array) => void>();
    for (const socket of sockets) {
      socket.setNoDelay(true);
      await once(socket, "connect");
      eachFrame(socket, (answer) => waiting.get(socket)!(answer));
    }
    return {
      ask: async (question) =>
        await Promise.all(
          sockets.map(
            (socket) =>
              new Promise<Uint8Array>((resolve) => {
                waiting.set(socket, resolve);
                sendFrame(socket, question);
              }),
          ),
        ),
      close: () => Promise.resolve(sockets.forEach((socket) => socket.destroy())),
    };
  },
};

/** One request, as many answers as there are shards. */
const nats: Way = {
  async serve({ shard, port }, answer) {
    const connection = await connectNats({ port });
    connection.subscribe("step", {
      callback: (_, message) =>
        void message.respond(Buffer.concat([Uint8Array.of(shard), answer(message.data)])),
    });
    await connection.flush();
  },
  async asker({ port }, shards) {
    const connection = await connectNats({ port });
    return {
      async ask(question) {
        const answers: Uint8Array[] = [];
        const how = { strategy: "count", maxMessages: shards.length, maxWait: 60_000 } as const;
        for await (const { data } of await connection.requestMany("step", question, how)) {
          answers[data[0]] = data.subarray(1);
        }
        return answers;
      },
      close: () => connection.close(),
    };
  },
};

/** A queue for each shard, and what it says in what its job returns. */
const queue: Way = {
  async serve({ shard, port }, answer) {
    const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
    const text = (job: { data: string }) =>
      Promise.resolve(Buffer.from(answer(Buffer.from(job.data, "base64"))).toString("base64"));
    await new Worker<string, string>(`shard-${shard}`, text, { connection }).waitUntilReady();
  },
  async asker({ port }, shards) {
    const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
    const queues = shards.map(
      (_, shard) => new Queue<string, string>(`shard-${shard}`, { connection }),
    );
    const events = shards.map((_, shard) => new QueueEvents(`shard-${shard}`, { connection }));
    await Promise.all(events.map((one) => one.waitUntilReady()));
    return {
      async ask(question) {
        const data = Buffer.from(question).toString("base64");
        const keep = { removeOnComplete: 100 };
        return await Promise.all(
          queues.map(async (one, shard) => {
            const job = await one.add("step", data, keep);
            return Buffer.from(await job.waitUntilFinished(events[shard]), "base64");
          }),
        );
      },
      async close() {
        await Promise.all([...events, ...queues].map((one) => one.close()));
      },
    };
  },
};

export const WAYS = { channel, tcp, nats, queue };

function sendFrame(socket: Socket, bytes: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  socket.cork();
  socket.write(length);
  socket.write(bytes);
  socket.uncork();
}

function eachFrame(socket: Socket, read: (bytes: Uint8Array) => void): void {
  let chunks: Buffer[] = [];
  let length = 0;
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < 4) return;
    const all = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
    const wanted = all.readUInt32LE();
    chunks = [all];
    if (length < 4 + wanted) return;
    chunks = [];
    length = 0;
    read(all.subarray(4, 4 + wanted));
  });
}
