import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemContentType, StartRefused } from '@faemban/nest-kit';
import type { Waiting } from './waiting';

/** Answers for a process until it can serve. */
export interface BootServer {
  readonly port: number;
  /** Gives the port free. */
  close(): Promise<void>;
}

/**
 * Listens from the first moment: it lives, it is not ready, and says what it waits for; everything else is refused with the same words.
 * Every answer closes its connection, so that nobody goes on with a process that is still starting where another one serves.
 * @throws StartRefused where the port is taken
 */
export async function startBootServer(
  { host, port }: { readonly host: string; readonly port: number },
  waiting: Waiting,
): Promise<BootServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/health/live') return answer(response, 200, { status: 'live' });
    const checks = waiting.now.map(({ name, sentence }) => ({ name, ready: false, waitingFor: sentence }));
    if (path === '/health/ready') return answer(response, 503, { status: 'waiting', checks });
    if (path === '/metrics') return text(response, metricsOf(waiting));
    const all = (language: 'th' | 'en') => waiting.now.map(({ sentence }) => sentence[language]).join(' ');
    answer(
      response,
      503,
      {
        type: 'about:blank',
        title: 'Service Unavailable',
        status: 503,
        code: 'starting',
        detail: `บริการกำลังเริ่มทำงาน ส่งใหม่อีกครั้งในอีกสักครู่ ${all('th')}`.trim(),
        detailEn: `The service is starting; send it again shortly. ${all('en')}`.trim(),
      },
      problemContentType,
    );
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause;
    const sentence = {
      th: `พอร์ต ${port} มีโปรแกรมอื่นใช้อยู่ ปิดโปรแกรมนั้น หรือเลือกพอร์ตอื่นด้วย FAEMBAN_PORT`,
      en: `Port ${port} is taken by another program. Stop that one, or choose another port with FAEMBAN_PORT.`,
    };
    throw new StartRefused(sentence, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const closing = { connection: 'close' } as const;

function answer(response: ServerResponse, status: number, body: object, contentType = 'application/json'): void {
  response
    .writeHead(status, {
      ...closing,
      'content-type': `${contentType}; charset=utf-8`,
      ...(status === 503 ? { 'retry-after': '1' } : {}),
    })
    .end(JSON.stringify(body));
}

function text(response: ServerResponse, body: string): void {
  response.writeHead(200, { ...closing, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body);
}

/** What is known before anything else is: not ready, why, and since when, so that a process which begins again and again is seen. */
function metricsOf(waiting: Waiting): string {
  const waits = waiting.now.map(({ name }) => `faemban_process_waiting_for{what="${name}"} 1`);
  return ['faemban_process_ready 0', `faemban_process_uptime_seconds ${process.uptime()}`, ...waits, ''].join('\n');
}
