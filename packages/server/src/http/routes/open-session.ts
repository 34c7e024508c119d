import { z } from 'zod';
import { Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { formatSessionCookie } from '../security/session-cookie.js';
import { SESSION_S } from '../security/sessions.js';

export const openSession = defineRoute({
  id: 'openSession',
  method: 'post',
  path: '/api/session',
  tag: 'session',
  summary: "Exchange the token for the browser's cookie",
  access: 'public',
  body: z.strictObject({ token: z.string().min(1).max(1024) }).meta({ id: 'SessionRequest' }),
  replies: { 204: { description: 'The cookie is set: HttpOnly, SameSite=Strict, over https Secure.' } },
  problems: ['not-signed-in'],
  handle({ body, isSecure }, { rules }) {
    if (!rules.token.matches(body.token)) {
      throw new Problem('not-signed-in', 'That is not the token of this server.', {
        headers: { 'www-authenticate': 'Bearer realm="unclip-studio"' },
      });
    }
    const cookie = formatSessionCookie({
      port: rules.port,
      value: rules.sessions.open(),
      maxAgeS: SESSION_S,
      path: rules.basePath,
      isSecure,
    });
    return { kind: 'empty', headers: { 'set-cookie': cookie } };
  },
});
