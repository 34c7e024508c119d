import { createHash } from 'node:crypto';
import { testDevice } from '@unclip-studio/server';
import * as OnnxRuntime from 'onnxruntime-node';
import { expect, test } from 'vitest';

type Runtime = typeof OnnxRuntime;
type Feeds = Record<string, OnnxRuntime.Tensor>;
type Results = Record<string, { data: Float32Array; dims: readonly number[] }>;

/** What a device with one wrong kernel does otherwise than the CPU. */
interface Fault {
  feeds?(feeds: Feeds): Feeds;
  results?(results: Results, asked: { readonly feeds: Feeds; readonly model: string }): Results;
}

/** What the CPU gave for a model, by a digest of what it was asked: all tests ask the same, but for what a fault changes. */
interface Known {
  readonly outputNames: readonly string[];
  readonly results: Map<string, Results>;
}
const known = new Map<string, Known>();

/** ONNX Runtime with a WebGPU that is the CPU but for the fault. */
function runtimeWith({ feeds: change = (feeds) => feeds, results: spoil = (results) => results }: Fault): Runtime {
  const create = async (bytes: Uint8Array, options: OnnxRuntime.InferenceSession.SessionOptions) => {
    const isDevice = options.executionProviders?.[0] === 'webgpu';
    const { disable_cpu_ep_fallback: _, ...session } = (options.extra as { session: Record<string, string> }).session;
    let opened: Promise<OnnxRuntime.InferenceSession> | undefined;
    const open = () => {
      opened ??= OnnxRuntime.InferenceSession.create(bytes, {
        ...options,
        executionProviders: ['cpu'],
        extra: { session },
      });
      return opened;
    };
    const key = digest(bytes);
    const { outputNames, results } = known.get(key) ?? { outputNames: (await open()).outputNames, results: new Map() };
    known.set(key, { outputNames, results });
    const runOnCpu = async (feeds: Feeds) => {
      const asked = digest(...Object.values(feeds).map(({ data }) => data as Float32Array));
      const found = results.get(asked) ?? ((await (await open()).run(feeds)) as unknown as Results);
      results.set(asked, found);
      return found;
    };
    const model = Buffer.from(bytes).toString('latin1');
    return {
      outputNames,
      release: async () => (await opened)?.release(),
      run: async (feeds: Feeds) =>
        isDevice ? spoil(await runOnCpu(change(feeds)), { feeds, model }) : runOnCpu(feeds),
    };
  };
  return {
    Tensor: OnnxRuntime.Tensor,
    InferenceSession: { create },
    listSupportedBackends: () => [
      { name: 'cpu', bundled: true },
      { name: 'webgpu', bundled: true },
    ],
  } as unknown as Runtime;
}

function digest(...parts: readonly (Uint8Array | Float32Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

const isAttention = (feeds: Feeds) => feeds['query'] !== undefined;

test('a device that computes as the CPU does is right in its fastest way, in float32 and in half precision', async () => {
  const verdict = await testDevice('webgpu', runtimeWith({}));

  expect(verdict).toMatchObject({ usable: true, reason: '' });
  const ways = verdict.usable ? verdict.ways : [];
  expect(ways.map(({ formulation, precision }) => [formulation, precision])).toEqual([
    ['webgpu-fused', 'float32'],
    ['half', 'float16'],
  ]);
}, 120_000);

test('attention whose scores are scaled by 1.02 is found', async () => {
  const verdict = await testDevice(
    'webgpu',
    runtimeWith({
      feeds(feeds) {
        const { query } = feeds;
        if (query === undefined) return feeds;
        const scaled = Float32Array.from(query.data as Float32Array, (value) => value * 1.02);
        return { ...feeds, query: new OnnxRuntime.Tensor('float32', scaled, query.dims) };
      },
    }),
  );

  // Half precision is not more exact than that.
  expect(verdict.usable ? verdict.ways.map(({ precision }) => precision) : []).not.toContain('float32');
  expect(verdict.reason).toMatch(/attention is off by 0\.0\d+ of the largest value \(webgpu-fused\)/);
  expect(verdict.reason).toContain('(webgpu)');
}, 120_000);

test('a softmax that is wrong beyond 128 MiB is found, and attention in parts does without it', async () => {
  const verdict = await testDevice(
    'webgpu',
    runtimeWith({
      results(results, { feeds, model }) {
        const { found } = results;
        const [, queries = 0, channels = 0] = feeds['query']?.dims ?? [];
        const keys = feeds['key']?.dims[1] ?? 0;
        const heads = channels / 16;
        const scoreBytes = 4 * heads * queries * keys;
        if (found === undefined || !isAttention(feeds) || scoreBytes <= 2 ** 27 || model.includes('Split'))
          return results;
        const whole = Math.floor((found.data.length * 2 ** 27) / scoreBytes);
        return { ...results, found: { ...found, data: Float32Array.from(found.data).fill(0, whole) } };
      },
    }),
  );

  expect(verdict).toMatchObject({ usable: true });
  expect(verdict.usable && verdict.ways[0]?.formulation).toBe('webgpu');
  expect(verdict.reason).toMatch(
    /^attention of a large image is off by [0-9.]+ of the largest value \(webgpu-fused\)$/,
  );
}, 120_000);

test('a float32 product that is summed up in half precision is found', async () => {
  const verdict = await testDevice(
    'webgpu',
    runtimeWith({
      results(results, { feeds }) {
        const { found } = results;
        if (found === undefined || isAttention(feeds)) return results;
        // To 11 bits, as each sum would come out at best.
        const rounded = Float32Array.from(found.data, (value) => {
          const unit = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10);
          return Math.round(value / unit) * unit;
        });
        return { ...results, found: { ...found, data: rounded } };
      },
    }),
  );

  expect(verdict.usable ? verdict.ways.map(({ precision }) => precision) : []).toEqual(['float16']);
  expect(verdict.reason).toContain('a product of long sums is off by');
}, 120_000);
