import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { addressesOf, readProcessConfig } from './config';

const token = 'a-token-of-thirty-two-characters!';
const enough = {
  FAEMBAN_SERVICE_TOKEN: token,
  FAEMBAN_MONGODB_URL: 'mongodb://db:27017',
  FAEMBAN_KAFKA_BROKERS: 'one:9092, two:9092',
};

describe('the configuration of a process', () => {
  test('needs a token, a database and brokers, and has a default for everything else', () => {
    expect(readProcessConfig(enough)).toMatchObject({
      ...{ host: '127.0.0.1', privateNetwork: false, mongodbDatabasePrefix: 'faemban', partitionCount: 32 },
      ...{ kafkaBrokers: ['one:9092', 'two:9092'], kafkaReplicationFactor: 1, kafkaTls: false },
    });
  });

  test('is refused with everything that is wrong at once, and no secret is repeated', () => {
    const wrong = {
      ...enough,
      FAEMBAN_SERVICE_TOKEN: 'short',
      FAEMBAN_KAFKA_BROKERS: 'nowhere',
      FAEMBAN_PORT: '99999',
    };
    expect(() => readProcessConfig(wrong, ['ingestion'])).toThrow(
      /FAEMBAN_PORT.*FAEMBAN_SERVICE_TOKEN.*FAEMBAN_KAFKA_BROKERS.*FAEMBAN_INGESTION_URL/s,
    );
    expect(() => readProcessConfig(wrong)).not.toThrow(/short/);
  });

  test('reads a value from the file that a variable names, and says which variable names none', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'faemban-config-')), 'token');
    writeFileSync(file, `${token}\n`);
    const { FAEMBAN_SERVICE_TOKEN: _, ...others } = enough;
    expect(readProcessConfig({ ...others, FAEMBAN_SERVICE_TOKEN_FILE: file }).serviceToken).toBe(token);
    expect(() => readProcessConfig({ ...others, FAEMBAN_SERVICE_TOKEN_FILE: `${file}.not` })).toThrow(
      /FAEMBAN_SERVICE_TOKEN_FILE/,
    );
  });

  test('needs a user and a password of Kafka together', () => {
    const user = { FAEMBAN_KAFKA_USERNAME: 'somebody' };
    expect(() => readProcessConfig({ ...enough, ...user, FAEMBAN_PORT: '99999' })).toThrow(
      /FAEMBAN_PORT.*FAEMBAN_KAFKA_PASSWORD/s,
    );
    expect(() => readProcessConfig({ ...enough, FAEMBAN_KAFKA_PASSWORD: 'p' })).toThrow(/FAEMBAN_KAFKA_USERNAME/);
    expect(readProcessConfig({ ...enough, ...user, FAEMBAN_KAFKA_PASSWORD: 'p' }).kafkaUsername).toBe('somebody');
  });

  test('takes certificates of authorities from a file, and refuses what is none with all else that is wrong', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'faemban-config-')), 'ca.crt');
    const [one = '', other = ''] = rootCertificates;
    const read = (text: string, more = {}) => {
      writeFileSync(file, text);
      return readProcessConfig({ ...enough, ...more, FAEMBAN_TRUSTED_CA_FILE: file }).trustedCa;
    };
    expect(read(`# ours\n${one}\n${other}\n`)).toContain(other);
    expect(() => read('-----BEGIN PRIVATE KEY-----')).toThrow(/FAEMBAN_TRUSTED_CA: This must be certificates in PEM/);
    const broken = `${one}\n${other.slice(0, 99)}\n-----END CERTIFICATE-----`;
    expect(() => read(broken, { FAEMBAN_PORT: '99999' })).toThrow(/FAEMBAN_PORT.*FAEMBAN_TRUSTED_CA/s);
  });

  test('names the variable by which another service would be found', () => {
    const config = readProcessConfig({ ...enough, FAEMBAN_INGESTION_URL: 'http://one:1,http://two:2' });
    expect(addressesOf(config, 'ingestion')).toEqual(['http://one:1', 'http://two:2']);
    expect(() => addressesOf(config, 'mpi-scoring')).toThrow(/FAEMBAN_MPI_SCORING_URL/);
  });
});
