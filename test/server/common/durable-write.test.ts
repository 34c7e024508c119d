import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, replaceFileSync, writeDurably } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

describe.each([
  ['at once', async (...args: Parameters<typeof replaceFileSync>) => replaceFileSync(...args)],
  ['with pauses', replaceFile],
])('a file that is replaced %s', (_, replace) => {
  test('has the new content and mode, and no temporary file is left', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'a'), 'old and longer');

    await replace(join(folder, 'a'), { parts: ['new', Uint8Array.of(33)], mode: 0o600 });

    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new!');
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('is unchanged if that fails, and no temporary file is left', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'a', 'inside'), { recursive: true });

    await expect(replace(join(folder, 'a'), { parts: ['new'] })).rejects.toMatchObject({ code: 'EISDIR' });

    expect(readdirSync(folder)).toEqual(['a']);
    expect(readdirSync(join(folder, 'a'))).toEqual(['inside']);
  });
});

test('a new file neither replaces another one nor follows a link', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'there'), 'old');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));

  await expect(writeDurably(join(folder, 'there'), { parts: ['new'] })).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(writeDurably(join(folder, 'link'), { parts: ['new'] })).rejects.toMatchObject({ code: 'EEXIST' });

  expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('old');
  expect(readdirSync(folder).sort()).toEqual(['link', 'there']);
});
