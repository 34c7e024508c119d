import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/**
 * A proxy for a server of the running test that delays writes (PUT) by this time.
 *
 * @returns its own address
 */
export async function startSlowProxy(target: string, putDelayMs: number): Promise<string> {
  const proxy = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (method === 'PUT') await wait(putDelayMs);
    // The same headers, as the signature of a request covers the requested host.
    const onward = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
