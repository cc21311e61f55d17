import { readConfig } from '@faemban/nest-kit';
import { addressesOf, frontDoorConfigSchema } from './config';

const environment = {
  FAEMBAN_SERVICE_TOKEN: 'a-token-of-more-than-thirty-two-characters',
  FAEMBAN_INGESTION_URL: 'http://10.0.0.1:8421, http://10.0.0.2:8421/',
  FAEMBAN_IDENTITY_VERIFICATION_URL: 'http://10.0.0.1:8422',
  FAEMBAN_MPI_SCORING_URL: 'http://10.0.0.1:8423',
  FAEMBAN_REPORTING_URL: 'http://10.0.0.1:8424',
};

test('addresses are read one or several, without a slash at the end', () => {
  const config = readConfig(frontDoorConfigSchema, environment);
  expect(addressesOf(config).ingestion).toEqual(['http://10.0.0.1:8421', 'http://10.0.0.2:8421']);
  expect(config).toMatchObject({ host: '127.0.0.1', port: 8420, privateNetwork: false, publicNames: [] });
});

test('names are read without regard to case', () => {
  const { publicNames } = readConfig(frontDoorConfigSchema, { ...environment, FAEMBAN_PUBLIC_NAMES: 'A.example, b' });
  expect(publicNames).toEqual(['a.example', 'b']);
});

test('everything that is wrong is said at once, and no value is repeated', () => {
  const read = () =>
    readConfig(frontDoorConfigSchema, {
      ...{ FAEMBAN_SERVICE_TOKEN: 'short-secret', FAEMBAN_INGESTION_URL: 'ftp://x', FAEMBAN_PORT: 'many' },
      ...{ FAEMBAN_PRIVATE_NETWORK: 'yes', FAEMBAN_MPI_SCORING_URL: 'nowhere' },
    });
  const names = ['SERVICE_TOKEN', 'INGESTION_URL', 'IDENTITY_VERIFICATION_URL', 'MPI_SCORING_URL', 'REPORTING_URL'];
  for (const name of [...names, 'PORT', 'PRIVATE_NETWORK']) expect(read).toThrow(`FAEMBAN_${name}`);
  expect(read).not.toThrow('short-secret');
});
