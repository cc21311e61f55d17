import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that notes what reaches it, and answers as it is told. */
export class Backend {
  readonly asked: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
  readiness: { status: number; body: object } = { status: 200, body: {} };
  readinessAnswer: (response: ServerResponse) => void = (response) =>
    void response.writeHead(this.readiness.status).end(JSON.stringify(this.readiness.body));
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    this.answerJson(response, { from: this.port });
  private server: Server | undefined;
  port = 0;

  /** @param host an address of this machine, of which Linux has all that begin with 127 */
  constructor(readonly host = '127.0.0.1') {}

  async start(port = this.port): Promise<this> {
    this.server = createServer((request, response) => {
      if (request.url === '/health/ready') {
        this.readinessAnswer(response);
        return;
      }
      this.asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      this.answer(request, response);
    });
    this.server.listen(port, this.host);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  answerJson(response: ServerResponse, body: object, status = 200): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  get url(): string {
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }
}
