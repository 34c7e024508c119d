import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openLocalCheckpoint } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { standInHub } from '../../support/stand-in-hub.js';
import { tempFolder } from '../../support/temp-folder.js';
import { type UnclipOptions, unclip, unclipProcess } from '../../support/unclip.js';

const TINY = SMALL_CHECKPOINT;
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const TOKEN = 'hf_canary7231';

test('a checkpoint is fetched whole, although the line breaks off in mid-file, and can be opened', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  hub.breakOff(UNET, 1_200_000);
  const to = join(tempFolder(), 'mine');

  const { code, stdout, stderr } = await pull(['org/tiny', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });

  expect([code, stdout]).toEqual([0, `${to}\n`]);
  expect(stderr).toMatch(/^Fetching \d+ files, \d+\.\d MB\.\n/);
  const unetRanges = hub.seen
    .filter(({ path, toStorage }) => toStorage && path.endsWith(UNET))
    .map(({ range }) => range);
  // What was on its way when the line broke off may be lost.
  expect(unetRanges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d{0,6}-$/)]);
  expect(Number.parseInt(unetRanges[1]?.slice('bytes='.length) ?? '', 10)).toBeLessThanOrEqual(1_200_000);
  expect(readFileSync(join(to, UNET)).equals(readFileSync(join(TINY, UNET)))).toBe(true);
  expect(await openLocalCheckpoint('tiny', to)).toMatchObject({ vision: { embeds: { width: 24 } } });
});

test('a killed pull continues where it ended, and an incomplete checkpoint has no name', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  const stalled = hub.stall(UNET, 800_000);
  const folder = tempFolder();
  const to = join(folder, 'mine');
  const killed = unclipProcess(['models', 'pull', 'org/tiny', '--dir', to], {
    env: { HF_ENDPOINT: hub.endpoint },
    onStart: (kill) => void stalled.then(() => setTimeout(() => kill('SIGKILL'), 300)),
  });
  expect((await killed).code).toBe(null);
  expect(existsSync(to)).toBe(false);
  const list = await unclip(['models', 'list', '--models', folder]);
  expect(list.stdout).not.toContain(folder);
  const partBytes = statSync(join(folder, '.pull-mine', `${UNET}.part`)).size;
  hub.seen.length = 0;

  const { code } = await pull(['org/tiny', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });

  expect(code).toBe(0);
  expect(hub.seen.filter(({ toStorage, path }) => toStorage && path.endsWith(UNET)).map(({ range }) => range)).toEqual([
    `bytes=${partBytes}-`,
  ]);
  expect(partBytes).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(['mine']);
  expect(filesIn(to).filter((path) => path.endsWith('.part'))).toEqual([]);
});

test('a server without ranges sends the file again from its start', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  hub.breakOff(UNET, 1_000_000);
  hub.ignoreRanges();
  const to = join(tempFolder(), 'mine');

  const { code } = await pull(['org/tiny', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });

  expect(code).toBe(0);
  expect(readFileSync(join(to, UNET)).equals(readFileSync(join(TINY, UNET)))).toBe(true);
});

test('what is there and sound is not fetched again; a damaged file is', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  const to = join(tempFolder(), 'mine');
  await pull(['org/tiny', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });
  writeFileSync(join(to, 'vae/config.json'), '{}');
  hub.seen.length = 0;

  await pull(['org/tiny', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });

  expect(hub.seen.map(({ path }) => path).filter((path) => path.includes('/resolve/'))).toEqual([
    '/org/tiny/resolve/main/vae/config.json',
  ]);
  expect(readFileSync(join(to, 'vae/config.json'), 'utf8')).toBe(readFileSync(join(TINY, 'vae/config.json'), 'utf8'));
});

test('bytes that do not match the list never get their name', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  hub.corrupt(UNET);
  const folder = tempFolder();

  const { code, stderr } = await pull(['org/tiny', '--dir', join(folder, 'mine')], {
    env: { HF_ENDPOINT: hub.endpoint },
  });

  expect(code).toBe(2);
  expect(stderr).toContain(
    `${UNET}: the bytes have another digest than the hub’s list says; what came was thrown away.`,
  );
  expect(existsSync(join(folder, 'mine'))).toBe(false);
  expect(existsSync(join(folder, '.pull-mine', UNET))).toBe(false);
});

