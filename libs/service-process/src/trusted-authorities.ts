import { X509Certificate } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Whether a text has certificates in PEM, one at least, and each can be read. */
export function hasCertificates(pem: string): boolean {
  const found = certificatesIn(pem);
  return found.length > 0 && found.every(isReadable);
}

/**
 * Trusts the certificates of authorities in a text besides those that Node trusts, wherever this process asks for TLS afterwards: Kafka,
 * MongoDB, other services, the collector of traces.
 */
export function trustAuthorities(pem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), ...certificatesIn(pem)]);
}

const certificatesIn = (pem: string): readonly string[] => pem.match(certificate) ?? [];

function isReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
