import { contextNames, type ContextName } from '@faemban/contracts';
import type { KeyChange, SignedDocument, Verification } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarding } from '../forwarding/forward';
import { questionOf, readingOf, Refused, type Asking } from '../instances/asking';
import { ownerOf, serviceNames } from '../routes';
import { mergeVerifications } from './merged-verification';

interface Items<Item = unknown> {
  readonly items: readonly Item[];
}
interface Keys {
  readonly items: readonly { readonly keyId: string }[];
  readonly changes: readonly SignedDocument<KeyChange>[];
  /** Absent where a service is of a version that did not say. */
  readonly canRotate?: boolean;
}
interface OfContext {
  readonly Params: { readonly context: string };
}
type LastVerification = Verification & { readonly finishedAt: string };

/** Seals, proofs, keys and verifications: those of one context are asked of its service, the others of all. */
export function integrityRoutes(fastify: FastifyInstance, asking: Asking, forwarding: Forwarding): void {
  fastify.get('/seals', async (request) => {
    const all = await asking.everyService<Items<{ context: ContextName }>>(questionOf(request));
    return {
      items: all.flatMap(({ service, body }) => body.items.filter(({ context }) => ownerOf(context) === service)),
    };
  });
  fastify.post('/seals', async (request) => {
    const all = await asking.everyService<Items>(questionOf(request));
    return { items: all.flatMap(({ body }) => body.items) };
  });
  // A context that no service records yet has nothing anywhere; each service says the same of it.
  const toOwner = async (request: FastifyRequest<OfContext>, reply: FastifyReply): Promise<FastifyReply> => {
    const context = contextNames.find((name) => name === request.params.context);
    const owner = context === undefined ? undefined : ownerOf(context);
    return forwarding.send(request, reply, owner ?? serviceNames[0]);
  };
  for (const path of ['/seals/:context', '/seals/:context/*', '/proofs/:context/*']) {
    fastify.all<OfContext>(path, toOwner);
  }

  fastify.get('/signing-keys', async (request) => {
    const all = await asking.everyService<Keys>(questionOf(request));
    const keys = new Map(all.flatMap(({ body }) => body.items).map((key) => [key.keyId, key]));
    const changes = new Map(all.flatMap(({ body }) => body.changes).map((change) => [JSON.stringify(change), change]));
    // Nothing announced the first ones.
    const announced = new Map([...changes.values()].map(({ document }) => [document.newKey.keyId, document.changedAt]));
    const since = ({ keyId }: Keys['items'][number]): string => announced.get(keyId) ?? '';
    return {
      items: [...keys.values()].sort((one, other) => since(one).localeCompare(since(other))),
      changes: [...changes.values()],
      canRotate: all.every(({ body }) => body.canRotate !== false),
    };
  });
  fastify.post('/signing-keys', (request) => rotateAll(asking, request));

  fastify.post('/verifications', async (request) => {
    const [first, ...others] = (await asking.everyService<Verification>(questionOf(request))).map(({ body }) => body);
    if (first === undefined) throw new Error('There are services.');
    return mergeVerifications([first, ...others]);
  });
  fastify.get('/verifications', async (request) => {
    // Each process remembers what it was asked itself, and front doors take turns among them.
    const all = await asking.everyInstance<Items<LastVerification>>(questionOf(request));
    const last = serviceNames.flatMap((service) =>
      newestOf(all.flatMap((one) => (one.service === service ? one.body.items : []))),
    );
    const [first, ...others] = last;
    // Of all that was recorded, only a verification of every service says anything.
    if (first === undefined || last.length < serviceNames.length) return { items: [] };
    const finishedAt = last.map((one) => one.finishedAt).sort()[0];
    return { items: [{ ...mergeVerifications([first, ...others]), finishedAt }] };
  });
}

/** The one that finished last; none of none. */
function newestOf(found: readonly LastVerification[]): readonly LastVerification[] {
  return [...found].sort((one, other) => (one.finishedAt < other.finishedAt ? 1 : -1)).slice(0, 1);
}

/**
 * A new key for every service, one after another. Services that only read their keys are asked before, so that no key is made where not
 * all can be; who had one made is said where another fails all the same.
 */
async function rotateAll(asking: Asking, request: FastifyRequest): Promise<Items> {
  const all = await asking.everyService<Keys>(readingOf(request, '/signing-keys'));
  const reading = all.flatMap(({ service, body }) => (body.canRotate === false ? [service] : []));
  if (reading.length > 0) throw keysOnlyRead(reading);
  const items: unknown[] = [];
  const done: string[] = [];
  for (const service of serviceNames) {
    try {
      const answer = await asking.service(service, questionOf(request));
      if (answer.status !== 200) throw new Refused(answer);
      items.push(JSON.parse(answer.text));
      done.push(service);
    } catch (cause) {
      if (done.length === 0) throw cause;
      throw changedInPart(done, service, cause);
    }
  }
  return { items };
}

const keysOnlyRead = (services: readonly string[]): Problem =>
  new Problem(409, 'keys-only-read', {
    th: `ยังไม่ได้เปลี่ยนกุญแจใด เพราะ ${services.join(', ')} อ่านกุญแจได้อย่างเดียว เขียนไม่ได้ ให้เปลี่ยนกุญแจของบริการเหล่านี้ใน Secret และของบริการอื่นทีละบริการ ตามคู่มือ docs/guides/deploying-on-kubernetes.md หัวข้อ "เปลี่ยนกุญแจ"`,
    en: `No key was changed, because ${services.join(', ')} only read their keys and cannot write them. Change theirs in the Secret, and those of the other services one by one, as docs/guides/deploying-on-kubernetes.md says under "Changing keys".`,
  });

const changedInPart = (done: readonly string[], failed: string, cause: unknown): Problem =>
  new Problem(
    502,
    'keys-changed-in-part',
    {
      th: `เปลี่ยนกุญแจแล้วที่ ${done.join(', ')} แต่ไม่สำเร็จที่ ${failed} ดูกุญแจที่ใช้อยู่ที่ /signing-keys แล้วสั่งใหม่เมื่อพร้อม`,
      en: `New keys were made for ${done.join(', ')}, but not for ${failed}. See /signing-keys for those in use, and ask again when it is back.`,
    },
    {},
    { cause },
  );
