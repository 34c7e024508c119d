import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  FetchFailedError,
  FetchRefusedError,
  fetchForUser,
  isPublicAddress,
  type UserFetchOptions,
} from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';

const LIMITS = { allowedHosts: [], maxBytes: 1000, totalTimeoutMs: 10_000 } as const;

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function failure(address: string, options: Partial<UserFetchOptions> = {}): Promise<Error> {
  const outcome = await fetchForUser(address, { ...LIMITS, ...options })
    .then((response) => response.text())
    .catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error(`expected a failure, got ${String(outcome)}`);
}

test.each([
  'http://127.0.0.1/',
  'http://localhost/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0.0.0.0/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://10.1.2.3/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[64:ff9b::10.0.0.1]/',
])('%s is not contacted, since it is this machine or its network', async (address) => {
  const error = await failure(address);

  expect(error).toBeInstanceOf(FetchRefusedError);
  expect(error.message).toMatch(/which is not fetched from\. If it is meant, allow it with --allow-fetch /);
});

test.each(['file:///etc/passwd', 'ftp://example.org/', 'gopher://x', 'no address'])(
  '%s is not http',
  async (address) => {
    expect((await failure(address)).message).toMatch(/expected an address with http:\/\/ or https:\/\//);
  },
);

test('an address with a name and a password in it is refused, and neither is repeated', async () => {
  const { message } = await failure('http://me:secret@example.org/');

  expect(message).toBe('example.org: addresses with a user name or password in them are not fetched.');
});

test('an allowed host is contacted, with its port or without', async () => {
  const port = await serve((_, response) => void response.end('here'));

  for (const allowed of ['127.0.0.1', `127.0.0.1:${port}`]) {
    const response = await fetchForUser(`http://127.0.0.1:${port}/`, { ...LIMITS, allowedHosts: [allowed] });
    expect(await response.text()).toBe('here');
  }
  expect(await failure(`http://127.0.0.1:${port}/`, { allowedHosts: ['127.0.0.1:1'] })).toBeInstanceOf(
    FetchRefusedError,
  );
});

test('a redirect is checked like a first address', async () => {
  const inner = await serve((_, response) => void response.end('secret'));
  const port = await serve((request, response) => {
    const location = request.url === '/file' ? 'file:///etc/passwd' : `http://127.0.0.1:${inner}/`;
    response.writeHead(302, { location }).end();
  });
  const allowedHosts = [`127.0.0.1:${port}`];

  expect(await failure(`http://127.0.0.1:${port}/`, { allowedHosts })).toBeInstanceOf(FetchRefusedError);
  expect(await failure(`http://127.0.0.1:${port}/file`, { allowedHosts })).toBeInstanceOf(FetchRefusedError);
});

test('redirects in a circle end', async () => {
  const port = await serve((_, response) => void response.writeHead(302, { location: '/' }).end());

  const error = await failure(`http://127.0.0.1:${port}/`, { allowedHosts: ['127.0.0.1'] });

  expect(error.message).toMatch(/redirects more than 10 times/);
});

test('credentials go to the first origin alone', async () => {
  const seen: (string | undefined)[] = [];
  const note = ({ headers }: IncomingMessage) => void seen.push(headers.authorization);
  const other = await serve((request, response) => {
    note(request);
    response.end('done');
  });
  const port = await serve((request, response) => {
    note(request);
    response.writeHead(307, { location: request.url === '/' ? '/again' : `http://127.0.0.1:${other}/` }).end();
  });

  const options = { ...LIMITS, allowedHosts: ['127.0.0.1'], authorization: 'Bearer x' };
  expect(await (await fetchForUser(`http://127.0.0.1:${port}/`, options)).text()).toBe('done');

  expect(seen).toEqual(['Bearer x', 'Bearer x', undefined]);
});

describe('an answer is bounded', () => {
  const allowedHosts = ['127.0.0.1'];

  test('in size', async () => {
    const port = await serve((_, response) => void response.end('x'.repeat(1001)));

    const error = await failure(`http://127.0.0.1:${port}/`, { allowedHosts });

    expect(error).toBeInstanceOf(FetchFailedError);
    expect(error.message).toMatch(/sent more than the 1000 bytes that are allowed/);
  });

  test('in time, before it begins and while it comes', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/begun') response.write('a');
    });
    const bounds = { allowedHosts, totalTimeoutMs: 60 };

    expect((await failure(`http://127.0.0.1:${port}/`, bounds)).message).toMatch(/took too long/);
    expect(await failure(`http://127.0.0.1:${port}/begun`, bounds)).toBeInstanceOf(FetchFailedError);
    const idle = await failure(`http://127.0.0.1:${port}/begun`, { allowedHosts, idleTimeoutMs: 60 });
    expect(idle).toBeInstanceOf(FetchFailedError);
  });

  test('by its end, if the line breaks', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc', () => response.destroy());
    });

    expect(await failure(`http://127.0.0.1:${port}/`, { allowedHosts })).toBeInstanceOf(FetchFailedError);
  });
});

test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '64:ff9b::8.8.8.8', '::ffff:8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  '100.64.0.1',
  '192.168.1.1',
  '172.31.255.255',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'ff02::1',
  'fe80::1%eth0',
  'name',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
