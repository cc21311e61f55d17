import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { machineRoutes } from './machine-routes';
import { Problem } from './problem';

/** Header by which one process of the platform shows another that it is one of them. */
export const serviceTokenHeader = 'faemban-service-token';
/** The shortest service token, in characters. */
export const serviceTokenCharactersMin = 32;

/**
 * Refuses every request that does not carry this token with 401 `service-token-required`, but for `/health/*` and `/metrics`. The
 * comparison takes the same time however much of a token is right.
 * @throws RangeError where the token is shorter than {@link serviceTokenCharactersMin}
 */
export function requireServiceToken(fastify: FastifyInstance, token: string): void {
  if (token.length < serviceTokenCharactersMin) {
    throw new RangeError(`A service token has ${serviceTokenCharactersMin} characters at least.`);
  }
  const expected = digestOf(token);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const given = request.headers[serviceTokenHeader];
    const isOurs = typeof given === 'string' && timingSafeEqual(digestOf(given), expected);
    done(isOurs || machineRoutes.has(request.routeOptions.url) ? undefined : tokenRequired());
  });
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const tokenRequired = (): Problem =>
  new Problem(401, 'service-token-required', {
    th: 'ที่อยู่นี้ใช้ระหว่างส่วนต่าง ๆ ของระบบเท่านั้น ผู้ใช้ให้เรียกผ่านที่อยู่ของประตูหน้า (front-door)',
    en: 'This address is for the other processes of the platform. Everybody else uses the address of the front door.',
  });
