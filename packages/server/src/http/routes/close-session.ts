import { defineRoute } from '../route.js';
import { formatSessionCookie } from '../security/session-cookie.js';

export const closeSession = defineRoute({
  id: 'closeSession',
  method: 'delete',
  path: '/api/session',
  tag: 'session',
  summary: 'Sign this browser out',
  replies: { 204: { description: 'The cookie is gone.' } },
  handle(_, { rules }) {
    const cookie = formatSessionCookie({ port: rules.port, value: '', maxAgeS: 0 });
    return { kind: 'empty', headers: { 'set-cookie': cookie } };
  },
});
