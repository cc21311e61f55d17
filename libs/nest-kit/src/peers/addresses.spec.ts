import { Addresses } from './addresses';

const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND reporting'), { code: 'ENOTFOUND' });
const resolving = (...found: readonly string[]) => ({ lookup: async () => found });

async function urlsOf(url: string, ...found: readonly string[]): Promise<readonly string[]> {
  const addresses = new Addresses(url, resolving(...found));
  await addresses.refresh();
  return addresses.urls;
}

describe('the addresses of a URL', () => {
  test('are all that its name has, with its port and its path', async () => {
    expect(await urlsOf('http://reporting:8424/base/', '10.0.0.1', '10.0.0.2', '10.0.0.1')).toEqual([
      ...['http://10.0.0.1:8424/base', 'http://10.0.0.2:8424/base'],
    ]);
  });

  test('are written in brackets where they are of IPv6', async () => {
    expect(await urlsOf('http://reporting:8424', 'fd00::1', 'fe80::1%eth0')).toEqual(['http://[fd00::1]:8424']);
  });

  test('are of one kind, so that no process is there twice', async () => {
    expect(await urlsOf('http://reporting:8424', 'fd00::1', '10.0.0.1', 'fd00::2')).toEqual(['http://10.0.0.1:8424']);
  });

  test.each(['http://10.0.0.7:8424', 'http://[fd00::7]:8424', 'https://reporting:8424'])(
    '%s is one, and nobody is asked for it',
    async (url) => {
      const asked: string[] = [];
      const addresses = new Addresses(url, { lookup: async (host) => [host, ...asked.splice(0, 0, host)] });
      await addresses.refresh();
      expect([addresses.isNamed, addresses.urls, asked]).toEqual([false, [url], []]);
    },
  );

  test('of this machine’s own name are found by the operating system', async () => {
    const addresses = new Addresses('http://localhost:8424');
    await addresses.refresh();
    expect(addresses.urls).toEqual(['http://127.0.0.1:8424']);
  });
});

describe('a name that does not resolve', () => {
  test('keeps what was known for five minutes, says so, and has its new addresses when it is back', async () => {
    let nowMs = 0;
    let found: readonly string[] | undefined = ['10.0.0.1'];
    const lookup = async (): Promise<readonly string[]> => {
      if (found === undefined) throw notFound;
      return found;
    };
    const addresses = new Addresses('http://reporting:8424', { lookup, now: () => nowMs });
    await addresses.refresh();
    expect(addresses.trouble).toBeUndefined();
    found = undefined;
    nowMs = 300_000;
    await addresses.refresh();
    expect(addresses.urls).toEqual(['http://10.0.0.1:8424']);
    expect(addresses.trouble?.en).toMatch(/^The name reporting does not resolve \(ENOTFOUND\); the 1 known before/);
    expect(addresses.trouble?.th).toMatch(/reporting.*ENOTFOUND/);
    nowMs = 300_001;
    await addresses.refresh();
    expect(addresses.urls).toEqual([]);
    expect(addresses.trouble?.en).toBe('The name reporting does not resolve (ENOTFOUND).');
    found = ['10.0.0.9'];
    await addresses.refresh();
    expect([addresses.urls, addresses.trouble]).toEqual([['http://10.0.0.9:8424'], undefined]);
  });

  test('in time is gone on without, and asked for once at a time', async () => {
    const answers: ((found: readonly string[]) => void)[] = [];
    const addresses = new Addresses('http://reporting:8424', {
      lookup: () => new Promise((resolve) => answers.push(resolve)),
    });
    await Promise.all([addresses.refresh(), addresses.refresh()]);
    expect(answers).toHaveLength(1);
    expect(addresses.trouble?.en).toContain('no answer in time');
    const again = addresses.refresh();
    answers[0]?.(['10.0.0.1']);
    await again;
    expect([answers.length, addresses.urls]).toEqual([1, ['http://10.0.0.1:8424']]);
  });
});
