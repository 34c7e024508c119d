import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packFiles, unpackFiles } from './packed-files.js';

const TEST = fileURLToPath(new URL('..', import.meta.url));

/** Tensors of the other packs that lie in these files are not stored again. */
const FIRST_PACK = 'golden/checkpoints.pack';

/** The packs in the checkout, relative to `test`, and which files lie in them; git ignores those. */
const PACKS: Readonly<Record<string, RegExp>> = {
  [FIRST_PACK]: /^(?:golden\/checkpoints|fixtures\/plain-sd)\/[^/]+\/[^/]+\/[^/]+\.safetensors$/,
  'golden/goldens.pack': /^golden\/(goldens\/.*|manifest\.json)$/,
  'golden-family/goldens.pack': /^golden-family\/(goldens\/.*|files\/.*|images\/.*|checkpoints\/.*|manifest\.json)$/,
  'golden-comfy/comfy.pack': /^golden-comfy\/(?!comfy\.pack).*$/,
  'golden/one-file-checkpoints.pack':
    /^golden\/checkpoints\/[^/]+\.safetensors$|^fixtures\/plain-sd\/one-file\/[^/]+\.safetensors$/,
  'fixtures/data-folder.pack': /^fixtures\/data-folder\/.*$/,
};

/** Once before all tests, and before golden numbers are compared: puts the files of the packs where tests read them. */
export function setup(): void {
  // One that is about to be made is not there yet.
  const packs = Object.keys(PACKS).filter((pack) => existsSync(join(TEST, pack)));
  for (const pack of packs) unpackFiles(TEST, join(TEST, pack));
}

/** Makes the packs again of the files as they lie there now. */
export function packFixtures(): void {
  const paths = readdirSync(TEST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(TEST.length).replaceAll('\\', '/'))
    .sort();
  const packOf = (path: string) => Object.entries(PACKS).find(([, pattern]) => pattern.test(path))?.[0];
  const tensorFiles = paths.filter((path) => path.endsWith('.safetensors'));
  for (const [pack, pattern] of Object.entries(PACKS)) {
    const known: readonly unknown[] = pack === FIRST_PACK ? [undefined] : [undefined, FIRST_PACK];
    const bytes = packFiles(
      TEST,
      paths.filter((path) => pattern.test(path)),
      tensorFiles.filter((path) => known.includes(packOf(path))),
    );
    writeFileSync(join(TEST, pack), bytes);
    console.log(`${pack}: ${bytes.length} bytes`);
  }
}
