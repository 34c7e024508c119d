import { createHmac, randomBytes } from 'node:crypto';

/** How such a secret is written: the key in base64, of 24 to 64 bytes. */
const WRITTEN = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export function isWebhookSecret(text: string): boolean {
  return WRITTEN.test(text);
}

/** What is sent with a webhook in addition to its body. */
interface SignedMessage {
  readonly id: string;
  readonly timestampS: number;
  readonly body: string;
}

/**
 * The three headers of a webhook that receivers verify.
 *
 * @see Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA256 over `id.timestamp.body`
 */
export function signedHeaders(
  secret: string,
  { id, timestampS, body }: SignedMessage,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const key = Buffer.from(WRITTEN.exec(secret)?.[1] ?? '', 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': `v1,${signature}` };
}
