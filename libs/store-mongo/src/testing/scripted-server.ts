import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { mongo } from 'mongoose';

const { BSON } = mongo;
/** The one kind of message that the driver sends once it knows the server. */
const opMsg = 2013;
/** The kind of message that some drivers begin with, and its answer. */
const opQuery = 2004;
const opReply = 1;
const headerBytes = 16;

/** What a server is asked: the command's name, and all of it without its documents. */
export interface Asked {
  readonly command: string;
  readonly document: mongo.Document;
}

/** A server of MongoDB's protocol that answers what a test says, to see what the driver asks and what it makes of an answer. */
export interface ScriptedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What such a server says of itself. */
export const replicaSet = { setName: 'rs', setVersion: 1, logicalSessionTimeoutMinutes: 30 } as const;

/** Starts a server that says `hello` of itself, and answers everything else by `answer`. */
export async function startScriptedServer(
  hello: mongo.Document,
  answer: (asked: Asked) => mongo.Document,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // The driver goes as it likes.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (some) => {
      received = Buffer.concat([received, some]);
      while (received.length >= headerBytes && received.length >= received.readInt32LE(0)) {
        const message = received.subarray(0, received.readInt32LE(0));
        received = received.subarray(message.length);
        const asked = askedIn(message);
        const isHello = /^(hello|ismaster)$/i.test(asked.command);
        const said = isHello ? { ...helloOf(addressOf(socket)), ...hello } : answer(asked);
        socket.write(replyTo(message, said));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const addressOf = ({ localPort }: Socket): string => `127.0.0.1:${localPort}`;

const helloOf = (me: string): mongo.Document => ({
  ...{ ok: 1, helloOk: true, isWritablePrimary: true, ismaster: true, localTime: new Date() },
  ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
  ...{ minWireVersion: 0, maxWireVersion: 21, hosts: [me], primary: me, me },
});

function askedIn(message: Buffer): Asked {
  const isQuery = message.readInt32LE(12) === opQuery;
  // Behind the flags and the kind of the first section, or behind the name of a collection and two numbers.
  const from = isQuery ? message.indexOf(0, headerBytes + 4) + 9 : headerBytes + 5;
  const document = BSON.deserialize(message.subarray(from, from + message.readInt32LE(from)));
  return { command: Object.keys(document)[0] ?? '', document };
}

function replyTo(message: Buffer, document: mongo.Document): Buffer {
  const isQuery = message.readInt32LE(12) === opQuery;
  const body = BSON.serialize(document);
  const before = Buffer.alloc(isQuery ? headerBytes + 20 : headerBytes + 5);
  before.writeInt32LE(before.length + body.length, 0);
  before.writeInt32LE(message.readInt32LE(4), 8);
  before.writeInt32LE(isQuery ? opReply : opMsg, 12);
  if (isQuery) before.writeInt32LE(1, headerBytes + 16);
  return Buffer.concat([before, body]);
}
