import { randomBytes } from 'node:crypto';

/**
 * A new name for a Kafka cluster: 16 bytes in base64url, as Kafka's own `Uuid` writes them. It never begins with `-`, which Kafka's
 * commands would take for an option.
 */
export function makeClusterId(random: (size: number) => Buffer = randomBytes): string {
  const bytes = random(16);
  // The first character stands for the first six bits: below 32, it is a letter.
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}
