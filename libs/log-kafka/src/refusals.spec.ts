import { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { messageOf, withKafka } from './failures';
import { isNotAllowed, whyRefused } from './refusals';

const broker = 'kafka-0:9093';
const givenUp = (error: Error) => new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 4, retryTime: 100 });
const atTls = (code: string) => givenUp(new KafkaJSConnectionError(`Connection error: ${code}`, { broker, code }));

describe('what a refusal by Kafka says', () => {
  test.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'FAEMBAN_TRUSTED_CA_FILE'],
    ['CERT_HAS_EXPIRED', 'Renew it'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for other names'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
  ])('of TLS with %s: which broker, and what to check', (code, what) => {
    expect(messageOf(atTls(code))).toContain(what);
    expect(messageOf(atTls(code))).toContain(broker);
    expect(messageOf(atTls(code))).toContain(code);
  });

  test('of work, also where several failures were gathered', () => {
    const type = 'TOPIC_AUTHORIZATION_FAILED';
    const one = new KafkaJSProtocolError(Object.assign(new Error('no'), { type, code: 29, retriable: false }));
    const gathered = Object.assign(new Error('Topic creation errors'), {
      errors: [Object.assign(one, { topic: 'a' })],
    });
    expect(messageOf(gathered)).toMatch(/DescribeConfigs.*\(TOPIC_AUTHORIZATION_FAILED of a\)/);
    expect([gathered, atTls('CERT_HAS_EXPIRED')].map(isNotAllowed)).toEqual([true, false]);
  });

  test('stands once, however often it is handed on', async () => {
    const refuse = () => withKafka(() => Promise.reject(atTls('CERT_HAS_EXPIRED')));
    await expect(refuse()).rejects.toThrow(`Kafka is not available: ${whyRefused(atTls('CERT_HAS_EXPIRED'))}`);
    expect(messageOf(await refuse().catch((error: unknown) => error)).match(/Renew it/g)).toHaveLength(1);
  });

  test('is not invented where a broker is away', () => {
    expect(whyRefused(atTls('ECONNREFUSED'))).toBeUndefined();
    expect(messageOf(atTls('ECONNREFUSED'))).toBe('Connection error: ECONNREFUSED');
    expect(whyRefused('text')).toBeUndefined();
  });
});
