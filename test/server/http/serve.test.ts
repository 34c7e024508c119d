import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startUnclip } from '../../support/start-unclip.js';
import { tempFolder } from '../../support/temp-folder.js';
import { slowWorkflow } from '../../support/test-server.js';

// The command itself, in a process of its own.

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
    // The token is the user's only: in a file of their own, and in no line of the log.
    expect(readFileSync(join(folder, 'token'), 'utf8').trim()).toBe(token);
    expect(statSync(join(folder, 'token')).mode & 0o077).toBe(0);
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

  test('says so when the port is in use, and leaves the data alone', async () => {
    const first = serve(['--port', '0', '--data-dir', tempFolder()]);
    const port = new URL(await first.address()).port;

    const second = serve(['--port', port, '--data-dir', tempFolder()]);

    expect(await second.ended).toBe(2);
    expect(second.stderr).toBe(
      `Port ${port} of 127.0.0.1 is in use. End what uses it, or choose another with --port.\n`,
    );
    await first.end();
  });

  test('says so when another server has the data folder', async () => {
    const folder = tempFolder();
    const first = serve(['--port', '0', '--data-dir', folder]);
    await first.address();

    const second = serve(['--port', '0', '--data-dir', folder]);

    expect(await second.ended).toBe(2);
    expect(second.stderr).toContain(`Another unclip-studio server uses the data folder "${folder}".`);
    await first.end();
  });

  test.each(['0.0.0.0', '::', '192.168.1.2'])(
    'refuses to listen on %s without a token of the operator',
    async (host) => {
      const server = serve(['--host', host, '--port', '0', '--data-dir', tempFolder()]);

      expect(await server.ended).toBe(2);
      expect(server.stderr).toContain(`Host ${host} can be reached from other machines. Set a token of your own`);
    },
  );

  test('refuses a history that is no number of runs', async () => {
    const server = serve(['--history', 'short', '--port', '0', '--data-dir', tempFolder()]);

    expect(await server.ended).toBe(2);
    expect(server.stderr).toBe('--history: expected a whole number of runs, 0 or more.\n');
  });

  test('refuses a token that is too short', async () => {
    const server = serve(['--port', '0', '--data-dir', tempFolder()], { UNCLIP_TOKEN: 'short' });

    expect(await server.ended).toBe(2);
    expect(server.stderr).not.toContain('short-');
  });
});

function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return startUnclip(['serve', ...args], { UNCLIP_TOKEN: '', ...env });
}
