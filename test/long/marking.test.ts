import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeSigningKey } from '../support/certificates.js';
import { smallModels } from '../support/small-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded } from '../support/test-server.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// The output of exiftool, the usual metadata reader, for our files; Debian: libimage-exiftool-perl.

beforeAll(() => {
  if (spawnSync('which', ['exiftool']).status === 0) return;
  execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'libimage-exiftool-perl'], {
    stdio: 'ignore',
  });
}, 300_000);

test.each(['png', 'webp'])('exiftool reads in a %s that a model made it', { timeout: 120_000 }, async (format) => {
  const folder = tempFolder();
  const file = join(REPOSITORY, 'workflows/image-variations.json');
  const settings = ['--device', 'cpu', '--set', 'sample.steps=1', '--set', `save.format=${format}`];
  const { stdout } = await unclip(['run', file, '--out', folder, '--no-cache', '--models', smallModels(), ...settings]);

  expectMarked(stdout.split('\n')[0] ?? '');
});

test('exiftool reads it in a JPEG that a client of ComfyUI asks for', { timeout: 120_000 }, async () => {
  const server = await startTestServer(tempFolder(), {}, { comfyui: true });
  onTestFinished(() => server.close());
  const params = { sample: { steps: 1 } };
  const { body } = await server.ask('POST', '/api/runs', { template: 'image-variations', params });
  const { outputs } = await untilEnded(server, body.id);
  const query = { filename: `unclip_${outputs[0].id}_.png`, type: 'output', preview: 'jpeg;90' };

  const answer = await fetch(`${server.origin}/view?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
  });

  const file = join(tempFolder(), 'view.jpg');
  writeFileSync(file, new Uint8Array(await answer.arrayBuffer()));
  expect(expectMarked(file)).toMatchObject({ 'File:FileType': 'JPEG' });
});

// A second reader of C2PA manifests, with another version of the library: PyPI's c2pa-python.
const READ_MANIFESTS = `import c2pa, json, sys
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        store = json.loads(c2pa.Reader('image/' + path.rsplit('.', 1)[1], file).json())
    manifest = store['manifests'][store['active_manifest']]
    print(json.dumps({
        'state': store['validation_state'],
        'failures': [one['code'] for one in store.get('validation_status', [])],
        'signer': manifest['signature_info']['common_name'],
        'ingredients': [one['relationship'] for one in manifest['ingredients']],
    }))
`;

test('c2pa-python finds signature and ingredients in PNG, WebP and JPEG', { timeout: 300_000 }, async () => {
  const [folder, python] = [tempFolder(), tempFolder()];
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', python, 'c2pa-python==0.38.1']);
  const c2pa = makeSigningKey(tempFolder());
  const server = await startTestServer(tempFolder(), {}, { comfyui: true, machine: { c2pa } });
  onTestFinished(() => server.close());
  const params = { sample: { steps: 1 } };
  const { body } = await server.ask('POST', '/api/runs', { template: 'inpaint', params });
  const { outputs } = await untilEnded(server, body.id);
  const name = `unclip_${outputs[0].id}_.png`;
  const paths: string[] = [];
  for (const [format, preview] of [
    ['png', undefined],
    ['webp', 'webp;90'],
    ['jpeg', 'jpeg;90'],
  ] as const) {
    const query = new URLSearchParams({ filename: name, type: 'output', ...(preview && { preview }) });
    const answer = await fetch(`${server.origin}/view?${query}`, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    const path = join(folder, `view.${format}`);
    writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
    paths.push(path);
  }
  const read = () =>
    execFileSync('python3', ['-c', READ_MANIFESTS, ...paths], { env: { ...process.env, PYTHONPATH: python } })
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const signed = { state: 'Valid', failures: ['signingCredential.untrusted'], signer: 'Test studio' };
  expect(read()).toEqual([
    { ...signed, ingredients: expect.arrayContaining(['componentOf', 'inputTo']) },
    { ...signed, ingredients: ['parentOf'] },
    { ...signed, ingredients: ['parentOf'] },
  ]);
  for (const path of paths) {
    const bytes = readFileSync(path);
    bytes[bytes.length - 30] = (bytes.at(-30) ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }
  expect(read().map(({ state }) => state)).toEqual(['Invalid', 'Invalid', 'Invalid']);
});

function expectMarked(file: string): unknown {
  const read = JSON.parse(execFileSync('exiftool', ['-j', '-G1', file]).toString())[0];
  expect(read).toMatchObject({
    'XMP-iptcExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    'XMP-xmp:CreatorTool': expect.stringMatching(/^unclip-studio /),
  });
  return read;
}
