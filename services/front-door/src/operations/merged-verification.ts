import type { Verification } from '@faemban/event-sourcing';

/** Findings that are told one by one, as by one server. */
const findingsMax = 100;

/** One verdict on what all services have recorded: altered where anything of any of them is. Seconds are those of the slowest. */
export function mergeVerifications<Found extends Verification>(found: readonly [Found, ...Found[]]): Verification {
  const sum = (of: (one: Verification) => number): number => found.reduce((all, one) => all + of(one), 0);
  const keys = new Map(found.flatMap((one) => one.keys).map((key) => [key.keyId, key]));
  return {
    installation: found[0].installation,
    verdict: found.every(({ verdict }) => verdict === 'unaltered') ? 'unaltered' : 'altered',
    events: sum(({ events }) => events),
    partitions: sum(({ partitions }) => partitions),
    seconds: Math.max(...found.map(({ seconds }) => seconds)),
    seals: sum(({ seals }) => seals),
    sealedEvents: sum(({ sealedEvents }) => sealedEvents),
    keys: [...keys.values()],
    isKeyGiven: found.every(({ isKeyGiven }) => isKeyGiven),
    findings: found.flatMap(({ findings }) => findings).slice(0, findingsMax),
    findingsTotal: sum(({ findingsTotal }) => findingsTotal),
    sealFaults: found.flatMap(({ sealFaults }) => sealFaults),
  };
}
