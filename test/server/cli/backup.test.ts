import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAcceptedLicenses, sha256 } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, type TestServer, untilEnded, workflowOf } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';

const save = (value: number) =>
  workflowOf({
    number: { type: 'DevConstant', params: { value } },
    save: { type: 'DevSave', inputs: { value: 'number.value' } },
  });

async function make(server: TestServer, value: number): Promise<string> {
  const { body } = await server.ask('POST', '/api/runs', { workflow: save(value) });
  const { outputs } = await untilEnded(server, body.id);
  return outputs[0].id;
}

test('a backup that is made while a server runs becomes a server with the same workflows, runs and images', async () => {
  const [data, work] = [tempFolder(), tempFolder()];
  const server = await startTestServer(data);
  onTestFinished(() => server.close());
  await server.ask('PUT', '/api/workflows/mine', { workflow: save(7), baseRevision: 0 });
  const before = [await make(server, 1), await make(server, 2)];
  const accepted = { type: 'checkpoint', model: 'mine', textSha256: sha256('a licence') };
  const record = await createAcceptedLicenses(data, () => 0).add({ ...accepted, license: 'Research Licence' });
  let isOver = false;
  const busy = (async () => {
    for (let value = 3; !isOver; value++) await make(server, value);
  })();

  const backup = await unclip(['backup', 'all.tar', '--data-dir', data], { cwd: work });
  isOver = true;
  await busy;
  const again = await unclip(['backup', 'all.tar', '--data-dir', data], { cwd: work });
  const restored = await unclip(['restore', 'all.tar', '--data-dir', 'new'], { cwd: work });
  const over = await unclip(['restore', 'all.tar', '--data-dir', data], { cwd: work });

  expect([backup.code, backup.stdout]).toEqual([0, 'all.tar\n']);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('replaces no file')]);
  expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('is a data folder already')]);
  expect([restored.code, restored.stderr]).toEqual([0, expect.stringMatching(/^The database and \d+ images/)]);
  expect(statSync(join(work, 'all.tar')).mode & 0o077).toBe(0);
  expect(readFileSync(join(work, 'new/webhook-secret'))).toEqual(readFileSync(join(data, 'webhook-secret')));
  expect(await createAcceptedLicenses(join(work, 'new'), () => 0).find(accepted)).toEqual(record);
  expect(readdirSync(work).sort()).toEqual(['all.tar', 'new']);
  const second = await startTestServer(join(work, 'new'));
  onTestFinished(() => second.close());
  for (const path of ['/api/workflows/mine', ...before.map((output) => `/api/outputs/${output}`)]) {
    expect((await second.ask('GET', path)).body).toEqual((await server.ask('GET', path)).body);
  }
  expect(second.store.guard.problem()).toBeUndefined();
  expect(execFileSync('tar', ['-tf', join(work, 'all.tar')]).toString()).toMatch(/^unclip-backup\.json\nstudio\.db\n/);
});

test('an incomplete backup is rejected, and leaves no data folder', async () => {
  const [data, work] = [tempFolder(), tempFolder()];
  const server = await startTestServer(data);
  await make(server, 1);
  await server.close();
  await unclip(['backup', 'all.tar', '--data-dir', data], { cwd: work });
  const whole = readFileSync(join(work, 'all.tar'));
  const damaged = Buffer.from(whole);
  damaged[whole.length - 1500] = (damaged[whole.length - 1500] ?? 0) ^ 1;
  const tries = { short: whole.subarray(0, whole.length - 2048), damaged, text: Buffer.from('no archive'.repeat(100)) };

  for (const [name, bytes] of Object.entries(tries)) {
    writeFileSync(join(work, name), bytes);
    const { code, stderr } = await unclip(['restore', name, '--data-dir', `new-${name}`], { cwd: work });

    expect([name, code, stderr]).toEqual([name, 2, expect.stringMatching(/is not a (complete )?backup/)]);
    const folder = join(work, `new-${name}`);
    expect(readdirSync(work).includes(`new-${name}`) && readdirSync(folder).includes('studio.db')).toBe(false);
  }
  expect((await unclip(['backup', 'x.tar', '--data-dir', 'nowhere'], { cwd: work })).stderr).toContain(
    'is not a data folder',
  );
});
