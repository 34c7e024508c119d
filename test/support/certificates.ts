import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a server called localhost, with the authority that vouches for it. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly ca: string;
}

/** Why tests that need certificates are left out, if they cannot be made. */
export const WHY_NO_CERTIFICATES =
  spawnSync('openssl', ['version']).status === 0
    ? undefined
    : 'no openssl was found; install it (on Debian: apt-get install openssl)';

export function makeCertificate(folder: string): TestCertificate {
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  );
  openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n');
  const signed = ['-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  openssl('x509', '-req', ...signed, '-out', at('server.pem'), '-days', '2', '-extfile', at('names'));
  const caFile = at('ca.pem');
  return { certFile: at('server.pem'), keyFile: at('server.key'), caFile, ca: readFileSync(caFile, 'utf8') };
}

/** With which images may be signed: issued by a test authority, for 2 days. */
export interface TestSigningKey {
  readonly certFile: string;
  readonly keyFile: string;
  /** Of the authority, which may not sign images itself. */
  readonly caFile: string;
  readonly caKeyFile: string;
}

export function makeSigningKey(folder: string): TestSigningKey {
  const at = (name: string) => join(folder, name);
  const { caFile } = makeCertificate(folder);
  const extensions = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature'];
  writeFileSync(at('usage'), `${[...extensions, 'extendedKeyUsage=emailProtection'].join('\n')}\n`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/O=Studio/CN=Test studio'];
  openssl('req', ...key, '-keyout', at('signing.key'), '-out', at('signing.csr'), ...subject);
  const issuer = ['-CA', caFile, '-CAkey', at('ca.key'), '-CAcreateserial'];
  const signed = ['-req', '-in', at('signing.csr'), ...issuer, '-days', '2', '-extfile', at('usage')];
  openssl('x509', ...signed, '-out', at('signing.pem'));
  return { certFile: at('signing.pem'), keyFile: at('signing.key'), caFile, caKeyFile: at('ca.key') };
}

function openssl(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`);
}
