import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startUnclip } from '../../support/start-unclip.js';
import { tempFolder } from '../../support/temp-folder.js';
import { slowWorkflow } from '../../support/test-server.js';
import { UNCLIP, unclip } from '../../support/unclip.js';

// The command itself, in a separate process if it runs until it is stopped.

describe('unclip serve', () => {
  test('prints one address that signs in, and a run under way leaves within ten seconds of SIGTERM, code 0', async () => {
    const folder = tempFolder();
    const server = serve(['--port', '0', '--data-dir', folder, '--dev-nodes', '--log-level', 'debug']);
    const [origin, token] = (await server.address()).split('/#t=');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

    const health = await fetch(`${origin}/api/health`);
    const page = await fetch(`${origin}/`);
    const query = await fetch(`${origin}/api/runs?token=${token}`, { headers });
    const body = JSON.stringify({ workflow: slowWorkflow(1, 1000, 100) });
    const started = await fetch(`${origin}/api/runs`, { method: 'POST', headers, body });
    const queue = async () => (await fetch(`${origin}/api/queue`, { headers })).json() as Promise<{ running?: string }>;
    await expect.poll(async () => (await queue()).running, { timeout: 20_000 }).toBeTruthy();
    const toldMs = performance.now();
    const code = await server.end();

    expect([health.status, page.status, query.status, started.status]).toEqual([200, 200, 400, 201]);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src '(self|sha256-)/);
    expect(code).toBe(0);
    expect(performance.now() - toldMs).toBeLessThan(10_000);
    expect(server.stdout.trim().split('\n')).toHaveLength(1);
    // Only the user has the token: in a private file, and in no line of the log.
    expect(readFileSync(join(folder, 'token'), 'utf8').trim()).toBe(token);
    for (const name of ['', 'token', 'studio.db', 'lock.db', 'blobs']) {
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
    }
    expect(server.stderr).toContain('"msg":"listening"');
    expect(server.stderr).toContain('"path":"/api/runs"');
    expect(server.stderr).not.toContain(token);
  });

  test('writes for people with --log-format text: the address, one hint, then short lines', async () => {
    const folder = tempFolder();
    const server = serve(['--port', '0', '--data-dir', folder, '--log-format', 'text', '--log-level', 'debug']);
    const [origin] = (await server.address()).split('/#t=');
    await (await fetch(`${origin}/api/health`)).text();

    expect(await server.end()).toBe(0);
    const [hint, ...lines] = server.stderr.trimEnd().split('\n');
    expect(hint).toBe(`Open this address in a browser. Ctrl+C stops the server. Your work is kept in ${folder}`);
    expect(lines).toContainEqual(
      expect.stringMatching(/^\d\d:\d\d:\d\d debug request: GET \/api\/health status=200 durationMs=\d+$/),
    );
  });

  test('reports that another server uses the port or the data folder, and leaves the data unchanged', async () => {
    const folder = tempFolder();
    const first = serve(['--port', '0', '--data-dir', folder]);
    const port = new URL(await first.address()).port;

    const samePort = await refused(['--port', port, '--data-dir', tempFolder()]);
    const sameFolder = await refused(['--port', '0', '--data-dir', folder]);

    expect([samePort.code, samePort.stderr]).toEqual([
      2,
      `Port ${port} of 127.0.0.1 is in use. End what uses it, or choose another with --port.\n`,
    ]);
    expect([sameFolder.code, sameFolder.stderr]).toEqual([
      2,
      expect.stringContaining(`Another unclip-studio server uses the data folder "${folder}".`),
    ]);
    await first.end();
  });

  test.each(['0.0.0.0', '::', '192.168.1.2'])(
    'refuses to listen on %s without a token of the operator',
    async (host) => {
      const { code, stderr } = await refused(['--host', host, '--port', '0', '--data-dir', tempFolder()]);

      expect(code).toBe(2);
      expect(stderr).toContain(`Host ${host} can be reached from other machines. Set a token of your own`);
    },
  );

  test.each([
    [['--history', 'short'], '--history "short": expected a whole number of runs, 0 or more.'],
    [['--port', '80x'], '--port "80x": expected a whole number from 0 to 65535.'],
    [['--port', ''], '--port "": expected a whole number from 0 to 65535.'],
    [['--trust-proxy', 'all'], '--trust-proxy "all": expected number of proxies in front of the server, such as 1.'],
    [['--base-path', 'unclip'], '--base-path "unclip/": expected a path such as /unclip/.'],
    [['--tls-cert', 'a.pem'], '--tls-cert and --tls-key belong together: the certificate, and its private key.'],
    [['--data-dir', '/dev/null'], expect.stringContaining('The data folder "/dev/null": expected a folder')],
  ])('refuses %j with what was expected', async (args, words) => {
    const { code, stderr } = await refused(['--port', '0', '--data-dir', tempFolder(), ...args]);

    expect([code, stderr.trimEnd()]).toEqual([2, words]);
  });

  test('accepts the address of this machine in brackets, and prints a clickable one when it listens on all', async () => {
    const own = serve(['--host', '[::1]', '--port', '0', '--data-dir', tempFolder()]);
    const all = serve(['--host', '0.0.0.0', '--port', '0', '--data-dir', tempFolder()], {
      UNCLIP_TOKEN: 'x'.repeat(40),
    });

    expect(await own.address()).toMatch(/^http:\/\/\[::1\]:\d+\/#t=/);
    expect(await all.address()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#t=/);
    await Promise.all([own.end(), all.end()]);
  });

  // With the lower one not even the program can be read.
  test.skipIf(process.platform === 'win32').each([24, 40])('reports that it may open only %d files', (limit) => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `ulimit -n ${limit}; exec "${process.execPath}" "${UNCLIP}" serve --port 0 --data-dir "${tempFolder()}"`],
      { encoding: 'utf8', timeout: 30_000 },
    );

    expect(status).toBe(2);
    expect(stderr).toMatch(/too many files are open\. Raise the limit \(ulimit -n\) \(EMFILE\)/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  test('refuses a token that is too short', async () => {
    const { code, stderr } = await refused(['--port', '0', '--data-dir', tempFolder()], { UNCLIP_TOKEN: 'short' });

    expect(code).toBe(2);
    expect(stderr).not.toContain('short-');
  });
});

/** A server that says why it does not start. */
function refused(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return unclip(['serve', ...args], { env: { UNCLIP_TOKEN: '', ...env } });
}

function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return startUnclip(['serve', '--device', 'cpu', ...args], { UNCLIP_TOKEN: '', ...env });
}
