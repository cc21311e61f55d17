import { mongo } from 'mongoose';
import { classify } from '@faemban/event-sourcing';
import { asDatabaseFailure, DatabaseUnavailable } from './failures';
import { whyRefused } from './refusals';

const address = 'mongo-0:27017';
const atTls = (code: string) => Object.assign(new Error(code), { code });
/** What the driver says where no server could be used: an error of its own, with what was found of each server. */
const notSelected = (found: Error) =>
  Object.assign(new Error('not selected'), { reason: { servers: new Map([[address, { error: found }]]) } });
const answered = (code: number) => new mongo.MongoServerError({ code, errmsg: 'no' });

describe('what a refusal by the database says', () => {
  test.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'FAEMBAN_TRUSTED_CA_FILE'],
    ['CERT_HAS_EXPIRED', 'Renew it'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for other names'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
  ])('of TLS with %s: which server, and what to check', (code, what) => {
    const said = whyRefused(notSelected(new mongo.MongoNetworkError('no', { cause: atTls(code) })));
    expect(said).toContain(what);
    expect(said).toContain(address);
    expect(said).toContain(code);
  });

  test.each([
    [18, 'the password and authSource'],
    [13, 'the role readWrite'],
  ])('of a user with %i: what to check, and it is tried again, while work goes on too', (code, what) => {
    const failure = asDatabaseFailure(answered(code));
    expect(failure).toBeInstanceOf(DatabaseUnavailable);
    expect(failure.message).toContain(what);
    expect(classify(failure)).toBe('transient');
    expect(asDatabaseFailure(failure)).toBe(failure);
  });

  test('is not invented where a server is away, has just ended, or says something else', () => {
    const closed = new mongo.MongoNetworkError(`connection 3 to ${address} closed`);
    expect(whyRefused(notSelected(closed))).toContain('may want TLS');
    expect(whyRefused(closed)).toBeUndefined();
    expect(whyRefused(notSelected(atTls('ECONNREFUSED')))).toBeUndefined();
    expect(whyRefused(answered(11_000))).toBeUndefined();
    expect(whyRefused('text')).toBeUndefined();
  });
});
