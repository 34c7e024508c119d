import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded, workflowOf } from '../../support/test-server.js';
import { REPOSITORY } from '../../support/variations.js';

// Files whose bytes have changed on the disk, behind the server's back.

const AUTHORIZED = { authorization: `Bearer ${TEST_TOKEN}` };
const HEART = readFileSync(join(REPOSITORY, 'workflows/images/red-heart.png'));

async function rig() {
  const folder = tempFolder();
  const server = await startTestServer(folder, {}, { resultBytes: 1e9 });
  onTestFinished(() => server.close());
  return {
    server,
    /** Flips one bit in the middle. */
    damage(sha256: string): void {
      const path = join(folder, 'blobs', sha256.slice(0, 2), sha256);
      const bytes = readFileSync(path);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path, bytes);
    },
    async run(image: string) {
      const nodes = {
        photo: { type: 'LoadImage', params: { image } },
        half: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 24, height: 24 } },
        save: { type: 'SaveImage', inputs: { image: 'half.image' } },
      };
      const { body } = await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes) });
      return untilEnded(server, body.id);
    },
    async upload(): Promise<string> {
      const form = new FormData();
      form.append('file', new Blob([HEART], { type: 'image/png' }), 'heart.png');
      const headers = { authorization: `Bearer ${server.signInUrl.split('#t=')[1]}` };
      const answer = await fetch(`${server.origin}/api/images`, { method: 'POST', headers, body: form });
      return ((await answer.json()) as { readonly sha256: string }).sha256;
    },
  };
}

test.each(['', '/thumbnail'])(
  'a damaged output is not handed out (%j), and running it again makes it whole',
  async (what) => {
    const { server, damage, run } = await rig();
    const [output] = (await run('red-heart.png')).outputs;
    const address = `/api/outputs/${output.id}`;
    const whole = await server.ask('GET', address);
    damage(output.sha256);

    const damaged = await server.ask('GET', `${address}${what}`);
    const gone = await server.ask('GET', `${address}${what}`);
    const again = await run('red-heart.png');
    const mended = await server.ask('GET', address);

    expect([damaged.status, damaged.body.detail]).toEqual([
      404,
      'The file was damaged on the disk, and has been removed. Run its workflow again, which makes the same file.',
    ]);
    expect([gone.status, gone.body.detail]).toEqual([
      404,
      'The file is no longer stored. Run its workflow again, which makes the same file.',
    ]);
    expect(again.outputs[0].sha256).toBe(output.sha256);
    expect(mended.body.equals(whole.body)).toBe(true);
  },
);

test('a damaged output that was not read is repaired by the next run', async () => {
  const { server, damage, run } = await rig();
  const [output] = (await run('red-heart.png')).outputs;
  const whole = await server.ask('GET', `/api/outputs/${output.id}`);
  damage(output.sha256);

  await run('red-heart.png');

  expect((await server.ask('GET', `/api/outputs/${output.id}`)).body.equals(whole.body)).toBe(true);
});

test('a damaged upload is reported by the run that needs it, and uploading the same image again repairs it', async () => {
  const { server, damage, run, upload } = await rig();
  const id = await upload();
  damage(id);

  const failed = await run(id);
  const shown = await server.ask('GET', `/api/images/${id}`);
  await upload();
  const done = await run(id);

  expect(failed.state).toBe('failed');
  expect(failed.error.message).toContain(
    'its stored file was damaged on the disk, and has been removed. Upload it again.',
  );
  expect([shown.status, shown.body.detail]).toEqual([404, 'The file is no longer stored. Upload it again.']);
  expect(done.state).toBe('succeeded');
});

test('a damaged upload does not matter if its results are cached', async () => {
  const { damage, run, upload } = await rig();
  const id = await upload();
  const first = await run(id);
  damage(id);

  const again = await run(id);

  expect([first.state, again.state]).toEqual(['succeeded', 'succeeded']);
  expect(again.outputs[0].sha256).toBe(first.outputs[0].sha256);
});

test('a large file is sent bit by bit, whole or in part, and let go of when its reader leaves', async () => {
  const { server, damage } = await rig();
  const nodes = { save: { type: 'DevSave', params: { side: 1000, noise: true } } };
  const { body } = await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes) });
  const [{ id, sha256 }] = (await untilEnded(server, body.id)).outputs;
  const address = `/api/outputs/${id}`;
  const whole = await server.ask('GET', address);
  const part = await server.ask('GET', address, undefined, { range: 'bytes=2000000-2000009' });
  const [response] = await once(get(server.origin + address, { headers: AUTHORIZED }), 'response');
  await once(response, 'readable');
  response.destroy();

  expect(createHash('sha256').update(whole.body).digest('hex')).toBe(sha256);
  expect(whole.body.length).toBeGreaterThan(2 ** 21);
  expect([part.status, part.body.equals(whole.body.subarray(2_000_000, 2_000_010))]).toEqual([206, true]);
  if (process.platform === 'linux')
    await expect.poll(() => openFiles().filter((path) => path.endsWith(sha256))).toEqual([]);
  damage(sha256);
  expect((await server.ask('GET', address)).status).toBe(404);
});

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      // It was that of the folder itself.
      return [];
    }
  });
}
