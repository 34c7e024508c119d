import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../problem.js';
import type { AccessToken } from './access-token.js';
import type { AllowLists } from './allow-lists.js';
import type { TellRefused } from './refused-addresses.js';
import { readSessionCookie } from './session-cookie.js';
import type { Sessions } from './sessions.js';

/** What decides who may ask what; the same for HTTP requests and for the WebSocket's upgrade. */
export interface AccessRules {
  readonly token: AccessToken;
  readonly sessions: Sessions;
  readonly lists: AllowLists;
  /** Names the cookie. */
  readonly port: number;
  /** The path of the server below its origin: `/`, or `/unclip/`. */
  readonly basePath: string;
  /** Called for each rejected Host and Origin, so that the log says how to allow it. */
  readonly tellRefused: TellRefused;
}

/**
 * The gates that every request passes, those without a token too: under which name it asks, and which page sent it.
 *
 * @param isPublicFile the request is for a file of the program itself, which any page may have
 * @throws Problem 421 or 403
 */
export function checkAddress(
  { lists, tellRefused }: AccessRules,
  { host, origin }: IncomingHttpHeaders,
  isPublicFile = false,
): void {
  if (!lists.allowsHost(host)) {
    tellRefused('host', host);
    throw new Problem('foreign-host', 'This server does not answer to that Host. Add it with --allow-host.');
  }
  if (origin !== undefined && !isPublicFile && !lists.allowsOrigin(origin)) {
    tellRefused('origin', origin);
    throw new Problem('foreign-origin', 'Pages of that Origin may not use this server. Add it with --allow-origin.');
  }
}

/**
 * The gate of all but the few public routes. A cookie counts for a change only together with an Origin, which every
 * browser sends then; programs use Bearer.
 *
 * @param changes the request changes something, or opens the stream of events
 * @throws Problem 401
 */
export function checkToken(
  { token, sessions, port }: AccessRules,
  headers: IncomingHttpHeaders,
  changes: boolean,
): void {
  const { origin, authorization, cookie } = headers;
  if (authorization !== undefined) {
    const bearer = bearerOf(authorization);
    if (bearer !== undefined && token.matches(bearer)) return;
    throw notSignedIn('The token in "Authorization" is not this server\'s. It must read: Bearer TOKEN.');
  }
  const session = readSessionCookie(cookie, port);
  if (session === undefined || !sessions.isOpen(session)) {
    throw notSignedIn('Open the address that the server printed, or send its token as "Authorization: Bearer".');
  }
  if (changes && origin === undefined) throw noOrigin();
}

/** The part after `Bearer` in an `Authorization` header. */
export function bearerOf(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

export function noOrigin(): Problem {
  return notSignedIn(
    'A change needs an Origin in addition to the cookie, as browsers send it, or "Authorization: Bearer".',
  );
}

export function notSignedIn(detail: string): Problem {
  const because = { code: 'not-signed-in' } as const;
  return new Problem('not-signed-in', detail, {
    because,
    headers: { 'www-authenticate': 'Bearer realm="unclip-studio"' },
  });
}
