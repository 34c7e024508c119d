import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeSystemError, isSystemError } from '../system-error.js';

/** With what images are signed; absolute paths. */
export interface SigningFiles {
  /** PEM: the certificate, and behind it those of its issuers. */
  readonly certFile: string;
  /** PEM. */
  readonly keyFile: string;
}

/** Images cannot be signed with what the operator gave: which file, why, what to do. */
export class SigningError extends Error {
  override readonly name = 'SigningError';
}

export interface SigningKey {
  /** PEM. */
  readonly certificates: Buffer;
  /** PEM of PKCS 8, the only form that the C2PA library reads. */
  readonly key: Buffer;
  /** As C2PA calls it. */
  readonly algorithm: string;
}

/**
 * Reads a certificate and its key, and looks at what can be told without signing.
 *
 * @throws SigningError
 */
export async function readSigningKey({ certFile, keyFile }: SigningFiles, nowMs: number): Promise<SigningKey> {
  const certificates = await readPem(certFile);
  const key = openKey(await readPem(keyFile), keyFile);
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) {
    throw new SigningError(
      `"${keyFile}": expected a key on the curves P-256, P-384 or P-521, of Ed25519, or of RSA with 2048 bits or more.`,
    );
  }
  const certificate = openCertificate(certificates, certFile);
  if (!certificate.checkPrivateKey(key)) {
    throw new SigningError(
      `"${keyFile}" is not the key of the first certificate in "${certFile}". The certificate that signs must come first.`,
    );
  }
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (nowMs < from.getTime() || nowMs > to.getTime()) {
    throw new SigningError(
      `"${certFile}": the certificate is valid from ${from.toISOString()} to ${to.toISOString()}, which is not now. Renew it.`,
    );
  }
  return { certificates, key: Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })), algorithm };
}

async function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    throw new SigningError(`"${file}" cannot be read: ${describeSystemError(error)}`, { cause: error });
  });
}

function openKey(pem: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new SigningError(`"${file}": expected a private key as PEM, without a passphrase.`, { cause });
  }
}

function openCertificate(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new SigningError(`"${file}": expected a certificate as PEM.`, { cause });
  }
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'es256', secp384r1: 'es384', secp521r1: 'es512' };
const MIN_RSA_BITS = 2048;

/** @see C2PA Technical Specification 2.2, 13.2 (digital signatures) */
function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  if (type === 'ec') return CURVES[details?.namedCurve ?? ''];
  if (type === 'ed25519') return 'ed25519';
  return type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS ? 'ps256' : undefined;
}
