import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareDataFolder } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer } from '../../support/test-server.js';

// Modes say nothing to Windows.
const hasModes = process.platform !== 'win32';
const OWN_TOKEN: object = { token: undefined };

async function start(folder: string) {
  const server = await startTestServer(folder, {}, OWN_TOKEN);
  onTestFinished(() => server.close());
  return server;
}

test.skipIf(!hasModes)(
  'a folder that others could read is closed to them, with what an earlier version left in it',
  async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    const first = await startTestServer(folder);
    await first.close();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'studio.db'), 0o644);

    await start(folder);

    const modes = ['.', 'studio.db', 'token'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  },
);

test.each([
  ['a file', (at: string) => at],
  ['a folder below a file', (at: string) => join(at, 'data')],
])('a data folder that is %s is refused with its name and what to do', async (_, pathOf) => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, 'x');

  await expect(startTestServer(pathOf(file))).rejects.toThrow(
    `The data folder "${pathOf(file)}": expected a folder, but it or one of its parents is a file. Remove it, or choose another with --data-dir.`,
  );
  expect(readFileSync(file, 'utf8')).toBe('x');
});

test.skipIf(process.platform !== 'linux')(
  'a data folder where nothing can be written is refused likewise',
  async () => {
    // Of the kernel's own, where not even root may make a folder.
    await expect(startTestServer('/sys/unclip-test/data')).rejects.toThrow(
      /^The data folder "\/sys\/unclip-test\/data" .* choose another with --data-dir\.$/i,
    );
  },
);

test.each([
  ['is empty', '', 0o600, 'is empty'],
  ['holds something else', 'not a token\n', 0o600, 'holds no token'],
  ...(hasModes ? ([['others can read', `${'a'.repeat(43)}\n`, 0o644, 'can be read by other users']] as const) : []),
] as const)('a token file that %s is refused with its name and what to do', async (_, text, mode, words) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'token'), text);
  chmodSync(join(folder, 'token'), mode);

  await expect(startTestServer(folder, {}, OWN_TOKEN)).rejects.toThrow(
    new RegExp(`^The token file ${join(folder, 'token')} ${words}.* Remove it; a new one is made\\.$`),
  );
});

test('a token file that is a folder is rejected, and a valid one stays in use', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'token'));
  await expect(startTestServer(folder, {}, OWN_TOKEN)).rejects.toThrow(/^The token file .* is not a file\. Remove it/);

  const other = tempFolder();
  const first = await startTestServer(other, {}, OWN_TOKEN);
  await first.close();
  const second = await start(other);

  expect(second.signInUrl.split('#t=')[1]).toBe(readFileSync(join(other, 'token'), 'utf8').trim());
  expect(second.signInUrl.split('#t=')[1]).toBe(first.signInUrl.split('#t=')[1]);
});

test.each(['studio.db', 'studio.db-wal', 'studio.db-shm', 'lock.db'])(
  'a folder in the place of %s is refused with its name and what to do',
  async (name) => {
    const folder = tempFolder();
    mkdirSync(join(folder, name));

    await expect(startTestServer(folder)).rejects.toThrow(
      `"${join(folder, name)}": expected a file, found a folder. Move it away, or choose another folder with --data-dir.`,
    );
  },
);

test('files that SQLite removes while the folder is checked are no reason to reject it', async () => {
  const folder = tempFolder();
  const files = ['studio.db-wal', 'studio.db-shm'].map((name) => join(folder, name));
  let isOver = false;
  const other = (async () => {
    while (!isOver) {
      for (const file of files) await writeFile(file, '', { mode: 0o644 });
      for (const file of files) await rm(file);
    }
  })();

  for (let round = 0; round < 200; round++) await prepareDataFolder(folder);
  isOver = true;
  await other;
});

test('after a failed start nothing keeps using the opened queue', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'temporary'), '');

  await expect(startTestServer(folder)).rejects.toThrow('ENOTDIR');

  rmSync(join(folder, 'temporary'));
  await start(folder);
});
