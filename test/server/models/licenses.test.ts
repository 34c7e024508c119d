import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAcceptedLicenses,
  createDownloadedModels,
  createModelLicenses,
  readLicense,
} from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, workflowOf } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const UNCLIP = 'stable-diffusion-2-1-unclip';
const OPEN_RAIL = 'CreativeML Open RAIL++-M License';
const NON_COMMERCIAL = '# Research Licence\n\nThe weights are for research only.\n';
const MIT = readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8');

/** A folder of a model with these texts in it. */
function modelFolder(name: string, texts: Readonly<Record<string, string>> = {}) {
  const path = join(tempFolder(), name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(path, file), text);
  return { name, path };
}

/** A folder of models that holds the small checkpoint by the name of the published one. */
function publishedModels(): string {
  const folder = tempFolder();
  symlinkSync(SMALL_CHECKPOINT, join(folder, UNCLIP), 'dir');
  return folder;
}

test('the published checkpoints are known by their names, with all that their licence forbids', async () => {
  const names = [UNCLIP, `stabilityai/${UNCLIP}`, 'checkpoints/sd21-unclip-h.safetensors', `${UNCLIP}-small`];
  const found = await Promise.all(names.map((name) => readLicense({ name })));
  const first = await readLicense({ name: 'stable-diffusion-v1-5/stable-diffusion-v1-5' });

  for (const license of found) expect(license).toMatchObject({ title: OPEN_RAIL, restrictsUse: true });
  const [{ restrictions, text } = { restrictions: [], text: '' }] = found;
  expect(restrictions).toHaveLength(11);
  expect(restrictions[4]).toBe('To defame, disparage or otherwise harass others');
  expect(text).toMatch(/^Copyright \(c\) 2022 Stability AI and contributors/);
  expect([first.title, first.restrictions.length]).toEqual(['CreativeML Open RAIL-M', 11]);
});

test('the folder of a model says its licence: a file, or the head of its model card', async () => {
  const card = (head: string) => ({ 'README.md': `---\n${head}\ntags:\n- x\n---\n# Mine\n` });
  const bundled = await readLicense({ name: 'emoji-unclip', path: join(REPOSITORY, 'models/emoji-unclip') });
  const cases = [
    [{ LICENSE: MIT }, 'MIT License', false],
    [{ LICENSE: MIT, 'LICENSE-MODEL': NON_COMMERCIAL }, 'Research Licence', true],
    [{ 'licence.txt': NON_COMMERCIAL }, 'Research Licence', true],
    [card('license: apache-2.0'), 'apache-2.0', false],
    [card('license: openrail++'), OPEN_RAIL, true],
    [card('license: other\nlicense_name: my-licence'), 'my-licence', true],
    [{ LICENSE: MIT, ...card('license: creativeml-openrail-m') }, 'CreativeML Open RAIL-M', true],
    [{}, '', false],
  ] as const;

  expect(bundled).toMatchObject({ title: 'MIT License', restrictsUse: false });
  for (const [texts, title, restrictsUse] of cases) {
    const { text, ...license } = await readLicense(modelFolder('mine', texts));
    expect(license, JSON.stringify(texts)).toMatchObject({ title, restrictsUse });
  }
});

test('a licence of the code next to a published model is not that of the model', async () => {
  const license = await readLicense(modelFolder(UNCLIP, { LICENSE: MIT }));

  expect([license.title, license.restrictsUse, license.restrictions.length]).toEqual([OPEN_RAIL, true, 11]);
});

test('an accepted licence counts for its model and its text alone', async () => {
  const [folder, data] = [tempFolder(), tempFolder()];
  const models = ['mine', 'yours'];
  for (const name of models) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'model_index.json'), '{}');
    writeFileSync(join(folder, name, 'LICENSE'), NON_COMMERCIAL);
  }
  const licensesFor = (servesOthers: boolean, acceptedNames: readonly string[] = []) =>
    createModelLicenses({
      ...{ roots: [folder], servesOthers, acceptedNames },
      downloaded: createDownloadedModels(join(data, 'own'), () => 0),
      accepted: createAcceptedLicenses(data, () => Date.UTC(2026, 0, 31)),
    });
  const all = models.map((name) => ({ type: 'checkpoint', name }));
  const [mine = { type: '', name: '' }, yours = mine] = all;
  const others = licensesFor(true);

  await licensesFor(false).requireAccepted(all);
  await expect(others.requireAccepted(all)).rejects.toThrow(/"mine".*"yours".*unclip models licence "yours" --accept/);
  await others.accept(mine);
  await others.requireAccepted([mine]);
  await expect(others.requireAccepted(all)).rejects.toThrow('"yours"');
  await licensesFor(true, ['yours']).requireAccepted([yours]);
  await others.requireAccepted(all);
  writeFileSync(join(folder, 'mine/LICENSE'), `${NON_COMMERCIAL}And for nothing else.\n`);

  await expect(others.requireAccepted(all)).rejects.toThrow('"mine"');
  expect((await others.describe(yours)).acceptedAt).toBe('2026-01-31T00:00:00.000Z');
  await licensesFor(true, ['all']).requireAccepted(all);
});

