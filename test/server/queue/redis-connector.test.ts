import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { RedisConnector } from '@unclip-studio/server/queue';
import { expect, onTestFinished, test } from 'vitest';

test('a connection that reports several errors keeps the first, and ends no process', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const connector = new RedisConnector({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const stream = await connector.connect();

  const errors = [new Error('certificate'), new Error('alert')];
  // Without a listener, Node throws what is emitted.
  for (const error of errors) stream.emit('error', error);

  expect(connector.firstError).toBe(errors[0]);
  connector.disconnect();
  await once(stream, 'close');
});
