import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Reader } from '@contentauth/c2pa-node';
import { stripImage } from '@unclip-studio/graph-core';
import { hasManifest, openImageSigner, readImageText, readManifest, readSigningKey } from '@unclip-studio/server';
import sharp from 'sharp';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeSigningKey, type TestSigningKey, WHY_NO_CERTIFICATES } from '../../support/certificates.js';
import { smallModels } from '../../support/small-models.js';
import { fileFolder, tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const PHOTO = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));
const FOLDER = fileFolder();
const SOURCES = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const MARKING = {
  digitalSourceType: 'compositeWithTrainedAlgorithmicMedia',
  tool: 'unclip-studio',
  models: [],
} as const;

describe.skipIf(WHY_NO_CERTIFICATES !== undefined)('with a certificate of the operator', () => {
  let key: TestSigningKey;

  beforeAll(() => {
    key = makeSigningKey(FOLDER);
  });

  const options = () => ['--c2pa-cert', key.certFile, '--c2pa-key', key.keyFile];

  /** Saves an example's image. @returns its path */
  async function imageOf(example: string, ...settings: readonly string[]): Promise<string> {
    const file = join(REPOSITORY, 'workflows', `${example}.json`);
    const small = ['--no-cache', '--models', smallModels(), '--device', 'cpu', '--set', 'sample.steps=1'];
    const { code, stdout, stderr } = await unclip(['run', file, '--out', tempFolder(), ...small, ...settings]);
    expect(code, stderr).toBe(0);
    return stdout.split('\n')[0] ?? '';
  }

  test('a saved image is signed, with the images of the workflow as ingredients, and keeps its receipt', async () => {
    const file = await imageOf('inpaint', ...options());
    const png = readFileSync(file);

    const store = (await Reader.fromAsset({ buffer: png, mimeType: 'image/png' }))?.json();
    const manifest = store?.manifests[store.active_manifest ?? ''];
    const verified = await unclip(['verify', file, '--models', smallModels()]);

    expect(store).toMatchObject({ validation_state: 'Valid' });
    expect(manifest?.signature_info).toMatchObject({ alg: 'Es256', common_name: 'Test studio' });
    expect(manifest?.ingredients).toContainEqual(expect.objectContaining({ relationship: 'componentOf' }));
    expect(JSON.stringify(manifest?.assertions)).toContain(`${SOURCES}compositeWithTrainedAlgorithmicMedia`);
    expect([...readImageText(png).keys()]).toEqual(expect.arrayContaining(['unclip-workflow', 'unclip-receipt']));
    expect(verified.stdout).toMatch(/ok +The C2PA manifest was signed with the certificate of "Test studio"/);
    expect(verified.stdout).toContain('Source: compositeWithTrainedAlgorithmicMedia. Ingredients: "');
    expect(verified.stdout).toMatch(/open +Whether the certificate of "Test studio" can be trusted/);

    // One byte of the pixels: their checksum is wrong too, which most programs do not look at.
    const changed = Uint8Array.from(png);
    const at = png.lastIndexOf('IDAT') + 40;
    changed[at] = (changed[at] ?? 0) ^ 1;
    const damaged = await readManifest(changed);
    expect(damaged?.failures).toEqual(['assertion.dataHash.mismatch']);
  });

  test('what the worker of a server saves is signed', async () => {
    const server = await startTestServer(tempFolder(), {}, { machine: { c2pa: key } });
    onTestFinished(() => server.close());
    const params = { sample: { steps: 1, count: 1 } };
    const { body } = await server.ask('POST', '/api/runs', { template: 'image-variations', params });

    const { error, outputs } = await untilEnded(server, body.id);

    expect(error).toBeUndefined();
    const headers = { authorization: `Bearer ${TEST_TOKEN}` };
    const saved = await fetch(`${server.origin}/api/outputs/${outputs[0].id}`, { headers });
    expect(await readManifest(new Uint8Array(await saved.arrayBuffer()))).toMatchObject({
      signer: 'Test studio',
      failures: [],
    });
  });

  test.each(['png', 'webp', 'jpeg'] as const)(
    'a %s is signed, and what was changed in it since is found',
    async (format) => {
      const signer = await openImageSigner(key);
      const photo = readFileSync(PHOTO);
      const image = await sharp(photo).toFormat(format).toBuffer();
      const inputs = [
        { name: 'photo.png', identity: 'a1', isPart: true, bytes: photo },
        { name: 'style.png', identity: 'b2', isPart: false, bytes: photo },
      ];

      const signed = await signer.signMade(image, MARKING, inputs);
      const again = await signer.signConverted(await sharp(signed).jpeg().toBuffer(), signed);

      expect(await readManifest(image)).toBeUndefined();
      expect(await readManifest(signed)).toEqual({
        signer: 'Test studio',
        digitalSourceType: 'compositeWithTrainedAlgorithmicMedia',
        ingredients: [
          { title: 'photo.png', relationship: 'componentOf' },
          { title: 'style.png', relationship: 'inputTo' },
        ],
        failures: [],
      });
      const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();
      expect(await pixels(signed)).toEqual(await pixels(image));
      expect(await readManifest(again)).toMatchObject({ ingredients: [{ relationship: 'parentOf' }], failures: [] });
      const changed = Uint8Array.from(signed);
      const last = changed.length - 20;
      changed[last] = (changed[last] ?? 0) ^ 1;
      expect((await readManifest(changed))?.failures).not.toEqual([]);
    },
  );

  test('an input that was changed after it was signed, or is damaged, is an ingredient all the same', async () => {
    const signer = await openImageSigner(key);
    const signed = Uint8Array.from(await signer.signMade(readFileSync(PHOTO), MARKING, []));
    signed[signed.length - 20] = (signed.at(-20) ?? 0) ^ 1;
    const inputs = [signed, signed.subarray(0, 300)].map((bytes, i) => ({
      ...{ name: `${i}.png`, identity: `${i}`, isPart: false, bytes },
    }));

    const made = await readManifest(await signer.signMade(readFileSync(PHOTO), MARKING, inputs));

    expect(made?.failures).toEqual([]);
    expect(made?.ingredients.map(({ title }) => title)).toEqual(['0.png', '1.png']);
  });

  test('the copy without prompt and workflow has no manifest, which would name files and be broken', async () => {
    const signer = await openImageSigner(key);
    for (const format of ['png', 'webp'] as const) {
      const image = await sharp(readFileSync(PHOTO))
        .toFormat(format)
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
        .toBuffer();
      const signed = await signer.signMade(image, MARKING, []);

      expect([hasManifest(signed), hasManifest(stripImage(signed))], format).toEqual([true, false]);
    }
  });

  test('what cannot sign is refused before anything runs', async () => {
    const folder = tempFolder();
    const at = (name: string) => join(folder, name);
    writeFileSync(at('text'), 'no key\n');
    const { certFile, keyFile, caFile, caKeyFile } = key;
    const cases: readonly (readonly [cert: string, key: string | undefined, words: RegExp])[] = [
      [certFile, undefined, /--c2pa-cert and --c2pa-key belong together/],
      [at('none'), keyFile, /none" cannot be read: .*there is no such file/],
      [certFile, at('text'), /expected a private key as PEM, without a passphrase/],
      [at('text'), keyFile, /expected a certificate as PEM/],
      [certFile, caKeyFile, /is not the key of the first certificate/],
      // An authority's own certificate: a key and a certificate that belong together, and may not sign images.
      [caFile, caKeyFile, /could not be signed .*C2PA asks for a certificate/],
    ];

    for (const [cert, privateKey, words] of cases) {
      const given = ['--c2pa-cert', cert, ...(privateKey === undefined ? [] : ['--c2pa-key', privateKey])];
      for (const command of [
        ['run', 'none.json'],
        ['serve', '--port', '0'],
      ]) {
        const { code, stderr } = await unclip([...command, ...given]);
        expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
      }
    }
    await expect(readSigningKey(key, Date.UTC(2040, 0))).rejects.toThrow(
      /is valid from .* which is not now\. Renew it/,
    );
  });
});
