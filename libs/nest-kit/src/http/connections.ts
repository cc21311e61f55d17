import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Which connections of a server have a request under way. Node's own closing of idle connections spares those on which nothing was ever
 * sent, and waits for them for a minute.
 */
export class Connections {
  private readonly requests = new Map<Socket, number>();
  private isDraining = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.requests.set(socket, 0);
      socket.on('close', () => this.requests.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.requests.set(socket, (this.requests.get(socket) ?? 0) + 1);
      response.on('close', () => this.finished(socket));
    });
  }

  /** Closes every connection without a request under way, now and whenever one finishes. */
  drain(): void {
    this.isDraining = true;
    for (const [socket, count] of this.requests) if (count === 0) socket.destroy();
  }

  private finished(socket: Socket): void {
    const count = (this.requests.get(socket) ?? 1) - 1;
    if (!socket.destroyed) this.requests.set(socket, count);
    if (this.isDraining && count === 0) socket.destroySoon();
  }
}
