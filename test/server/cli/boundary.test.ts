import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '@unclip-studio/server/cli';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { createTestIo, unclip } from '../../support/unclip.js';

const IMAGE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));
const COPY = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' } },
  },
};
const COMFYUI = { '1': { class_type: 'LoadImage', inputs: { image: 'cat.png' } } };

const SERVE = ['serve', '--port', '0', '--device', 'cpu'];

describe('problems that the user can fix have a message', () => {
  test.each([
    [
      ['import', 'comfyui.json', '--out', 'not/there/out.json'],
      /^--out .*out\.json cannot be written: ".*there": there is no such file or folder \(ENOENT\)\.\n$/,
    ],
    [['export', 'copy.json', '--out', 'not/there/out.json'], /^--out .*out\.json cannot be written: /],
    [
      ['gen', 'copy.json', '--out', 'cat.png/out.ts'],
      /^--out .*out\.ts cannot be written: ".*cat\.png.*": part of the path is a file and not a folder \(ENOTDIR\)\.\n$/,
    ],
    [['verify', 'folder.png'], /^"folder\.png" cannot be read: .*it is a folder and not a file/],
    [['run', 'cat.png/copy.json'], /^"cat\.png\/copy\.json" cannot be read: ".*": part of the path is a file/],
    [
      ['run', 'copy.json', '--set', 'photo.image=folder.png'],
      /there is no image \(\.png, \.jpg, \.webp\) that "folder\.png" means/,
    ],
    [
      [...SERVE, '--data-dir', 'cat.png'],
      /^The data folder ".*cat\.png": expected a folder, but it or one of its parents is a file\. Remove it, or /,
    ],
    [
      [...SERVE, '--data-dir', 'cat.png/data'],
      /^The data folder ".*cat\.png\/data": expected a folder, but it or one of its parents is a file\. Remove it, or /,
    ],
    [[...SERVE, '--log-level', 'loud'], /'loud' is invalid\. Allowed choices are error, warn, info, debug\./],
  ])('%j ends with exit code 2', async (args, words) => {
    const { code, stdout, stderr } = await unclip(args, { cwd: folderWithFiles(), env: { UNCLIP_TOKEN: '' } });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test('a mistake of the program is one line with exit code 70, and its details are in a file of the user alone', async () => {
  const folder = tempFolder();
  const { io, printed } = createTestIo({ env: { TMPDIR: folder } });
  // No reader of ours expects such an error.
  const stdin = new Readable({ read: () => stdin.destroy(new TypeError('canary of 70\nsecond line')) });

  const code = await main(['check', '-'], { ...io, stdin });

  const [, file = ''] =
    /^Unexpected error: canary of 70\. Please report it; the details are in (.*)\n$/.exec(printed().stderr) ?? [];
  expect([code, printed().stdout, file.startsWith(folder)]).toEqual([70, '', true]);
  expect(readFileSync(file, 'utf8')).toMatch(
    /^unclip-studio \d+\.\d+\.\d+, Node v\d+.*\nTypeError: canary of 70\nsecond line\n +at /s,
  );
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('relative paths start at the folder that main is given, whichever option they come with', async () => {
  const folder = folderWithFiles();
  const { io } = createTestIo({ cwd: folder });
  mkdirSync(join(folder, 'pics[1]'));
  copyFileSync(IMAGE, join(folder, 'pics[1]', 'dog.png'));

  const codes = [
    await main(
      ['run', 'copy.json', '--set', 'photo.image=cat.png', '--out', 'made', '--receipts', '--device', 'cpu'],
      io,
    ),
    await main(['run', '../copy.json', '--set', 'photo.image=*.png', '--out', 'made', '--device', 'cpu'], {
      ...io,
      cwd: join(folder, 'pics[1]'),
    }),
    await main(['verify', 'made/copy-0001.png'], io),
    await main(['export', 'copy.json', '--out', 'exported.json'], io),
    await main(['models', 'list', '--models', 'made'], io),
  ];

  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(readdirSync(join(folder, 'pics[1]')).sort()).toEqual(['dog.png', 'made']);
  expect(readdirSync(join(folder, 'made')).sort()).toEqual(['copy-0001.png', 'copy-0001.receipt.json']);
  expect(existsSync(join(folder, 'exported.json'))).toBe(true);
});

test('a hundred commands in one process leave nothing behind: no listener, no timer, no open file', async () => {
  const folder = folderWithFiles();
  const run = async () => {
    const commands = [
      unclip(['run', 'copy.json', '--out', 'out', '--cache-dir', 'kept'], { cwd: folder }),
      unclip(['run', 'copy.json', '--set', 'photo.image=none.png'], { cwd: folder }),
      unclip(['check', '-'], { input: JSON.stringify(COPY), cwd: folder }),
      unclip(['nodes', '--fast'], { cwd: folder }),
      unclip([...SERVE, '--data-dir', 'cat.png'], { cwd: folder, env: { UNCLIP_TOKEN: '' } }),
    ];
    return (await Promise.all(commands)).map(({ code }) => code);
  };
  // Libraries open what they keep when they are first used.
  await run();
  await run();
  const before = leftOpen();

  const codes = [];
  for (let i = 0; i < 20; i++) codes.push(...(await run()));

  expect(codes).toEqual(Array.from({ length: 20 }, () => [0, 2, 0, 2, 2]).flat());
  // What each of twenty left open would be twenty more; other parts of this process come and go.
  await expect
    .poll(() => Object.entries(leftOpen()).filter(([kind, count]) => count >= (before[kind] ?? 0) + 5))
    .toEqual([]);
});

/** What this process has open, as kind -> count. */
function leftOpen(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of process.eventNames()) counts[`listeners of ${String(name)}`] = process.listenerCount(name);
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  if (existsSync('/proc/self/fd')) counts['files'] = readdirSync('/proc/self/fd').length;
  return counts;
}

function folderWithFiles(): string {
  const folder = tempFolder();
  copyFileSync(IMAGE, join(folder, 'cat.png'));
  writeFileSync(join(folder, 'copy.json'), JSON.stringify(COPY));
  writeFileSync(join(folder, 'comfyui.json'), JSON.stringify(COMFYUI));
  mkdirSync(join(folder, 'folder.png'));
  return folder;
}
