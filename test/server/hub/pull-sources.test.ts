import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { standInHub } from '../../support/stand-in-hub.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';
import { unclip } from '../../support/unclip.js';

const TOKEN = 'hf_canary7231';

describe('a model that moved', () => {
  test.each(['stabilityai/stable-diffusion-2-1-unclip', 'stable-diffusion-2-1-unclip'])(
    '%s is downloaded from its current location',
    async (model) => {
      const hub = await standInHub('sd2-community/stable-diffusion-2-1-unclip', smallFiles());
      const to = join(tempFolder(), 'mine');

      const { code, err } = await pull(model, { dir: to }, { HF_ENDPOINT: hub.endpoint });

      expect(code).toBe(0);
      expect(readdirSync(to).sort()).toEqual(['model_index.json', 'unet']);
      const gone = /stabilityai.* answered 404: .* Trying sd2-community\/stable-diffusion-2-1-unclip instead\./;
      if (model.includes('/')) expect(err).toMatch(gone);
      else expect(err).not.toMatch(gone);
    },
  );

  test('a model without any source is reported with all sources that were tried', async () => {
    const hub = await standInHub('org/other', {});

    const { code, err } = await pull(
      'stabilityai/stable-diffusion-2-1',
      { dir: join(tempFolder(), 'x') },
      { HF_ENDPOINT: hub.endpoint },
    );

    expect(code).toBe(2);
    expect(err).toMatch(
      /It was looked for at stabilityai\/stable-diffusion-2-1, sd2-community\/stable-diffusion-2-1\. Name another source with --from\./,
    );
  });
});

test('a hub whose list of files never ends is left', async () => {
  const hub = createServer((request, response) => {
    const link = `<http://${request.headers.host}/api/models/org/endless/tree/main>; rel="next"`;
    response.writeHead(200, { 'content-type': 'application/json', link }).end('[]');
  });
  await new Promise<void>((done) => hub.listen(0, '127.0.0.1', done));
  onTestFinished(() => void hub.close());
  const { port } = hub.address() as AddressInfo;

  const to = join(tempFolder(), 'mine');
  const { code, err } = await pull('org/endless', { dir: to }, { HF_ENDPOINT: `http://127.0.0.1:${port}` });

  expect(code).toBe(2);
  expect(err).toMatch(/The list of files of org\/endless does not end: 0 files in 201 pages/);
});

