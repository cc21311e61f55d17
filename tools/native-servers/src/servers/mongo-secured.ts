import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate, Login } from './credentials';

/** How clients come in from outside: TLS with a certificate of a private authority, and a user (SCRAM-SHA-256). */
export interface SecuredMongo {
  /** `host:port`. */
  readonly address: string;
  /** The file with the authority's certificate, in PEM. */
  readonly caFile: string;
  readonly login: Login;
}

/** A listener of TLS before a server on this machine that has none of its own. */
export interface TlsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port and hands on what comes by TLS, both ways. */
export async function listenWithTls({ keyStore, keyStorePassword }: Certificate, toPort: number): Promise<TlsListener> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Each end may leave as it likes; the other is told by the end of its own.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer({ pfx: await readFile(keyStore), passphrase: keyStorePassword }, (outside) => {
    const inside = connect(toPort, '127.0.0.1');
    keep(outside);
    keep(inside);
    outside.pipe(inside).pipe(outside);
    outside.on('close', () => inside.destroy());
    inside.on('close', () => outside.destroy());
  });
  // Who does not trust the certificate leaves in the handshake.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
