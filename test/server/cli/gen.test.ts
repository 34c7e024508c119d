import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { main } from '@unclip-studio/server/cli';
import { expect, onTestFinished, test } from 'vitest';
import { unclip } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const run = promisify(execFile);
const WORKFLOW = join(REPOSITORY, 'workflows/image-variations.json');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A folder from which the packages of this repository can be imported by name. */
function folderInside(): string {
  const caches = join(REPOSITORY, 'node_modules/.cache');
  mkdirSync(caches, { recursive: true });
  const folder = mkdtempSync(join(caches, 'unclip-gen-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(REPOSITORY, join(folder, 'node_modules/unclip-studio'), 'dir');
  return folder;
}

/** @returns what the compiler has to say */
async function checkStrictly(folder: string, files: readonly string[]): Promise<string> {
  const flags = ['--noEmit', '--ignoreConfig', '--strict', '--skipLibCheck', '--types', 'node'];
  const target = ['--module', 'nodenext', '--target', 'es2023'];
  const compiled = await run(process.execPath, [TSC, ...flags, ...target, ...files], { cwd: folder }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return compiled.stdout;
}

test('every workflow that comes along becomes a module that compiles strictly', async () => {
  const folder = folderInside();
  const names = readdirSync(join(REPOSITORY, 'workflows')).filter((name) => name.endsWith('.json'));
  const modules = names.map((name) => name.replace('.json', '.ts'));

  for (const [i, name] of names.entries()) {
    expect(await main(['gen', join(REPOSITORY, 'workflows', name), '--out', join(folder, modules[i] ?? '')])).toBe(0);
  }

  expect(names.length).toBeGreaterThan(10);
  expect(await checkStrictly(folder, modules)).toBe('');
});

test('the function that gen writes is typed, and gives the images of the workflow without writing files', async () => {
  const folder = folderInside();
  const workflow = join(folder, 'image-variations.json');
  // A key that no version of the program knows is kept in files, and must not keep the module from compiling.
  writeFileSync(workflow, JSON.stringify({ ...JSON.parse(readFileSync(WORKFLOW, 'utf8')), madeFor: { someone: 1 } }));
  const made = await unclip(['gen', workflow, '--out', join(folder, 'image-variations.ts')]);
  writeFileSync(
    join(folder, 'use.ts'),
    `import { readWorkflow, toPng, WorkflowError } from 'unclip-studio';
import { imageVariations } from './image-variations.js';

const settings = { noiseLevel: 200, steps: 2, count: 2, scheduler: 'ddim' } as const;
const { save } = await imageVariations(settings);
console.log(JSON.stringify(save.map(({ width, height, data }) => [width, height, data.length])));
const wrong = await imageVariations({ steps: 0 }).catch((error: Error) => error.message);
console.log(wrong);
const [first] = save;
console.log(first && Buffer.from((await toPng(first)).subarray(1, 4)).toString());
const { nodes } = await readWorkflow('image-variations');
console.log(nodes['sample']?.type);
console.log(await readWorkflow('image-variation').catch((error) => error instanceof WorkflowError));

// What is no param of the workflow, or no value of it, does not compile.
export const mistakes = [
  // @ts-expect-error there is no such setting
  () => imageVariations({ noise: 200 }),
  // @ts-expect-error a number
  () => imageVariations({ steps: 'many' }),
  // @ts-expect-error none of the schedulers
  () => imageVariations({ scheduler: 'fast' }),
];
`,
  );

  const types = await checkStrictly(folder, ['use.ts']);
  const { stdout } = await run(process.execPath, ['--import', TSX, 'use.ts'], { cwd: folder });

  expect([made.code, made.stdout, types]).toEqual([0, '', '']);
  const [images = '', wrong, png, type, isRefused] = stdout.trimEnd().split('\n');
  const [first, ...others] = JSON.parse(images) as readonly (readonly [number, number, number])[];
  expect(others).toEqual([first]);
  expect(first?.[2]).toBe(3 * (first?.[0] ?? 0) * (first?.[1] ?? 0));
  expect(wrong).toBe('sample.steps=0: expected a whole number from 1 to 1000, got "0".');
  expect([png, type, isRefused]).toEqual(['PNG', 'UNetSample', 'true']);
});

test('gen prints to standard output, and replaces no file', async () => {
  const folder = folderInside();
  const out = join(folder, 'there.ts');
  writeFileSync(out, 'mine');

  const [printed, refused] = [await unclip(['gen', WORKFLOW]), await unclip(['gen', WORKFLOW, '--out', out])];

  expect(printed.stdout).toContain('export async function imageVariations(');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('is there already. Delete it first, or choose another with --out.');
  expect(readFileSync(out, 'utf8')).toBe('mine');
});

test('gen of a workflow that cannot run says why', async () => {
  const { code, stderr } = await unclip(['gen', '-'], {
    input: JSON.stringify({ format: 'unclip-workflow', version: 1, nodes: { a: { type: 'SaveImage' } } }),
  });

  expect(code).toBe(2);
  expect(stderr).toMatch(/Node "a" \(SaveImage\), input "image"/);
});
