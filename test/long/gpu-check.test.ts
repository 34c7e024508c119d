import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lavapipe } from '../support/lavapipe.js';
import { tempFolder } from '../support/temp-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Row {
  readonly check: string;
  readonly device?: string;
  readonly way?: string;
  readonly what?: string;
  readonly model?: string;
  readonly ofLargest?: number;
  readonly notFinite?: number;
  readonly error?: string;
  readonly ended?: unknown;
  readonly verdict?: { readonly usable: boolean; readonly ways: readonly { readonly formulation: string }[] };
}

test('the packed kit, with the Node that it brings, finds out on Mesa’s software Vulkan which ways are right', async ({
  signal,
}) => {
  const [kit, work, out] = [tempFolder(), join(tempFolder(), 'work'), tempFolder()];
  const packed = await run(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'gpu-check', 'pack', kit], { cwd: ROOT });
  const megabytes = [...packed.stdout.matchAll(/^ *([\d.]+) MB/gm)].map(([, size]) => Number(size));

  const { stdout } = await run(
    'bash',
    [
      ...[join(kit, 'start.sh'), join(ROOT, 'models/emoji-unclip'), '--out', out],
      ...['--checks', 'runtime,self-test,operations,small-models'],
      // Fused attention in half precision takes minutes there.
      ...['--ways', 'webgpu,webgpu-fused,half'],
    ],
    // Without anything from this checkout, and without Node in the path.
    {
      cwd: out,
      env: { ...lavapipe(), UNCLIP_GPU_CHECK_WORK: work, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      maxBuffer: 2 ** 24,
      signal,
    },
  );

  const rows = readFileSync(join(out, 'results.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const of = (check: string, way: string) => rows.filter((row) => row.check === check && row.way === way);
  // What may be carried to a machine at once.
  expect(megabytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(50);
  expect(rows.filter(({ error, ended }) => error !== undefined || ended !== undefined)).toEqual([]);
  expect(rows.find(({ check }) => check === 'self-test')?.verdict).toMatchObject({
    usable: true,
    ways: [{ formulation: 'webgpu' }, { formulation: 'half' }],
  });
  const operations = of('operations', 'webgpu').map(({ what }) => what);
  expect(operations).toEqual(
    expect.arrayContaining(['attention to a prompt', 'attention of a VAE', 'attention of ViT-H']),
  );
  expect(of('operations', 'half').map(({ what }) => what)).toEqual(operations);
  expect(of('operations', 'webgpu').filter(({ ofLargest = 1 }) => ofLargest > 1e-4)).toEqual([]);
  // Mesa's fused attention is wrong.
  expect(of('operations', 'webgpu-fused').filter(({ ofLargest = 0 }) => ofLargest > 1e-2)).not.toEqual([]);
  expect(
    of('operations', 'half').filter(({ ofLargest = 1, notFinite }) => ofLargest > 5e-2 || notFinite !== 0),
  ).toEqual([]);
  expect(of('small-models', 'webgpu').map(({ model }) => model)).toEqual([
    ...['CLIP vision', 'CLIP text', 'UNet', 'VAE decoder', 'VAE encoder'],
  ]);
  expect(of('small-models', 'webgpu').filter(({ ofLargest = 1 }) => ofLargest > 2e-5)).toEqual([]);
  expect(stdout).toContain('### operations');
}, 2_700_000);
