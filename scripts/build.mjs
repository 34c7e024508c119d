import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { bundleProcesses } from './bundle.mjs';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

// Of each project: every further checker repeats part of the work of the others, which two cores cannot make up for.
const CHECKERS = ['--checkers', String(Math.max(1, Math.floor(availableParallelism() / 2)))];
const TSC = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--build', ...CHECKERS];
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

const KNIP = join(ROOT, 'node_modules/knip/bin/knip.js');
const VITE = join(ROOT, 'packages/editor/node_modules/vite/bin/vite.js');
const EDITOR_STAMP = join(ROOT, 'packages/editor/dist/.built-from');
// All sources of the page: its own, and what they import from other packages.
const EDITOR_SOURCES = [
  'packages/editor/src',
  'packages/editor/build',
  'packages/editor/index.html',
  'packages/editor/vite.config.ts',
  'packages/protocol/src',
  'packages/client/src',
  'packages/graph-core/src',
  'packages/nodes-unclip/src',
  'workflows',
  'pnpm-lock.yaml',
];

/**
 * Builds what is out of date of the server, the packages it depends on, and the editor's page. @returns the exit code
 */
export async function build() {
  const code = await announced('Building the server ...', buildPackages);
  return code === 0 ? announced('Building the editor ...', buildEditor) : code;
}

/** Runs a build, and names it if it takes longer than a moment; usually nothing is stale. */
async function announced(text, work) {
  const timer = setTimeout(() => console.error(text), 1000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** Builds what is out of date of the server and the packages it depends on. @returns the exit code */
export async function buildPackages() {
  const code = await runNode([...TSC, 'packages/server', 'packages/client']);
  if (code === 0) await bundleProcesses();
  return code;
}

/** Builds the editor's page unless it was built from exactly these sources. @returns the exit code */
export async function buildEditor() {
  const fingerprint = editorFingerprint();
  if (existsSync(EDITOR_STAMP) && readFileSync(EDITOR_STAMP, 'utf8') === fingerprint) return 0;
  // Tests may call this, and their NODE_ENV would build the slow development version of React.
  const env = { ...process.env, NODE_ENV: 'production' };
  const code = await runNode([VITE, 'build', '--logLevel', 'warn'], { cwd: join(ROOT, 'packages/editor'), env });
  if (code === 0) writeFileSync(EDITOR_STAMP, fingerprint);
  return code;
}

/** Changes with the content of every file the page is made of. */
function editorFingerprint() {
  const hash = createHash('sha256');
  for (const source of EDITOR_SOURCES) {
    for (const path of filesAt(join(ROOT, source))) {
      const bytes = readFileSync(path);
      hash.update(`${relative(ROOT, path)} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/** A file itself, all files of a folder, nothing where there is neither; always in the same order. */
function filesAt(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Checks the types of everything, tests included; builds on the way. @returns the exit code */
export async function checkTypes() {
  const code = await runNode(TSC);
  if (code === 0) await bundleProcesses();
  return code;
}

/** Finds files, exports and dependencies that nothing uses. @returns the exit code */
export function checkUnused() {
  return runNode([KNIP, '--no-progress']);
}

/** Checks format and lint rules. @returns the exit code */
export function checkStyle() {
  return runNode([BIOME, 'check', '--error-on-warnings']);
}
