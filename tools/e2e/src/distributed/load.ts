import { setTimeout as delay } from 'node:timers/promises';
import { Client, uploadImport } from '@faemban/cli';
import type { SurveyFiles } from '../small-survey';

const command = { kind: 'welfare-register', source: 'mof-welfare', round: 2562 };
/** Between two commands of a caller, and before a failed one is sent again. Milliseconds. */
const pauseMs = 80;
const againMs = 250;

/** Callers and imports that go on through whatever happens to the system. */
export class Load {
  /** What was answered: idempotency key → import. */
  readonly acknowledged = new Map<string, string>();
  imported = 0;
  private isEnding = false;
  private readonly working: Promise<void>[];

  constructor(
    private readonly url: string,
    private readonly nextSurvey: () => SurveyFiles,
    callers = 2,
  ) {
    this.working = [this.takeIn(), ...Array.from({ length: callers }, (_, caller) => this.command(caller))];
  }

  /** Ends it: what is under way is finished or given up. */
  async end(): Promise<void> {
    this.isEnding = true;
    await Promise.all(this.working);
  }

  /** Sends commands that were answered once more; they must give what they gave. */
  async repeat(count: number): Promise<readonly (readonly [wanted: string, given: string])[]> {
    const client = new Client({ url: this.url, operator: 'somchai' });
    const some = [...this.acknowledged].slice(-count);
    return Promise.all(
      some.map(async ([key, wanted]) => {
        const { importId } = await client.post<{ importId: string }>('/imports', command, key);
        return [wanted, importId] as const;
      }),
    );
  }

  /** One command after another; each is sent under its key until it is answered. */
  private async command(caller: number): Promise<void> {
    const client = new Client({ url: this.url, operator: 'somchai' });
    const run = crypto.randomUUID();
    for (let n = 0; !this.isEnding;) {
      const key = `${run}-${caller}-${n}`;
      try {
        this.acknowledged.set(key, (await client.post<{ importId: string }>('/imports', command, key)).importId);
        n += 1;
        await delay(pauseMs);
      } catch {
        // Not acknowledged: whether it was taken shows when it is sent again.
        await delay(againMs);
      }
    }
  }

  /** One survey after another, each a correction of the one before; what is broken off is given up, the next one begins. */
  private async takeIn(): Promise<void> {
    const uploader = new Client({ url: this.url, operator: 'somchai' });
    const approver = new Client({ url: this.url, operator: 'malee' });
    while (!this.isEnding) {
      const { households, members } = this.nextSurvey();
      try {
        const files = { households, members };
        const { importId } = await uploadImport(uploader, {
          kind: 'bmn-survey',
          source: 'cdd-bmn',
          round: 2561,
          files,
        });
        await approver.post(`/imports/${importId}/approval`);
        while (!this.isEnding && (await this.stateOf(approver, importId)) !== 'applied') await delay(againMs);
        this.imported += 1;
      } catch {
        await delay(againMs);
      }
    }
  }

  private async stateOf(client: Client, importId: string): Promise<string | undefined> {
    return client.get<{ state: string }>(`/imports/${importId}`).then(
      ({ state }) => state,
      () => undefined,
    );
  }
}
