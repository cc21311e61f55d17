import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../install/run-program';

/** Name and password, made anew for every server. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A certificate for a server on this machine, signed by an authority of its own. */
export interface Certificate {
  /** The file with the authority's certificate, in PEM. */
  readonly caFile: string;
  /** The server's key and certificate (PKCS #12), and what opens them. */
  readonly keyStore: string;
  readonly keyStorePassword: string;
}

const addresses = 'san=ip:127.0.0.1,dns:localhost';
/** Short-lived, like what it is for. */
const validity = ['-validity', '2'];
const curve = ['-keyalg', 'EC', '-groupname', 'secp256r1'];

/** Makes an authority and a certificate, in files of `folder`, by Java's `keytool`. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const keyStorePassword = newPassword();
  const keyStore = join(folder, 'server.p12');
  const caFile = join(folder, 'ca.crt');
  const keytool = (command: string, ...args: readonly string[]): Promise<string> =>
    runProgram('keytool', [command, '-keystore', keyStore, '-storepass:env', 'STORE_PASSWORD', ...args], {
      cwd: folder,
      env: { STORE_PASSWORD: keyStorePassword },
    });
  const authority = ['-alias', 'authority', '-dname', 'CN=Authority of a test', '-ext', 'bc:critical=ca:true'];
  await keytool('-genkeypair', ...authority, ...curve, ...validity);
  const server = ['-alias', 'server', '-dname', 'CN=Server of a test', '-ext', addresses, '-signer', 'authority'];
  await keytool('-genkeypair', ...server, ...curve, ...validity);
  await writeFile(caFile, await keytool('-exportcert', '-rfc', '-alias', 'authority'));
  // A server shows whatever key it finds first.
  await keytool('-delete', '-alias', 'authority');
  return { caFile, keyStore, keyStorePassword };
}

/** A login with a password that nobody knows. */
export const newLogin = <Name extends string>(username: Name): Login => ({ username, password: newPassword() });

const newPassword = (): string => randomBytes(18).toString('hex');
