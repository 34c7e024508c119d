import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { onnxRuntime } from '../../packages/server/dist/services/onnx-runtime.js';
import type { Row } from './check-table.js';
import { printTable } from './print-table.js';
import { waysOn } from './ways.js';

export interface KitOptions {
  /** Where results.jsonl and errors.txt are written. */
  readonly out: string;
  /** A small unCLIP checkpoint, as a folder. */
  readonly checkpoint: string;
  /** Which checks are run. */
  readonly checks: ReadonlySet<string>;
  /** Sides of the latents of full-size models, in cells. */
  readonly sides: readonly string[];
  /** Where the full-size models lie, or are made by PyTorch. */
  readonly fullSize: string;
  readonly python: string;
  /** See {@link waysOn}. */
  readonly ways: string;
}

const ALL_CHECKS = ['runtime', 'self-test', 'operations', 'small-models', 'full-size'];

/** @throws Error for unknown options */
export function readKitOptions(args: readonly string[]): KitOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: 'gpu-check-results' },
      checkpoint: { type: 'string', default: 'models/emoji-unclip' },
      checks: { type: 'string', default: ALL_CHECKS.join(',') },
      sides: { type: 'string', default: '64,96' },
      'full-size': { type: 'string' },
      python: { type: 'string', default: 'python3' },
      ways: { type: 'string', default: '' },
    },
  });
  const checks = new Set(values.checks.split(','));
  for (const name of checks) {
    if (!ALL_CHECKS.includes(name)) throw new Error(`--checks: expected some of ${ALL_CHECKS.join(', ')}, got ${name}`);
  }
  return {
    ...{
      out: resolve(values.out),
      checkpoint: resolve(values.checkpoint),
      checks,
      python: values.python,
      ways: values.ways,
    },
    sides: values.sides.split(','),
    fullSize: resolve(values['full-size'] ?? join(values.out, 'full-size')),
  };
}

// A driver that hangs costs this much and no more.
const LIMIT_S = { runtime: 30, 'self-test': 120, operations: 240, 'small-models': 240, inputs: 60, 'full-size': 180 };
const TORCH_LIMIT_S = 400;

/**
 * Runs each check in a separate process, so that a driver that crashes one does not affect the others; prints their
 * rows, stores them in `out`, and prints a table of them at the end.
 *
 * @returns the exit code: 0 if every check finished
 */
export async function runChecks(options: KitOptions): Promise<number> {
  const { out, checks, checkpoint, fullSize, sides, python, ways } = options;
  mkdirSync(out, { recursive: true });
  const results = join(out, 'results.jsonl');
  rmSync(results, { force: true });
  let isWhole = true;
  const take = (line: string) => {
    console.log(line);
    appendFileSync(results, `${line}\n`);
  };
  const start = async (command: readonly string[], name: string, { limitS, env }: Start) => {
    const ended = await runProcess(command, { limitS, env, take, errors: join(out, 'errors.txt') });
    if (ended === 0) return;
    isWhole = false;
    take(JSON.stringify({ check: name, command: command.slice(-2).join(' '), ended } satisfies Row));
  };
  const env = surroundings(python);
  const check = (name: keyof typeof LIMIT_S, args: Readonly<Record<string, string>> = {}) =>
    start([...ownCommand(), 'check', name, JSON.stringify(args)], name, { limitS: LIMIT_S[name], env });

  if (checks.has('runtime')) await check('runtime');
  const devices = devicesHere();
  for (const device of devices) {
    if (checks.has('self-test')) await check('self-test', { device });
    if (checks.has('operations')) await check('operations', { device, ways });
    if (checks.has('small-models')) await check('small-models', { device, checkpoint, ways });
  }
  if (checks.has('full-size')) {
    const inputs = join(out, 'inputs');
    await check('inputs', { folder: inputs, sides: sides.join(',') });
    const torch = [python, fileURLToPath(new URL('torch_side.py', import.meta.url))];
    const torchStart = { limitS: TORCH_LIMIT_S, env: process.env };
    if (!existsSync(join(fullSize, 'vae/config.json'))) await start([...torch, 'make', fullSize], 'torch', torchStart);
    await start([...torch, 'run', fullSize, inputs, ...sides], 'torch', torchStart);
    for (const side of sides) {
      for (const device of devices) {
        for (const way of waysOn(device, ways)) {
          for (const model of ['unet', 'vae']) {
            await check('full-size', { device, way, checkpoint: fullSize, inputs, model, side });
          }
        }
      }
    }
  }
  printTable([results]);
  return isWhole ? 0 : 1;
}

/** This program again, also where it is TypeScript. */
function ownCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

/** WebGPU everywhere, and CUDA if its provider is next to ONNX Runtime. */
function devicesHere(): readonly string[] {
  const hasCuda = existsSync(join(onnxRuntime().nativeFolder, 'libonnxruntime_providers_cuda.so'));
  return hasCuda ? ['webgpu', 'cuda'] : ['webgpu'];
}

// Where containers with NVIDIA's cards keep the description of its Vulkan driver.
const NVIDIA_VULKAN = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';

/** What the checks find: NVIDIA's Vulkan driver, and the CUDA libraries that come with PyTorch. */
function surroundings(python: string): NodeJS.ProcessEnv {
  const env = { ...process.env };
  if (existsSync(NVIDIA_VULKAN)) {
    env['VK_DRIVER_FILES'] ??= NVIDIA_VULKAN;
    env['VK_ICD_FILENAMES'] ??= NVIDIA_VULKAN;
  }
  const { stdout } = spawnSync(python, ['-c', 'import nvidia; print(list(nvidia.__path__)[0])'], { encoding: 'utf8' });
  const root = (stdout ?? '').trim();
  if (root !== '') {
    const libraries = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'lib')))
      .map(({ name }) => join(root, name, 'lib'));
    env['LD_LIBRARY_PATH'] = [env['LD_LIBRARY_PATH'], ...libraries].filter(Boolean).join(delimiter);
  }
  // PyTorch's float32 is compared without TensorFloat-32; ONNX Runtime has no such setting.
  return { ...env, NVIDIA_TF32_OVERRIDE: '0' };
}

interface Start {
  readonly limitS: number;
  readonly env: NodeJS.ProcessEnv;
}

/** @returns the exit code, or what ended the process */
function runProcess(
  [program = '', ...args]: readonly string[],
  { limitS, env, take, errors }: Start & { readonly take: (line: string) => void; readonly errors: string },
): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitS * 1000);
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => one.startsWith('{'))) take(line);
    });
    child.stderr.on('data', (words: Buffer) => appendFileSync(errors, words));
    const end = (how: number | string) => {
      clearTimeout(timer);
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(code ?? (signal === 'SIGKILL' ? `after ${limitS} s` : String(signal))));
  });
}
