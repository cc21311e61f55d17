import { makeLogCopy, tamper, tamperingKinds, verifyCopy } from '../testing/tampering';
import { createSigner, createSigningKey } from './signing';

/** How many seeded tamperings are tried; `npm run faults` tries 10,000. */
const rounds = Number(process.env['FAEMBAN_TAMPERINGS'] ?? 1_600);
const size = 13;
const signer = createSigner({ keys: [createSigningKey('faemban.test', '2026-01-01T00:00:00.000Z')], changes: [] });

test('a copy that nobody touched is found unaltered', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    expect(verifyCopy(makeLogCopy(seed, size, signer), signer)).toEqual({ sealFault: undefined, findings: [] });
  }
});

test(`every one of ${rounds} tamperings is found, at the first place that is not what it was`, () => {
  const missed: unknown[] = [];
  for (let seed = 1; seed <= rounds; seed += 1) {
    const kind = tamperingKinds[seed % tamperingKinds.length] ?? 'body';
    const copy = makeLogCopy(1 + (seed % 97), size, signer);
    const done = tamper(copy, kind, seed);
    const { sealFault, findings } = verifyCopy(copy, signer);
    const [finding] = findings;
    const isSeal = ['replaced-seal', 'resigned-seal', 'dropped-seal'].includes(kind);
    // A rewritten tail has nothing wrong in itself; the first seal behind the change tells.
    const sealedSizes = [5, 9, size];
    const expected = kind === 'rewritten-tail' ? sealedSizes.find((end) => end >= done.seq) : done.seq;
    const isFound = isSeal
      ? sealFault !== undefined
      : sealFault === undefined &&
        findings.length === 1 &&
        finding?.partition === done.partition &&
        finding.seq === expected;
    if (!isFound) missed.push({ seed, done, sealFault, findings });
  }
  expect(missed).toEqual([]);
});
