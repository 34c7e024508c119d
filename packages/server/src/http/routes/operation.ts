import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import { formatSessionCookie, readSessionCookie } from '../security/session-cookie.js';
import { SESSION_S } from '../security/sessions.js';

export const operationHandlers: Handlers<'operation'> = {
  readHealth(_, { runs }) {
    const { canTakeWork, reason } = runs.status();
    const body = { canTakeWork, ...(reason === undefined ? {} : { reason }) };
    return jsonReply(body, canTakeWork ? 200 : 503, { 'cache-control': 'no-store' });
  },

  readMetrics: async (_, { metrics }) => ({
    kind: 'text',
    status: 200,
    mediaType: 'text/plain',
    body: await metrics(),
  }),

  async readOpenApi({ prefix }) {
    // What makes the document is needed for it alone.
    const { openApiDocument } = await import('../openapi.js');
    return jsonReply(openApiDocument(prefix));
  },

  async readDocs() {
    const [{ openApiDocument }, { docsPage }] = await Promise.all([
      import('../openapi.js'),
      import('../pages/docs-page.js'),
    ]);
    return { kind: 'text', status: 200, mediaType: 'text/html', body: docsPage(openApiDocument()) };
  },
};

export const sessionHandlers: Handlers<'session'> = {
  openSession({ body, isSecure }, { rules }) {
    if (!rules.token.matches(body.token)) {
      throw new Problem('not-signed-in', 'That is not the token of this server.', {
        because: { code: 'wrong-token' },
        headers: { 'www-authenticate': 'Bearer realm="unclip-studio"' },
      });
    }
    const { port, basePath: path, sessions } = rules;
    const cookie = formatSessionCookie({ port, value: sessions.open(), maxAgeS: SESSION_S, path, isSecure });
    return { kind: 'empty', headers: { 'set-cookie': cookie } };
  },

  closeSession({ headers, isSecure }, { rules }) {
    const { port, basePath: path, sessions } = rules;
    const session = readSessionCookie(headers.cookie, port);
    if (session !== undefined) sessions.end(session);
    const cookie = formatSessionCookie({ port, value: '', maxAgeS: 0, path, isSecure });
    return { kind: 'empty', headers: { 'set-cookie': cookie } };
  },
};
