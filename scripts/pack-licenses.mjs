import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { findPackage } from './pack-types.mjs';
import { ROOT } from './root.mjs';

const EDITOR = join(ROOT, 'packages/editor');
const LICENSE_FILE = /^(licen[cs]e|copying|notice|third.?party.?notices)/i;

/**
 * The licences of all packages that are in the bundles, in the editor's page, or copied.
 *
 * @param inputs the files that the bundles are made of, from the root
 * @returns one text
 */
export function licensesOf(inputs) {
  const folders = new Set(inputs.flatMap(packageFolderOf));
  addWithDependencies(EDITOR, folders);
  for (const name of ['onnxruntime-node', 'esbuild', '@jitl/quickjs-wasmfile-release-sync']) {
    folders.add(realpathSync(join(ROOT, 'packages/server/node_modules', name)));
  }
  const texts = [...folders].map(describe).toSorted((a, b) => (a < b ? -1 : 1));
  return `unclip-studio contains code of these packages.\n\n${[...new Set(texts)].join('\n\n')}\n`;
}

function packageFolderOf(file) {
  const [folder] = /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
  return folder === undefined ? [] : [realpathSync(join(ROOT, folder))];
}

/** What of them gets into the page only its build knows; rather a licence too many. */
function addWithDependencies(folder, folders) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies).filter((one) => !one.startsWith('@unclip-studio/'))) {
    const found = findPackage(name, folder);
    if (found === undefined || folders.has(found)) continue;
    folders.add(found);
    addWithDependencies(found, folders);
  }
}

function describe(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const owner = typeof author === 'object' ? author.name : author;
  // Some packages name their licence and leave its text out.
  const named = `License: ${license ?? 'see its repository'}${owner === undefined ? '' : `, by ${owner}`}`;
  return ['-'.repeat(80), `${name} ${version}`, named, ...texts].join('\n');
}
