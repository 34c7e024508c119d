import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDownloadedModels } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { loraFile } from '../../support/lora-file.js';
import { standInHub } from '../../support/stand-in-hub.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const LORA = 'kite.safetensors';

test('a deleted model is kept for seven days, and does not replace another one when restored', async () => {
  const folder = tempFolder();
  let nowMs = Date.parse('2026-03-01T12:00:00Z');
  const models = createDownloadedModels(folder, () => nowMs);
  const file = join(folder, 'loras/kite', LORA);
  mkdirSync(join(folder, 'loras/kite'), { recursive: true });
  writeFileSync(file, loraFile(768));
  const license = { name: 'mit', url: 'https://example.org' };
  const facts = { type: 'lora', name: `kite/${LORA}`, repository: 'maker/kite', revision: 'main', license };
  await models.add({ ...facts, path: 'loras/kite' }, [LORA]);

  const first = await models.delete(file);
  mkdirSync(join(folder, 'loras/kite'), { recursive: true });
  writeFileSync(file, 'another');
  await expect(models.restore(first.id)).rejects.toThrow('Something else is in its place');
  nowMs += 7 * 86_400_000 - 1;
  await models.purgeExpired();
  expect((await models.deletions()).map(({ id, keptUntil }) => [id, keptUntil])).toEqual([
    [first.id, '2026-03-08T12:00:00.000Z'],
  ]);
  nowMs += 1;
  await models.purgeExpired();

  expect(await models.deletions()).toEqual([]);
  expect(existsSync(join(folder, '.unclip/trash', first.id))).toBe(false);
  await expect(models.restore(first.id)).rejects.toThrow('not in the trash');
});

test('a model whose deletion was interrupted between two files is restored completely, or reported as incomplete', async () => {
  const folder = tempFolder();
  const models = createDownloadedModels(folder, () => Date.parse('2026-03-01T12:00:00Z'));
  const [config, unet] = ['model_index.json', `unet/${LORA}`].map((path) => join(folder, 'tiny', path));
  mkdirSync(join(folder, 'tiny/unet'), { recursive: true });
  writeFileSync(config ?? '', '{}');
  writeFileSync(unet ?? '', loraFile(768));
  const license = { name: 'mit', url: 'https://example.org' };
  const facts = { type: 'checkpoint', name: 'tiny', repository: 'maker/tiny', revision: 'main', license };
  await models.add({ ...facts, path: 'tiny' }, ['model_index.json', `unet/${LORA}`]);
  const { id } = await models.delete(join(folder, 'tiny'));
  const trash = join(folder, '.unclip/trash', id);
  mkdirSync(join(folder, 'tiny/unet'), { recursive: true });
  renameSync(join(trash, 'unet', LORA), unet ?? '');

  await models.restore(id);

  expect([existsSync(config ?? ''), existsSync(unet ?? ''), await models.deletions()]).toEqual([true, true, []]);
  const again = await models.delete(join(folder, 'tiny'));
  rmSync(join(folder, '.unclip/trash', again.id, 'unet', LORA));
  await expect(models.restore(again.id)).rejects.toThrow(`"unet/${LORA}" is no longer in the trash folder`);
  expect((await models.deletions()).map((one) => one.id)).toEqual([again.id]);
});

test('a repository may have other files of any name, and the model a name in any script', async () => {
  const lora = 'Été [v1], 凧.safetensors';
  const hub = await standInHub('maker/kite', {
    [lora]: loraFile(768),
    'why?.png': Buffer.from('x'),
    'a:b/#1.png': Buffer.from('x'),
  });
  hub.describe({ license: 'mit', tags: ['lora'] });
  const folder = tempFolder();
  const ask = (...args: readonly string[]) => unclip(['models', ...args], { env: { HF_ENDPOINT: hub.endpoint } });

  const done = await ask('download', 'maker/kite', '--accept-licence', '--download-dir', folder);
  const removed = await ask('remove', `kite/${lora}`, '--type', 'lora', '--download-dir', folder);

  expect([done.code, done.stderr, removed.code]).toEqual([0, expect.any(String), 0]);
  expect(done.stdout).toBe(`kite/${lora}\n`);
});

