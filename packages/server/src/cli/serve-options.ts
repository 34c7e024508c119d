import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerConfig } from '../config.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { isWebhookSecret } from '../webhooks/webhook-secret.js';
import { BadInput } from './exit-codes.js';

/** The certificate of `unclip serve`, as paths. */
interface TlsOptions {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}

/**
 * A whole number as it was typed; an empty text is none.
 *
 * @throws BadInput
 */
export function readCount(option: string, text: string, expected: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new BadInput([`${option} "${text}": expected ${expected}.`]);
}

/** A name or an address; an IPv6 address also in brackets, as in URLs. */
export function readHost(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1');
}

/** A path with a slash at both ends. */
export function readBasePath(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

/** The number of proxies in front of the server. @param option `true`: given without a number */
export function readTrustProxy(option: string | true | undefined): number {
  if (option === undefined) return 0;
  return option === true
    ? 1
    : readCount('--trust-proxy', option, 'number of proxies in front of the server, such as 1');
}

/**
 * The folder of ComfyUI's page in the given one, which may be that of the whole package.
 *
 * @throws BadInput if it contains no index.html
 */
export function findComfyPage(folder: string): string {
  const candidates = ['', 'static', 'comfyui_frontend_package/static'].map((below) => join(folder, below));
  const found = candidates.find((candidate) => existsSync(join(candidate, 'index.html')));
  if (found !== undefined) return found;
  throw new BadInput([
    `--comfyui-frontend "${folder}": no index.html was found. Give the folder that comfyui-frontend-package was unpacked to.`,
  ]);
}

/** @throws BadInput if one of the two is missing, or cannot be read */
export async function readTls({ tlsCert, tlsKey }: TlsOptions, io: Surroundings): Promise<ServerConfig['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new BadInput(['--tls-cert and --tls-key belong together: the certificate, and its private key.']);
  }
  return {
    cert: await readPem('--tls-cert', fromCwd(io, tlsCert)),
    key: await readPem('--tls-key', fromCwd(io, tlsKey)),
  };
}

/**
 * The webhooks of all runs, and their secret: `UNCLIP_WEBHOOK_SECRET`.
 *
 * @throws BadInput
 */
export function readWebhooks({ webhook }: { readonly webhook: readonly string[] }, { env }: Surroundings) {
  const secret = env['UNCLIP_WEBHOOK_SECRET'] || undefined;
  const isAddress = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  const problems = [
    ...webhook
      .filter((text) => !isAddress(text))
      .map((text) => `--webhook "${text}": expected an address with http:// or https://.`),
    ...(secret === undefined || isWebhookSecret(secret)
      ? []
      : ['UNCLIP_WEBHOOK_SECRET: expected "whsec_" and a key of 24 to 64 bytes in base64.']),
  ];
  if (problems.length > 0) throw new BadInput(problems);
  return { addresses: webhook.map((text) => new URL(text).href), secret };
}

function readPem(option: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BadInput([`${option} "${path}": the file cannot be read (${error.code}). Check the path.`]);
  });
}