test('where others can reach a server, runs with a restricted model wait for its operator', async () => {
  const [models, data] = [publishedModels(), tempFolder()];
  const logged: string[] = [];
  const server = await startTestServer(
    data,
    {},
    { machine: { modelFolders: [models] }, allowedHosts: ['studio.example'] },
    (line) => logged.push(line),
  );
  onTestFinished(() => server.close());
  const workflow = workflowOf({ model: { type: 'LoadModel', params: { checkpoint: UNCLIP } } });
  const start = () => server.ask('POST', '/api/runs', { workflow, targets: ['model'] });
  const license = async () => (await server.ask('GET', `/api/models/${UNCLIP}/licence`)).body;

  const refused = await start();
  const before = await license();
  const shown = await unclip(['models', 'licence', UNCLIP, '--models', models, '--data-dir', data]);
  const still = await start();
  const accepted = await unclip(['models', 'licence', UNCLIP, '--models', models, '--data-dir', data, '--accept']);
  const started = await start();

  expect([refused.status, refused.body.type]).toEqual([403, '/api/docs#problem-licence-not-accepted']);
  expect(refused.body.detail).toContain(`unclip models licence "${UNCLIP}" --accept`);
  expect(logged.join()).toContain('Its operator must accept it first');
  expect(before).toMatchObject({ name: OPEN_RAIL, restrictsUse: true, mustBeAccepted: true });
  expect(before.acceptedAt).toBeUndefined();
  expect(shown.stdout).toContain('- To defame, disparage or otherwise harass others\n');
  expect([shown.code, still.status, accepted.code, started.status]).toEqual([0, 403, 0, 201]);
  expect((await license()).acceptedAt).toMatch(/^20/);
  const [file = ''] = readdirSync(join(data, 'accepted-licences'));
  expect(JSON.parse(readFileSync(join(data, 'accepted-licences', file), 'utf8'))).toMatchObject({
    ...{ model: UNCLIP, license: OPEN_RAIL, acceptedBy: expect.stringMatching(/.@./) },
    textSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('models that a prompt or a setting names need it too, such as an embedding or a LoRA', async () => {
  const [models, data] = [tempFolder(), tempFolder()];
  for (const [folder, name] of [
    ['embeddings', 'sd-v1-4'],
    ['loras', 'sd-v1-5'],
  ] as const) {
    mkdirSync(join(models, folder));
    writeFileSync(join(models, folder, `${name}.safetensors`), '');
  }
  const config = { machine: { modelFolders: [models] }, allowedHosts: ['studio.example'] };
  const server = await startTestServer(data, {}, config);
  onTestFinished(() => server.close());
  const start = async (nodes: unknown) =>
    (await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes), targets: ['text'] })).body.detail;
  const model = { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } };
  const text = (prompt: string, source = 'model.text') =>
    ({ type: 'TextEncode', inputs: { text: source }, params: { prompt } }) as const;
  const lora = {
    type: 'ApplyLora',
    inputs: { unet: 'model.unet', text: 'model.text' },
    params: { lora: 'sd-v1-5' },
  };

  const named = await start({ model, text: text('a lake, embedding:sd-v1-4') });
  const set = await start({ model, lora, text: text('a lake', 'lora.text') });

  expect(named).toMatch(/"sd-v1-4" .*CreativeML Open RAIL-M/);
  expect(set).toMatch(/"sd-v1-5" .*CreativeML Open RAIL-M/);
});

test('both spellings of licence are understood on the command line', async () => {
  const data = tempFolder();
  for (const word of ['licence', 'license']) {
    const shown = await unclip(['models', word, 'emoji-unclip', '--data-dir', data]);
    const served = await unclip(['serve', `--accept-${word}`, 'all', '--port', 'none', '--data-dir', data]);

    expect([shown.code, shown.stdout.split('\n')[0]]).toEqual([0, 'emoji-unclip: MIT License']);
    expect([served.code, served.stderr]).toEqual([2, expect.stringMatching(/^--port "none"/)]);
  }
});