describe('--from', () => {
  test('accepts another repository for the same name', async () => {
    const hub = await standInHub('me/copy', smallFiles());
    const to = join(tempFolder(), 'mine');

    const { code, out } = await pull(
      'stable-diffusion-2-1-unclip',
      { dir: to, from: 'me/copy' },
      { HF_ENDPOINT: hub.endpoint },
    );

    expect([code, out]).toEqual([0, to]);
  });

  test('accepts the page of another hub, and a file in it, if that is allowed', async () => {
    const hub = await standInHub('me/copy', { ...smallFiles(), 'one.safetensors': SMALL_WEIGHTS });
    const [whole, one] = [join(tempFolder(), 'whole'), join(tempFolder(), 'one')];
    const allowFetch = ['127.0.0.1'];
    const env = { HF_TOKEN: TOKEN };

    await pull(undefined, { dir: whole, from: `${hub.endpoint}/me/copy`, allowFetch }, env);
    await pull(undefined, { dir: one, from: `${hub.endpoint}/me/copy/resolve/main/one.safetensors`, allowFetch }, env);

    expect(readdirSync(whole).sort()).toEqual(['model_index.json', 'unet']);
    expect(readdirSync(one)).toEqual(['one.safetensors']);
    // It is the token of another hub.
    expect(new Set(hub.seen.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
  });

  test('accepts a file from anywhere, and prints its sha256', async () => {
    const plain = await serveFile(SMALL_WEIGHTS);
    const to = join(tempFolder(), 'mine');

    const { code, err } = await pull(undefined, {
      dir: to,
      from: `${plain}/model.safetensors`,
      allowFetch: ['127.0.0.1'],
    });

    expect(code).toBe(0);
    expect(readFileSync(join(to, 'model.safetensors')).equals(Buffer.from(SMALL_WEIGHTS))).toBe(true);
    expect(err).toContain(`sha256 ${sha256(SMALL_WEIGHTS)}.`);
  });

  test('accepts a pickle, which is read as data, and rejects others and those that call something', async () => {
    const weights = torchFile({ a: { dtype: 'F32', shape: [1], data: Uint8Array.of(0, 0, 128, 63) } });
    const calling = Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.', 'latin1');
    const page = Buffer.from('<!doctype html>');
    const dir = join(tempFolder(), 'mine');
    const [taken, ...refused] = await Promise.all(
      [weights, calling, page].map(async (bytes, i) =>
        pull(undefined, { dir, from: `${await serveFile(bytes)}/m${i}.ckpt`, allowFetch: ['127.0.0.1'] }),
      ),
    );

    expect([taken, ...refused].map((one) => one?.code)).toEqual([0, 2, 2]);
    expect(readdirSync(dir)).toEqual(['m0.ckpt']);
    for (const [i, { err }] of refused.entries()) expect(err).toContain(`m${i + 1}.ckpt: `);
  });

  test('rejects a file with another sha256, one that is not a checkpoint, and a host in this network', async () => {
    const [weights, page] = [await serveFile(SMALL_WEIGHTS), await serveFile(Buffer.from('<!doctype html>'))];
    const dir = join(tempFolder(), 'mine');
    const allowFetch = ['127.0.0.1'];

    const other = await pull(undefined, {
      dir,
      from: `${weights}/m.safetensors`,
      allowFetch,
      sha256: 'a'.repeat(64),
    });
    const html = await pull(undefined, { dir, from: `${page}/m.safetensors`, allowFetch });
    const inside = await pull(undefined, { dir, from: `${weights}/m.safetensors` });
    const archive = await pull(undefined, { dir, from: 'https://example.org/m.zip' });
    const scheme = await pull(undefined, { dir, from: 'file:///etc/passwd' });

    expect(other.err).toMatch(/m\.safetensors: the bytes have another digest than the option --sha256 says/);
    expect(html.err).toMatch(/m\.safetensors: this is an HTML page/);
    expect(inside.err).toMatch(
      /is an address of this machine or its network, which is not fetched from\. If it is meant, allow it with --allow-fetch/,
    );
    expect(archive.err).toMatch(
      /expected .* the address of a \.safetensors, \.ckpt, \.pt, \.pth or \.bin file\. Download other kinds of files yourself/,
    );
    expect(scheme.err).toMatch(/expected OWNER\/NAME, or an address with http/);
    expect([other, html, inside, archive, scheme].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(readdirSync(dir)).toEqual([]);
  });
});

const SMALL_WEIGHTS = safetensorsFile({ a: { dtype: 'U8', shape: [4], data: Uint8Array.of(1, 2, 3, 4) } });

function smallFiles(): Readonly<Record<string, Uint8Array>> {
  return {
    'model_index.json': Buffer.from('{}'),
    'unet/config.json': Buffer.from('{}'),
    'unet/diffusion_pytorch_model.safetensors': SMALL_WEIGHTS,
  };
}

/** A plain web server with one file. @returns its origin */
async function serveFile(bytes: Uint8Array): Promise<string> {
  const server = createServer(
    (_, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface PullOptions {
  readonly dir: string;
  readonly from?: string;
  readonly sha256?: string;
  readonly allowFetch?: readonly string[];
}

async function pull(
  model: string | undefined,
  { dir, from, sha256: hex, allowFetch = [] }: PullOptions,
  env: Readonly<Record<string, string>> = {},
) {
  const { code, stdout, stderr } = await unclip(
    [
      ...['models', 'pull', ...(model === undefined ? [] : [model]), '--dir', dir],
      ...(from === undefined ? [] : ['--from', from]),
      ...(hex === undefined ? [] : ['--sha256', hex]),
      ...allowFetch.flatMap((host) => ['--allow-fetch', host]),
    ],
    { env },
  );
  return { code, out: stdout.trimEnd(), err: stderr };
}