test('a file without a digest in the list is checked by its size, and that is reported', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  hub.listWithoutDigest(UNET);
  hub.listWithoutDigest('vae/config.json');
  const folder = tempFolder();

  const { code, stderr } = await pull(['org/tiny', '--dir', join(folder, 'mine')], {
    env: { HF_ENDPOINT: hub.endpoint },
  });

  expect([code, stderr]).toEqual([0, expect.stringContaining('The hub lists no checksum of ')]);
  expect(stderr).toMatch(
    /no checksum of (?:vae\/config\.json, unet\/\S+|unet\/\S+, vae\/config\.json): only the size is checked\./,
  );
  expect(readFileSync(join(folder, 'mine', UNET)).equals(readFileSync(join(TINY, UNET)))).toBe(true);
});

test('the token goes to the hub alone, and into no line', async () => {
  const hub = await standInHub('org/tiny', tinyFiles());
  const to = join(tempFolder(), 'mine');

  const { stdout, stderr } = await pull(['org/tiny', '--dir', to], {
    env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: TOKEN },
  });

  const [toStorage, toHub] = [true, false].map((wanted) => hub.seen.filter(({ toStorage }) => toStorage === wanted));
  expect(new Set(toHub?.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
  expect(toStorage?.length).toBeGreaterThan(0);
  expect(new Set(toStorage?.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
  expect(stdout + stderr).not.toContain(TOKEN);
});

test.each([
  [401, {}, /answered 401\. It may need a login: put a token into HF_TOKEN/],
  [403, { HF_TOKEN: TOKEN }, /answered 403\. The token in HF_TOKEN may not read it/],
  [404, {}, /answered 404: there is no such model, revision or file\./],
])('status %i is reported with what to do', async (status, env, expected) => {
  const hub = await standInHub('org/tiny', {});
  hub.answerAlways(status);

  const { code, stderr } = await pull(['org/tiny', '--dir', join(tempFolder(), 'x')], {
    env: { HF_ENDPOINT: hub.endpoint, ...env },
  });

  expect(code).toBe(2);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toContain(TOKEN);
});

test('weights that a repository has as pickles only are fetched, part by part', async () => {
  const weights = Buffer.from('weights');
  const hub = await standInHub('org/old', {
    'model_index.json': Buffer.from('{}'),
    'unet/config.json': Buffer.from('{}'),
    'unet/diffusion_pytorch_model.bin': weights,
    'unet/diffusion_pytorch_model.fp16.bin': weights,
    'vae/diffusion_pytorch_model.safetensors': weights,
    'vae/diffusion_pytorch_model.bin': weights,
    'text_encoder/pytorch_model-00001-of-00002.bin': weights,
    'text_encoder/pytorch_model-00002-of-00002.bin': weights,
    'text_encoder/pytorch_model.bin.index.json': Buffer.from('{}'),
    'safety_checker/pytorch_model.bin': weights,
  });
  const to = join(tempFolder(), 'x');

  const { code } = await pull(['org/old', '--dir', to], { env: { HF_ENDPOINT: hub.endpoint } });

  expect(code).toBe(0);
  expect(filesIn(to)).toEqual([
    'model_index.json',
    'text_encoder/pytorch_model-00001-of-00002.bin',
    'text_encoder/pytorch_model-00002-of-00002.bin',
    'text_encoder/pytorch_model.bin.index.json',
    'unet/config.json',
    'unet/diffusion_pytorch_model.bin',
    'vae/diffusion_pytorch_model.safetensors',
  ]);
});

test('of two precisions one is downloaded, without pickles or programs', async () => {
  const weights = Buffer.from('weights');
  const names = ['', '.fp16'].map((variant) => `unet/diffusion_pytorch_model${variant}.safetensors`);
  const hub = await standInHub('org/both', {
    'model_index.json': Buffer.from('{}'),
    ...Object.fromEntries(names.map((name) => [name, weights])),
    'unet/diffusion_pytorch_model.bin': weights,
    'unet/config.json': Buffer.from('{}'),
    'low_res_scheduler/scheduler_config.json': Buffer.from('{}'),
    'vae/diffusion_pytorch_model.safetensors': weights,
    'safety_checker/model.safetensors': weights,
    'whole.safetensors': weights,
    'run.py': Buffer.from(''),
  });
  const [full, half] = [join(tempFolder(), 'full'), join(tempFolder(), 'half')];

  await pull(['org/both', '--dir', full], { env: { HF_ENDPOINT: hub.endpoint } });
  await pull(['org/both', '--dir', half, '--variant', 'fp16'], { env: { HF_ENDPOINT: hub.endpoint } });

  const common = [
    'low_res_scheduler/scheduler_config.json',
    'model_index.json',
    'unet/config.json',
    'vae/diffusion_pytorch_model.safetensors',
  ];
  expect(filesIn(full)).toEqual([...common, 'unet/diffusion_pytorch_model.safetensors'].sort());
  expect(filesIn(half)).toEqual([...common, 'unet/diffusion_pytorch_model.fp16.safetensors'].sort());
});

test.each(['../etc/passwd', '/abs', 'a/../../b', 'a//b', 'con\0'])(
  'a list that names the path %j is not followed',
  async (path) => {
    const folder = tempFolder();
    const hub = await standInHub('org/evil', { 'model_index.json': Buffer.from('{}'), [path]: Buffer.from('x') });

    const { code, stderr } = await pull(['org/evil', '--dir', join(folder, 'deep', 'x')], {
      env: { HF_ENDPOINT: hub.endpoint },
    });

    expect([code, stderr]).toEqual([
      2,
      'The list of files of org/evil cannot be read: this is not the answer of a model hub.\n',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('an unreachable hub is reported, and so is an invalid name', async () => {
  const dir = join(tempFolder(), 'x');

  const [unreached, unnamed, open] = await Promise.all([
    pull(['org/tiny', '--dir', dir], { env: { HF_ENDPOINT: 'http://127.0.0.1:9' } }),
    pull(['../tiny', '--dir', dir]),
    pull(['org/tiny', '--dir', dir], { env: { HF_ENDPOINT: 'http://hub.example', HF_TOKEN: TOKEN } }),
  ]);

  expect(unreached.stderr).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached: .*\. Check the connection/);
  expect(unnamed.stderr).toMatch(/^"\.\.\/tiny": expected OWNER\/NAME/);
  expect(open.stderr).toMatch(/^http:\/\/hub\.example is not encrypted, so the token is not sent there\./);
  expect([unreached.code, unnamed.code, open.code]).toEqual([2, 2, 2]);
});

test('a checkpoint of an earlier version is on no hub, and the command that downloads it is shown', async () => {
  const { code, stderr } = await unclip(['models', 'pull', 'tiny-unclip']);

  expect(code).toBe(2);
  expect(stderr).toMatch(/^tiny-unclip cannot be pulled: .* run "git restore [^"]+ models\/tiny-unclip" in your clone/);
});

test('the cache of Hugging Face’s programs is found by itself, without models of other kinds', async () => {
  const home = tempFolder();
  const snapshot = (repo: string, pipeline: string) => {
    const folder = join(home, 'hub', `models--${repo.replace('/', '--')}`, 'snapshots', 'abc');
    mkdirSync(join(folder, 'unet'), { recursive: true });
    writeFileSync(join(folder, 'model_index.json'), JSON.stringify({ _class_name: pipeline }));
    return folder;
  };
  const ours = snapshot('org/ours', 'StableUnCLIPImg2ImgPipeline');
  snapshot('org/other', 'StableDiffusionXLPipeline');

  const { stdout } = await unclip(['models', 'list'], { env: { HF_HUB_CACHE: '', HF_HOME: home } });

  expect(stdout).toMatch(new RegExp(`^org/ours +${ours}$`, 'm'));
  expect(stdout).not.toContain('org/other');
});

function pull(args: readonly string[], options: UnclipOptions = {}) {
  return unclip(['models', 'pull', ...args], options);
}

function tinyFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(filesIn(TINY).map((path) => [path, join(TINY, path)]));
}

/** Sorted, relative, with '/'. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
