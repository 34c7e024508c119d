import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { runBulk } from './bulk.js';
import type { FromPlugin, GuestBridge, ToPlugin } from './messages.js';

// The program of the process in which a trusted plug-in runs, with what Node has, as far as its permissions go. It is started
// by the program only, and ends with it.

const [folder = ''] = process.argv.slice(2);
const send = process.send?.bind(process);
if (send === undefined) throw new Error('Internal error: a plug-in process is started by the program only');
const tell = (message: FromPlugin) => void send(message);

const bridge: GuestBridge = {
  send(type, text, buffers, detail) {
    switch (type) {
      case 'described':
      case 'log':
        return tell({ type, text });
      case 'result':
        return tell({ type, text, buffers });
      case 'failed':
        return tell({ type, message: text });
      case 'progress': {
        const [step = 0, steps = 0] = JSON.parse(detail) as readonly number[];
        return tell({ type, step, steps });
      }
      case 'request': {
        const [request, service] = JSON.parse(detail) as readonly [number, string];
        return tell({ type, request, service, text, buffers });
      }
    }
  },
  bulk(operation, detail, buffers) {
    const arrays = buffers.map((buffer) => new Uint8Array(buffer.slice(0)));
    const made = runBulk({ operation, detail: JSON.parse(detail), arrays });
    return made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength) as ArrayBuffer;
  },
};

process.on('disconnect', () => process.exit());
process.once('message', ({ code }: { readonly code: string }) => {
  Object.assign(globalThis, { unclipHost: bridge, require: createRequire(join(folder, 'package.json')) });
  try {
    runInThisContext(code, 'plugin.js');
  } catch (error) {
    return tell({ type: 'broken', message: error instanceof Error ? error.message : String(error) });
  }
  process.on('message', (message: ToPlugin) => {
    if (message.type === 'call') bridge.receive?.('call', message.text, message.buffers, '');
    else bridge.receive?.('answer', message.text, message.buffers, JSON.stringify([message.request, message.isOk]));
  });
});