test('a deleted model is not restored through a link that leads elsewhere', async () => {
  const folder = tempFolder();
  const elsewhere = tempFolder();
  const models = createDownloadedModels(folder, () => Date.parse('2026-03-01T12:00:00Z'));
  const file = join(folder, 'tiny/unet', LORA);
  mkdirSync(join(folder, 'tiny/unet'), { recursive: true });
  writeFileSync(file, loraFile(768));
  const license = { name: 'mit', url: 'https://example.org' };
  const facts = { type: 'checkpoint', name: 'tiny', repository: 'maker/tiny', revision: 'main', license };
  await models.add({ ...facts, path: 'tiny' }, [`unet/${LORA}`]);
  const { id } = await models.delete(join(folder, 'tiny'));
  mkdirSync(join(folder, 'tiny'));
  symlinkSync(elsewhere, join(folder, 'tiny/unet'));

  await expect(models.restore(id)).rejects.toThrow('is a link to');

  expect(readdirSync(elsewhere)).toEqual([]);
});

test('of a repository of several models each is remembered, also as a pickle', async () => {
  const [plain, plus] = ['ip-adapter_sd15.bin', 'ip-adapter-plus_sd15.bin'];
  const hub = await standInHub('maker/adapters', { [plain]: loraFile(768), [plus]: loraFile(768) });
  const folder = tempFolder();
  const ask = (...args: readonly string[]) => unclip(['models', ...args], { env: { HF_ENDPOINT: hub.endpoint } });
  const own = ['--type', 'ip-adapter', '--download-dir', folder];
  const several = await ask('download', 'maker/adapters', '--accept-licence', ...own);
  for (const file of [plain, plus]) await ask('download', 'maker/adapters', '--file', file, '--accept-license', ...own);

  const removed = await ask('remove', `adapters/${plain}`, ...own);

  expect([several.code, several.stderr]).toEqual([2, expect.stringContaining('Choose one with --file: ')]);
  expect(removed).toMatchObject({ code: 0 });
  expect(readdirSync(join(folder, 'ipadapter/adapters'))).toEqual([plus]);
  expect(await ask('remove', `adapters/${plus}`, ...own)).toMatchObject({ code: 0 });
});

test('what models pull fetches into the folder of the program is its own, and what it fetches elsewhere is not', async () => {
  const hub = await standInHub('maker/tiny', {
    'model_index.json': Buffer.from('{}'),
    'unet/diffusion_pytorch_model.safetensors': loraFile(768),
  });
  const [folder, elsewhere] = [tempFolder(), tempFolder()];
  const ask = (...args: readonly string[]) => unclip(['models', ...args], { env: { HF_ENDPOINT: hub.endpoint } });
  const own = ['--download-dir', folder];

  const pulled = await ask('pull', 'maker/tiny', ...own);
  await ask('pull', 'maker/tiny', '--dir', join(elsewhere, 'tiny'), ...own);
  const removed = await ask('remove', 'tiny', ...own);
  const foreign = await ask('remove', 'tiny', '--download-dir', elsewhere);

  expect(pulled).toMatchObject({ code: 0, stdout: `${join(folder, 'tiny')}\n` });
  expect([removed.code, existsSync(join(folder, 'tiny'))]).toEqual([0, false]);
  expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('is managed elsewhere')]);
});

test('the command line shows the licence first, downloads, lists, removes and restores', async () => {
  const hub = await standInHub('maker/kite', { [LORA]: loraFile(768) });
  hub.describe({ license: 'openrail++', tags: ['lora'] });
  const folder = tempFolder();
  const ask = (...args: readonly string[]) => unclip(['models', ...args], { env: { HF_ENDPOINT: hub.endpoint } });
  const own = ['--download-dir', folder];

  const shown = await ask('download', 'maker/kite', ...own);
  const done = await ask('download', 'maker/kite', '--accept-license', ...own);
  const listed = await ask('list', '--type', 'lora', '--models', folder);
  const removed = await ask('remove', `kite/${LORA}`, '--type', 'lora', ...own);
  const after = await ask('list', '--type', 'lora', '--models', folder);
  const restored = await ask('restore', `kite/${LORA}`, ...own);

  expect([shown.code, shown.stderr]).toEqual([2, expect.stringContaining('licence openrail++')]);
  expect([done.code, done.stdout]).toEqual([0, `kite/${LORA}\n`]);
  expect(listed.stdout).toContain(join(folder, 'loras/kite', LORA));
  expect([removed.code, after.stdout.includes(folder), restored.code]).toEqual([0, false, 0]);
  expect(existsSync(join(folder, 'loras/kite', LORA))).toBe(true);
});
