import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../problem.js';
import type { AccessToken } from './access-token.js';
import type { AllowLists } from './allow-lists.js';
import { readSessionCookie } from './session-cookie.js';

/** What decides who may ask what; the same for HTTP requests and for the WebSocket's upgrade. */
export interface AccessRules {
  readonly token: AccessToken;
  readonly lists: AllowLists;
  /** Names the cookie. */
  readonly port: number;
}

/**
 * The gates that every request passes, those without a token too: under which name it asks, and which page sent it.
 *
 * @throws Problem 421 or 403
 */
export function checkAddress({ lists }: AccessRules, { host, origin }: IncomingHttpHeaders): void {
  if (!lists.allowsHost(host)) {
    throw new Problem('foreign-host', 'This server does not answer to that Host. Add it with --allow-host.');
  }
  if (origin !== undefined && !lists.allowsOrigin(origin)) {
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
export function checkToken({ token, port }: AccessRules, headers: IncomingHttpHeaders, changes: boolean): void {
  const { origin, authorization, cookie } = headers;
  if (authorization !== undefined) {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (bearer !== undefined && token.matches(bearer)) return;
    throw notSignedIn('The token in "Authorization" is not this server\'s. It must read: Bearer TOKEN.');
  }
  const session = readSessionCookie(cookie, port);
  if (session === undefined || !token.matchesSession(session)) {
    throw notSignedIn('Open the address that the server printed, or send its token as "Authorization: Bearer".');
  }
  if (changes && origin === undefined) {
    throw notSignedIn('A change needs an Origin beside the cookie, as browsers send it, or "Authorization: Bearer".');
  }
}

function notSignedIn(detail: string): Problem {
  return new Problem('not-signed-in', detail, { headers: { 'www-authenticate': 'Bearer realm="unclip-studio"' } });
}
