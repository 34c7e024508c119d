import { isOwnRoute } from './routes/index.js';

const STABLE = /^\/api\/v1(?=\/)/i;
/** The WebSocket, which is not a route. */
const EVENTS = /^\/api\/events\/?$/i;

/** An address under the stable prefix as its route knows it; `undefined` if it is none, or leads to no route. */
export function withoutVersion(url: string): string | undefined {
  if (!STABLE.test(url)) return undefined;
  const plain = url.replace(STABLE, '/api');
  const [path = ''] = plain.split('?');
  return EVENTS.test(path) || isOwnRoute(undefined, path) ? plain : undefined;
}
