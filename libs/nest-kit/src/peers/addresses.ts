import type { Sentence } from '@faemban/event-sourcing';
import { lookup as lookupByName } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a name may take to be resolved before what was known of it is gone on with, in milliseconds. */
const lookupMsMax = 2_000;
/** How long the addresses of a name that no longer resolves are kept, in milliseconds: five minutes. */
const keepMsMax = 300_000;

/** Every address of a host name, IPv4 or IPv6. Rejects, or gives none, where the name does not resolve. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Asks the operating system, which knows its own names and asks DNS for the others. */
export const lookupAll: Lookup = async (host) =>
  (await lookupByName(host, { all: true })).map(({ address }) => address);

/** What an {@link Addresses} may be given in the place of the real thing. */
export interface AddressesSurroundings {
  readonly lookup?: Lookup;
  /** Milliseconds that only ever grow. */
  readonly now?: () => number;
}

/**
 * The addresses behind one URL of a service: of a host name all that it resolves to, each as a URL of its own, of an address itself. An
 * `https` URL stays as it is, since a certificate is for the name. Where a name has addresses of both kinds those of IPv4 are taken: one
 * process must not be counted twice.
 */
export class Addresses {
  private readonly host: string | undefined;
  private readonly lookup: Lookup;
  private readonly now: () => number;
  private known: readonly string[];
  private knownAt: number;
  private why: string | undefined;
  private asking: Promise<readonly string[]> | undefined;

  /** @param url e.g. `http://reporting:8424` or `http://[fd00::7]:8424`. @throws TypeError where it is none */
  constructor(
    private readonly url: string,
    { lookup = lookupAll, now = () => performance.now() }: AddressesSurroundings = {},
  ) {
    const { protocol, hostname } = new URL(url);
    this.host = protocol === 'https:' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 ? undefined : hostname;
    this.known = this.host === undefined ? [url.replace(/\/+$/, '')] : [];
    this.lookup = lookup;
    this.now = now;
    this.knownAt = now();
  }

  /** Whether there is a name to ask for; without one nothing ever changes. */
  get isNamed(): boolean {
    return this.host !== undefined;
  }

  /** One URL for each address, without a slash at the end; none before the first {@link refresh}. */
  get urls(): readonly string[] {
    return this.known;
  }

  /** Why the name does not resolve just now; undefined where it does. */
  get trouble(): Sentence | undefined {
    const { host, why } = this;
    if (host === undefined || why === undefined) return undefined;
    const kept = this.known.length;
    return {
      th: `หาที่อยู่ของชื่อ ${host} ไม่ได้ (${why})${kept > 0 ? ` ยังใช้ที่อยู่ ${kept} แห่งที่รู้จักก่อนหน้านี้` : ''}`,
      en: `The name ${host} does not resolve (${why})${kept > 0 ? `; the ${kept} known before are still used` : ''}.`,
    };
  }

  /**
   * Asks for the name once more, two seconds at most. Where it does not resolve, what was known is kept for five minutes. One that takes
   * longer is not asked for a second time beside the first.
   */
  async refresh(): Promise<void> {
    const { host } = this;
    if (host === undefined) return;
    this.asking ??= this.ask(host).finally(() => (this.asking = undefined));
    try {
      const found = await within(lookupMsMax, this.asking);
      this.known = urlsOf(this.url, found);
      this.knownAt = this.now();
      this.why = undefined;
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      this.why = typeof code === 'string' ? code : String(message);
      if (this.now() - this.knownAt > keepMsMax) this.known = [];
    }
  }

  private async ask(host: string): Promise<readonly string[]> {
    const found = await this.lookup(host);
    // One with a zone (`fe80::1%eth0`) cannot be written in a URL.
    const usable = found.filter((address) => !address.includes('%'));
    const kind = usable.some((address) => isIP(address) === 4) ? 4 : 6;
    const chosen = [...new Set(usable.filter((address) => isIP(address) === kind))];
    if (chosen.length === 0) throw new Error('no address');
    return chosen;
  }
}

/** The URL with each address in the place of its name. */
function urlsOf(url: string, addresses: readonly string[]): readonly string[] {
  return addresses.map((address) => {
    const at = new URL(url);
    at.hostname = address.includes(':') ? `[${address}]` : address;
    return at.href.replace(/\/+$/, '');
  });
}

/** What comes within the time. @throws Error where nothing does */
async function within<Result>(msMax: number, work: Promise<Result>): Promise<Result> {
  const ended = new AbortController();
  const late = pause(msMax, undefined, { signal: ended.signal, ref: false }).then((): never => {
    throw new Error('no answer in time');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    ended.abort();
  }
}
