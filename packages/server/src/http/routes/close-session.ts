import { z } from 'zod';
import { defineRoute } from '../route.js';
import { formatSessionCookie, readSessionCookie } from '../security/session-cookie.js';

export const closeSession = defineRoute({
  id: 'closeSession',
  method: 'delete',
  path: '/api/session',
  tag: 'session',
  summary: 'Sign this browser out',
  description: 'Ends the session on the server too: a copy of the cookie is worth nothing afterwards.',
  headers: z.object({ cookie: z.string().optional() }),
  replies: { 204: { description: 'The session has ended, and the cookie is gone.' } },
  problems: ['store-full'],
  handle({ headers, isSecure }, { rules }) {
    const { port, basePath: path, sessions } = rules;
    const session = readSessionCookie(headers.cookie, port);
    if (session !== undefined) sessions.end(session);
    const cookie = formatSessionCookie({ port, value: '', maxAgeS: 0, path, isSecure });
    return { kind: 'empty', headers: { 'set-cookie': cookie } };
  },
});
