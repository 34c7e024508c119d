import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestRun {
  readonly outcome: 'passed' | 'failed' | 'timed out';
  /** From the root of the checkout. */
  readonly failedFiles: readonly string[];
  readonly seconds: number;
  /** What vitest said, for what failed outside of any test. */
  readonly output: string;
}

export interface TestRunOptions {
  readonly limitSeconds: number;
  readonly seed: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A copy of a checkout, in which sources are changed and tests are run. */
export interface Workbench {
  readonly folder: string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Builds what is stale of everything. @returns whether the types fit */
  build(): Promise<boolean>;
  /** Builds the editor's page if it is stale; readable: with the names of functions. @returns whether it builds */
  buildPage(how?: { readonly isReadable: boolean }): Promise<boolean>;
  /** Runs test files until the first failure. */
  test(files: readonly string[], options: TestRunOptions): Promise<TestRun>;
  /** The same for the same sources. */
  fingerprint(): string;
}

/**
 * Copies a checkout's tracked and new files; a later call copies what changed. Packages are not installed again: the
 * folder links to those of the checkout.
 */
export function openWorkbench(checkout: string, folder: string): Workbench {
  const files = listFiles(checkout);
  mkdirSync(folder, { recursive: true });
  copyFiles(checkout, folder, files);
  linkPackages(checkout, folder);
  return {
    folder,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    write: (file, text) => writeFileSync(join(folder, file), text),
    build: async () => (await run(folder, ['node_modules/typescript/bin/tsc', '--build'], BUILD_LIMIT)).code === 0,
    async buildPage({ isReadable } = { isReadable: false }) {
      const page = join(folder, 'packages/editor');
      const fresh = join(page, 'dist/.built-from');
      if (isReadable || existsSync(join(page, READABLE))) rmSync(fresh, { force: true });
      rmSync(join(page, READABLE), { force: true });
      const script =
        "const { buildEditor } = await import('./scripts/build.mjs'); process.exitCode = await buildEditor();";
      if ((await run(folder, ['--input-type=module', '--eval', script], BUILD_LIMIT)).code !== 0) return false;
      if (!isReadable) return true;
      const stamp = readFileSync(fresh);
      const vite = ['node_modules/vite/bin/vite.js', 'build', '--minify', 'false', '--sourcemap'];
      const { code } = await run(page, vite, BUILD_LIMIT);
      // The tests' setup would treat it as its own build; the next one here is built again.
      writeFileSync(fresh, stamp);
      writeFileSync(join(page, READABLE), '');
      return code === 0;
    },
    test: (names, options) => runTests(folder, names, options),
    fingerprint() {
      const hash = createHash('sha256');
      for (const file of files.filter((name) => /^packages\/.*\.tsx?$/.test(name))) {
        hash.update(`${file}\0`).update(readFileSync(join(checkout, file)));
      }
      return hash.digest('hex').slice(0, 16);
    },
  };
}

const BUILD_LIMIT = { limitSeconds: 600, env: {} };
// In packages/editor: its page is built without minifying.
const READABLE = 'dist/.readable';
const LIST_OF_COPIES = '.copied-files.json';

function listFiles(checkout: string): readonly string[] {
  const { stdout, status } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${checkout} is not a checkout that git knows.`);
  return [...new Set(stdout.split('\0'))].filter((file) => file !== '' && existsSync(join(checkout, file))).sort();
}

/**
 * Copies what is new, and what a stopped run left changed. The copies keep no times: the compiler takes a file that is
 * older than its output for built.
 */
function copyFiles(checkout: string, folder: string, files: readonly string[]): void {
  const list = join(folder, LIST_OF_COPIES);
  const earlier = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>) : {};
  const copies: Record<string, string> = {};
  for (const file of files) {
    const [from, to] = [join(checkout, file), join(folder, file)];
    if (earlier[file] !== stateOf(from, to)) {
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to);
    }
    copies[file] = stateOf(from, to);
  }
  for (const file of Object.keys(earlier).filter((name) => copies[name] === undefined)) {
    rmSync(join(folder, file), { force: true });
  }
  writeFileSync(list, JSON.stringify(copies));
}

/** Differs if either file was written since. */
function stateOf(...paths: readonly string[]): string {
  return paths.map((path) => (existsSync(path) ? `${statSync(path).mtimeMs} ${statSync(path).size}` : '')).join(', ');
}

/** Only the packages of the workspace are those of the copy. */
function linkPackages(checkout: string, folder: string): void {
  for (const home of ['.', ...homesIn(checkout, 'packages'), ...homesIn(checkout, 'tools')]) {
    const [from, to] = [join(checkout, home, 'node_modules'), join(folder, home, 'node_modules')];
    if (!existsSync(from)) continue;
    for (const name of readdirSync(from).filter((entry) => entry !== '.cache' && entry !== '@unclip-studio')) {
      link(join(from, name), join(to, name));
    }
    const own = join(from, '@unclip-studio');
    for (const name of existsSync(own) ? readdirSync(own) : []) {
      link(join(folder, 'packages', name), join(to, '@unclip-studio', name));
    }
  }
}

function homesIn(checkout: string, parent: string): readonly string[] {
  return readdirSync(join(checkout, parent)).map((name) => join(parent, name));
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

interface JsonReport {
  readonly testResults: readonly { readonly name: string; readonly status: string }[];
}

async function runTests(folder: string, files: readonly string[], options: TestRunOptions): Promise<TestRun> {
  const reports = mkdtempSync(join(tmpdir(), 'unclip-mutant-report-'));
  const report = join(reports, 'report.json');
  const startedMs = performance.now();
  try {
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project=!long',
      '--bail=1',
      '--reporter=json',
      `--outputFile=${report}`,
    ];
    const { code, output } = await run(folder, [...args, ...files], {
      ...options,
      env: { ...options.env, UNCLIP_TEST_SEED: String(options.seed) },
    });
    const { testResults } = existsSync(report)
      ? (JSON.parse(readFileSync(report, 'utf8')) as JsonReport)
      : { testResults: [] };
    const failed = testResults.filter(({ status }) => status === 'failed');
    return {
      outcome: code === 0 ? 'passed' : code === undefined ? 'timed out' : 'failed',
      failedFiles: failed.map(({ name }) => name.slice(folder.length + 1)),
      seconds: (performance.now() - startedMs) / 1000,
      output,
    };
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

/** @returns the exit code, undefined if the time ran out, and the end of what was printed */
function run(
  folder: string,
  args: readonly string[],
  { limitSeconds, env }: Pick<TestRunOptions, 'limitSeconds' | 'env'>,
): Promise<{ readonly code: number | undefined; readonly output: string }> {
  return new Promise((resolve, reject) => {
    // A separate process group, so that everything started by a hanging test ends with it.
    const child = spawn(process.execPath, args, { cwd: folder, detached: true, env: { ...process.env, ...env } });
    let output = '';
    const hear = (text: Buffer) => {
      output = (output + text.toString()).slice(-20_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    let isLate = false;
    const killGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing of the group is left.
      }
    };
    const timer = setTimeout(() => {
      isLate = true;
      killGroup();
    }, limitSeconds * 1000);
    process.once('exit', killGroup);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', killGroup);
      // A mutant may leave processes behind.
      killGroup();
      resolve({ code: isLate ? undefined : (code ?? 1), output });
    });
  });
}
