import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { classify } from '@faemban/event-sourcing';
import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import { describeOnSecuredMongo } from '@faemban/native-servers';
import { openMongoEvents } from './events/mongo-events';
import { freshDatabase } from './testing/fresh-database';

jest.setTimeout(60_000);

describeOnSecuredMongo('TLS and a user', (server) => {
  const known = getCACertificates('default');
  const trust = () => setDefaultCACertificates([...known, readFileSync(server().secured.caFile, 'utf8')]);
  const distrust = () => setDefaultCACertificates(known);
  beforeEach(trust);
  afterEach(distrust);

  const urlOf = (tls: boolean, password?: string, at = server().secured.address): string => {
    const who = password === undefined ? '' : `${server().secured.login.username}:${password}@`;
    return `mongodb://${who}${at}/?directConnection=true&serverSelectionTimeoutMS=3000${tls ? '&tls=true' : ''}`;
  };
  const open = (url: string) =>
    openMongoEvents({
      url,
      database: freshDatabase(),
      capabilities: { replacesAtomically: false },
      contexts: ['ingestion'],
      clock: Date.now,
      partitionCount: 2,
      times: { pollMs: 200 },
    });
  /** What a process is told that cannot begin; it is tried again, and says no password. */
  const refusalOf = async (url: string): Promise<string> => {
    const { password } = new URL(url);
    const error: unknown = await open(url).catch((refused: unknown) => refused);
    expect(classify(error)).toBe('transient');
    if (password !== '') expect(inspect(error, { depth: 9 })).not.toContain(password);
    return (error as Error).message;
  };

  test('carry what is appended and read', async () => {
    const events = await open(urlOf(true, server().secured.login.password));
    try {
      await events.store('ingestion').append(anAppend({ values: [1, { th: 'บ้าน' }] }));
      expect(await readAll(events.log, 'ingestion')).toHaveLength(2);
    } finally {
      await events.close();
    }
  });

  test('an authority that is not trusted is said, and where to name it', async () => {
    distrust();
    expect(await refusalOf(urlOf(true, server().secured.login.password))).toMatch(
      /the certificate of localhost:\d+ is not signed by an authority that is trusted here\..*FAEMBAN_TRUSTED_CA_FILE/,
    );
  });

  test('a wrong password is said, and what to check', async () => {
    expect(await refusalOf(urlOf(true, 'a-wrong-password'))).toMatch(
      /does not accept this user\. Check the user, the password and authSource in FAEMBAN_MONGODB_URL/,
    );
  });

  test('no user where one is needed is said', async () => {
    expect(await refusalOf(urlOf(true))).toMatch(/not allowed what it needs: the role readWrite .* name one/);
  });

  test('TLS where there is none, and none where there is, are said', async () => {
    const [, plain = ''] = /@([^/]+)/.exec(server().url) ?? [];
    const { password } = server().secured.login;
    expect(await refusalOf(urlOf(true, password, plain))).toMatch(/does not speak TLS, it seems.*leave tls=true away/);
    expect(await refusalOf(urlOf(false, password))).toMatch(/closed the connection\..*may want TLS/);
  });
});
