import { contextNames, type ContextName } from '@faemban/contracts';
import type { Verification } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarding } from '../forwarding/forward';
import { questionOf, Refused, type Asking } from '../instances/asking';
import { ownerOf, serviceNames } from '../routes';
import { mergeVerifications } from './merged-verification';

interface Items<Item = unknown> {
  readonly items: readonly Item[];
}
interface Keys {
  readonly items: readonly { readonly keyId: string; readonly createdAt: string }[];
  readonly changes: readonly unknown[];
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
    return {
      items: [...keys.values()].sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1)),
      changes: [...changes.values()],
    };
  });
  fastify.post('/signing-keys', (request) => rotateAll(asking, request));

  fastify.post('/verifications', async (request) => {
    const [first, ...others] = (await asking.everyService<Verification>(questionOf(request))).map(({ body }) => body);
    if (first === undefined) throw new Error('There are services.');
    return mergeVerifications([first, ...others]);
  });
  fastify.get('/verifications', async (request) => {
    const all = await asking.everyService<Items<LastVerification>>(questionOf(request));
    const last = all.flatMap(({ body }) => body.items.slice(-1));
    const [first, ...others] = last;
    // Of all that was recorded, only a verification of every service says anything.
    if (first === undefined || last.length < all.length) return { items: [] };
    const finishedAt = last.map((one) => one.finishedAt).sort()[0];
    return { items: [{ ...mergeVerifications([first, ...others]), finishedAt }] };
  });
}

/** A new key for every service, one after another; who had one made is said where another could not. */
async function rotateAll(asking: Asking, request: FastifyRequest): Promise<Items> {
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
