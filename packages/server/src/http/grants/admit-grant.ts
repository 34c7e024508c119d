import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { sha256 } from '../../common/sha256.js';
import type { Grant } from '../../store/grants-table.js';
import { Problem } from '../problem.js';
import { bearerOf, noOrigin, notSignedIn } from '../security/check-request.js';
import { readGrantCookie } from '../security/session-cookie.js';
import type { ServerParts } from '../server-parts.js';

type Parts = Pick<ServerParts, 'store' | 'rules' | 'nowMs'>;

/** 256 bits cannot be guessed, so a hash without salt is enough to store. */
export function newGrantSecret(): { readonly secret: string; readonly sha256: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, sha256: sha256(secret) };
}

/** Letters that need no escaping in addresses. */
export function newGrantId(): string {
  return randomBytes(9).toString('base64url');
}

/**
 * Finds the grant of a secret.
 *
 * @throws Problem 401 if there is none, or it has ended; a caller who knows the secret learns which
 */
export function grantOfSecret(secret: string, { store, nowMs }: Parts): Grant {
  const grant = store.grants.findBySecret(sha256(secret));
  if (grant === undefined) throw notSignedIn('This link is not valid here. Ask the sender for a new one.');
  if (grant.revokedAt !== null) throw notSignedIn('This link was revoked. Ask the sender for a new one.');
  if (grant.expiresAt <= nowMs()) throw notSignedIn('This link has expired. Ask the sender for a new one.');
  return grant;
}

/**
 * The access check of the routes for share links: the grant's secret, as Bearer or in the cookie, and nothing else. It
 * allows only the addresses of its own grant.
 *
 * @param id of the grant in the address
 * @throws Problem 401, 413 for a body larger than the grant allows
 */
export function admitGrant(request: Request, id: string, parts: Parts): Grant {
  const { authorization, cookie, origin } = request.headers;
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  const secret = bearer ?? readGrantCookie(cookie, parts.rules.port);
  if (secret === undefined || (authorization !== undefined && bearer === undefined)) {
    throw notSignedIn('Open the link that was sent to you, or send its secret as "Authorization: Bearer".');
  }
  const grant = grantOfSecret(secret, parts);
  if (grant.id !== id) throw notSignedIn('This link is for something else. Open the link that was sent to you.');
  if (bearer === undefined && request.method !== 'GET' && request.method !== 'HEAD' && origin === undefined) {
    throw noOrigin();
  }
  return grant;
}

/** For an upload, before its bytes are taken. @throws Problem 413 */
export function checkUploadSize(request: Request, { limits }: Grant): void {
  // The form around the file takes some hundred bytes.
  if (Number(request.headers['content-length'] ?? 0) > limits.uploadBytes + 4096)
    throw uploadTooLarge(limits.uploadBytes);
}

export function uploadTooLarge(maxBytes: number): Problem {
  const size = maxBytes < 2 ** 20 ? `${Math.floor(maxBytes / 1024)} kB` : `${Math.floor(maxBytes / 2 ** 20)} MB`;
  const message = `The image is too large: this link takes images of at most ${size}. Make it smaller.`;
  const because = { code: 'upload-too-large', limitBytes: maxBytes } as const;
  return new Problem('too-large', message, { because, errors: [{ path: 'body.file', message }] });
}
