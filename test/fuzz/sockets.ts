import WebSocket from 'ws';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText } from './mutate-text.js';
import type { Random } from './random.js';

const MESSAGES = [
  ...[{ type: 'hello' }, { type: 'hello', lastSeq: 1_000_000_000 }, { type: 'watch', previews: true, runs: ['a'] }],
  ...[
    { type: 'watch', previews: false },
    { type: 'ping' },
    { type: 'feature_flags', data: { supports_preview_metadata: true } },
  ],
];

/** Both event protocols, with an address each. */
export const SOCKETS = [
  { name: 'events socket', path: '/api/events' },
  { name: 'ComfyUI socket', path: '/ws' },
] as const;

/**
 * Says odd things to a socket, whole messages and broken frames, and reads little of what comes.
 *
 * @returns what was wrong, if anything was
 */
export async function talk(random: Random, origin: string, path: string, token: string): Promise<string | undefined> {
  const query = random.pick([
    '',
    '?since=1',
    '?since=-1',
    '?since=x',
    '?clientId=a',
    `?clientId=${'x'.repeat(2000)}`,
    '?clientId=%00',
  ]);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('unexpected-response', () => resolve(false));
  });
  socket.on('error', () => {});
  if (!isOpen) return 'the server took no socket';
  if (random.chance(0.3)) socket.pause();
  for (let count = 1 + random.size(30); count > 0 && socket.readyState === WebSocket.OPEN; count--) say(random, socket);
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (random.chance(0.5)) socket.terminate();
  else socket.close(random.pick([1000, 1001, 4000]));
  socket.resume();
  if (socket.readyState !== WebSocket.CLOSED) {
    const timer = setTimeout(() => socket.terminate(), 1000);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    clearTimeout(timer);
  }
  return undefined;
}

function say(random: Random, socket: WebSocket): unknown {
  switch (random.below(6)) {
    case 0:
      socket.send(mutateBytes(random, Buffer.from(JSON.stringify(random.pick(MESSAGES)))));
      return;
    case 1:
      // Part of a message, which never ends.
      return socket.send('{"type":', { fin: false });
    case 2: {
      // Bytes that are no frame, past the library's own checks.
      const { _socket: raw } = socket as unknown as { readonly _socket?: { write(bytes: Uint8Array): void } };
      raw?.write(mutateBytes(random, Buffer.from([0x81, 0x85, 1, 2, 3, 4, 0x69, 0x67, 0x6f, 0x68, 0x6e])));
      return undefined;
    }
    case 3:
      return socket.ping(Buffer.alloc(random.below(125)));
    default:
      return socket.send(mutateJsonText(random, mutateJson(random, random.pick(MESSAGES), MESSAGES)).slice(0, 100_000));
  }
}
