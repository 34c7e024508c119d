import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { ImportReport } from '@unclip-studio/comfyui';
import { unclip } from '../support/unclip.js';
import type { KnownFault } from './known-fault.js';

const FOLDER = 'fixtures/faults/workflows';
const MODELS = fileURLToPath(new URL('../fixtures/plain-sd', import.meta.url));

interface Imported {
  readonly workflow: { readonly nodes: Readonly<Record<string, ImportedNode>> };
  readonly report: ImportReport;
}

interface ImportedNode {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly comfyui?: { readonly node?: { readonly more?: Readonly<Record<string, unknown>> } };
}

/** What to look at in an imported workflow, in one line. @param folder an empty one */
type Look = (imported: Imported, file: string, folder: string) => string | Promise<string>;

/** Workflows of ComfyUI. */
const IMPORTED: Readonly<Record<string, readonly [right: string | RegExp, look?: Look]>> = {
  'api-nan.json': ['10 of 10 nodes; is_changed is [null]', withIsChanged],
  'prompt-nan.png': ['10 of 10 nodes; is_changed is [null]', withIsChanged],
  'workflow-null.png': ['10 of 10 nodes'],
  'comfy-bom.json': ['10 of 10 nodes'],
  'comfy-dup.json': [/^refused: .*line 1, column 825: the key "8" is given twice in one object/],
  'ui-dynamic.json': [
    '10 of 10 nodes; prompt " a red heart \\nembedding:EasyNegative, {literal}"; Of {red|blue|{dark green|teal}} ' +
      'ComfyUI draws one at each run; the first is set here.',
    (imported) =>
      `${count(imported)}; prompt ${JSON.stringify(paramsOf(imported, 'prompt_4')['prompt'])}; ${wordsOf(imported, '4')}`,
  ],
  'string-numbers.json': [
    '9 of 9 nodes; 3 steps, guidance 2.5, denoise 0.5; ',
    (imported) => {
      const { steps, guidanceScale, denoise } = paramsOf(imported, 'sample_5');
      return `${count(imported)}; ${steps} steps, guidance ${guidanceScale}, denoise ${denoise}; ${wordsOf(imported, '2')}`;
    },
  ],
  'dangling.json': ['8 of 8 nodes; can run', (imported, _, folder) => withCheck(imported, folder)],
  'link-prefix.json': ['7 of 9 nodes; exported as it came', withExport],
};

/** Workflows in our own format. */
const OWN: Readonly<Record<string, string | RegExp>> = {
  'nan.json': /^refused: .*\(line 65, column 17\): expected a value, got "NaN"/,
  'comment.json': /^refused: .*\(line 1, column 1\): expected a value, got a comment/,
  'dup-escaped.json': /^refused: .*The key "a" is given twice in one object \(line 1, column 98\)/,
  'bigseed.json': /^refused: .*"noise".*"seed": expected a seed above 9007199254740991 in quotes/,
  'utf16le-bom.json': 'valid: 8 nodes.',
};

export const workflowFaults: readonly KnownFault[] = [
  ...Object.entries(IMPORTED).map(([name, [right, look]]) => ({
    ...{ name: `${FOLDER}/${name}`, right },
    attempt: (folder: string) => tryImport(pathOf(name), folder, look),
  })),
  ...Object.entries(OWN).map(([name, right]) => ({
    ...{ name: `${FOLDER}/${name}`, right },
    attempt: () => tryCheck(pathOf(name)),
  })),
];

/** What becomes of a workflow of ComfyUI. */
export async function tryImport(file: string, folder: string, look: Look = count): Promise<string> {
  const { code, stdout, stderr } = await unclip(['import', file, '--json']);
  if (code !== 0) return `refused: ${oneLine(stderr)}`;
  return look(JSON.parse(stdout) as Imported, file, folder);
}

/** What is said of a workflow in our own format. */
export async function tryCheck(file: string): Promise<string> {
  const { code, stdout, stderr } = await unclip(['check', file, '--models', MODELS]);
  return code === 0 ? oneLine(stdout).replace(/^".*" is (?=valid)/, '') : `refused: ${oneLine(stderr)}`;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../${FOLDER}/${name}`, import.meta.url));
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function count({ report: { nodes } }: Imported): string {
  const missing = nodes.filter(({ likeness }) => likeness === 'placeholder').length;
  return `${nodes.length - missing} of ${nodes.length} nodes`;
}

function paramsOf({ workflow }: Imported, id: string): Readonly<Record<string, unknown>> {
  return workflow.nodes[id]?.params ?? {};
}

/** @param id of the node in ComfyUI */
function wordsOf({ report }: Imported, id: string): string {
  return report.nodes.find((node) => node.id === id)?.words ?? '';
}

function withIsChanged(imported: Imported): string {
  const { more } = imported.workflow.nodes['photo_2']?.comfyui?.node ?? {};
  return `${count(imported)}; is_changed is ${JSON.stringify(more?.['is_changed'])}`;
}

async function withCheck(imported: Imported, folder: string): Promise<string> {
  const said = await tryCheck(save(imported, folder));
  return `${count(imported)}; ${said.startsWith('valid') ? 'can run' : said}`;
}

async function withExport(imported: Imported, file: string, folder: string): Promise<string> {
  const { stdout } = await unclip(['export', save(imported, folder)]);
  const isSame = isDeepStrictEqual(JSON.parse(stdout), JSON.parse(readFileSync(file, 'utf8')));
  return `${count(imported)}; exported ${isSame ? 'as it came' : `as ${oneLine(stdout)}`}`;
}

function save({ workflow }: Imported, folder: string): string {
  const file = join(folder, 'imported.json');
  writeFileSync(file, JSON.stringify(workflow));
  return file;
}
