import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDeviceChecks,
  type DeviceCheck,
  type DeviceChecks,
  FORMULATIONS,
  type Formulation,
  tensor,
} from '@unclip-studio/nodes-unclip';
import type * as OnnxRuntime from 'onnxruntime-node';
import { loadOnnxRuntime } from '../onnx-runtime.js';
import { findOpenvino, type OpenvinoParts } from '../openvino/openvino-parts.js';
import { type OpenvinoModel, OpenvinoSession } from '../openvino/openvino-session.js';
import { DEVICES, type DeviceName, providerOf } from './device.js';
import { realSurroundings, withoutSource } from './device-advice.js';

/** What a device showed of itself. */
export type DeviceVerdict =
  | {
      readonly usable: true;
      /** Of each precision the first way that gave right numbers; at least one. */
      readonly ways: readonly DeviceWay[];
      readonly cpuMs: number;
      /** What spoke against the others. */
      readonly reason: string;
    }
  | {
      readonly usable: false;
      readonly reason: string;
      /** What native libraries printed meanwhile, the end of it. */
      readonly nativeWords?: string;
    };

/** A way of computing that gave right numbers. */
export interface DeviceWay {
  /** Name of a formulation. */
  readonly formulation: string;
  readonly precision: Formulation['precision'];
  /** Largest difference from the CPU, of the largest value. */
  readonly error: number;
  readonly ms: number;
}

const ROUNDS = 3;
const SLOW_MS = 4000;

/**
 * Lets a device compute a small UNet, attention in several shapes, long sums and work of real size, in half precision
 * and in float32, each in all its formulations until one gives the CPU's numbers. Nothing may fall back to the CPU.
 * Meant for a separate process: a broken driver may crash it.
 *
 * @param runtime ONNX Runtime; the installed one when left out
 * @param deviceId of the GPU; the runtime chooses when left out
 */
export async function testDevice(
  name: DeviceName,
  runtime?: typeof OnnxRuntime,
  deviceId?: number,
): Promise<DeviceVerdict> {
  const ort = runtime ?? loadOnnxRuntime();
  const { provider, formulations: all } = DEVICES[name];
  // In float32 the CPU is what others are compared with.
  const formulations = name === 'cpu' ? all.filter(({ precision }) => precision !== 'float32') : all;
  const openvino = findOpenvino(realSurroundings(process.env));
  if (name === 'cpu' && openvino === undefined) return { usable: false, reason: 'OpenVINO is not installed' };
  const chosen = providerOf({ provider, ...(deviceId === undefined ? {} : { gpu: { index: deviceId, deviceId } }) });
  if (!ort.listSupportedBackends().some((backend) => backend.name === provider)) {
    return { usable: false, reason: 'the installed ONNX Runtime was built without it' };
  }
  const folder = await mkdtemp(join(tmpdir(), 'unclip-device-'));
  try {
    const checks = createDeviceChecks();
    await writeFile(join(folder, checks.weightsFile), new Uint8Array(checks.weights.buffer));
    const setup = { runtime: ort, folder, checks };
    const known = new Map<DeviceCheck, Found>();
    // Called once the device has finished: without one, nothing needs to be computed.
    const onCpu = async (check: DeviceCheck) => {
      const found = known.get(check) ?? (await runOn('cpu', check, { ...setup, formulation: FORMULATIONS.cpu }));
      known.set(check, found);
      return found;
    };
    const reasons: string[] = [];
    const ways: DeviceWay[] = [];
    for (const formulation of formulations) {
      const { precision } = formulation;
      if (ways.some((way) => way.precision === precision)) continue;
      try {
        const run = (check: DeviceCheck) =>
          name === 'cpu' && openvino !== undefined
            ? runInOpenvino(check, { openvino, ...setup, formulation })
            : runOn(chosen, check, { ...setup, formulation });
        const { error, ms, problem } = await tryWay({ run, onCpu, checks, precision });
        if (problem === undefined) ways.push({ formulation: formulation.name, precision, error, ms });
        else reasons.push(`${problem} (${formulation.name})`);
      } catch (error) {
        reasons.push(withoutSource(error instanceof Error ? error.message : String(error)));
      }
    }
    const reason = [...new Set(reasons)].join('; ');
    if (ways.length === 0) return { usable: false, reason };
    return { usable: true, ways, cpuMs: (await onCpu(checks.work)).ms, reason };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface CheckSetup {
  readonly runtime: typeof OnnxRuntime;
  /** The location of the file of weights. */
  readonly folder: string;
  readonly formulation: Formulation;
  readonly rounds: number;
}

type Provider = ReturnType<typeof providerOf>;

interface TestSetup extends Omit<CheckSetup, 'rounds'> {
  readonly checks: DeviceChecks;
}

function runOn(provider: Provider, check: DeviceCheck, { checks, ...setup }: TestSetup): Promise<Found> {
  // Only the work is about time.
  return runCheck(provider, check, { ...setup, rounds: check === checks.work ? ROUNDS : 1 });
}

interface Found {
  readonly values: readonly Float32Array[];
  /** The least time that a run took. */
  readonly ms: number;
}

interface Way {
  run(check: DeviceCheck): Promise<Found>;
  /** In float32. */
  onCpu(check: DeviceCheck): Promise<Found>;
  readonly checks: DeviceChecks;
  readonly precision: Formulation['precision'];
}

/** Does everything in one formulation, until something is off. */
async function tryWay({ run, onCpu, checks, precision }: Way) {
  let largestError = 0;
  let lastMs = 0;
  for (const check of [...checks.checks, checks.work]) {
    const { values, ms } = await run(check);
    const right = await onCpu(check);
    const errors = values.map((found, i) => largestDifference(found, right.values[i] ?? new Float32Array()));
    const error = Math.max(...errors);
    if (!(error <= check.tolerance[precision])) {
      return { error, ms, problem: `${check.what} is off by ${error.toPrecision(2)} of the largest value` };
    }
    largestError = Math.max(largestError, error);
    lastMs = ms;
  }
  return { error: largestError, ms: lastMs, problem: undefined };
}

/** Runs one check on a provider, which is not helped by the CPU. @param rounds the first compiles; the least time counts */
export async function runCheck(
  provider: Provider,
  check: DeviceCheck,
  { runtime, folder, formulation, rounds }: CheckSetup,
): Promise<Found> {
  const session = await runtime.InferenceSession.create(check.build(formulation).bytes, {
    executionProviders: [provider],
    logSeverityLevel: 4,
    extra: {
      session: {
        model_external_initializers_file_folder_path: folder,
        // A failure of the device must not count as a success of the CPU.
        ...(provider === 'cpu' ? {} : { disable_cpu_ep_fallback: '1' }),
      },
    },
  });
  try {
    const feeds = makeFeeds(runtime, check);
    let values: readonly Float32Array[] = [];
    let ms = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds && (round === 0 || ms < SLOW_MS); round++) {
      const startedMs = performance.now();
      const outputs = await session.run(feeds);
      ms = Math.min(ms, performance.now() - startedMs);
      values = session.outputNames.map((name) => outputs[name]?.data as Float32Array);
    }
    return { values, ms };
  } finally {
    await session.release();
  }
}

async function runInOpenvino(
  check: DeviceCheck,
  { openvino, folder, formulation, checks }: TestSetup & { readonly openvino: OpenvinoParts },
): Promise<Found> {
  const build: OpenvinoModel['build'] = (addressOf) => ({
    ...check.build(formulation, addressOf && ((location) => addressOf(join(folder, location)))),
    weightsFolder: folder,
  });
  const session = await OpenvinoSession.load({ build }, openvino);
  try {
    const feeds = Object.entries(check.feeds()).map(
      ([name, { dims, values }]) => [name, tensor(dims, values)] as const,
    );
    const times: number[] = [];
    let values: readonly Float32Array[] = [];
    for (let round = 0; round < (check === checks.work ? ROUNDS : 1); round++) {
      const startedMs = performance.now();
      values = Object.values(await session.run(Object.fromEntries(feeds))).map(({ data }) => data);
      times.push(performance.now() - startedMs);
    }
    return { values, ms: Math.min(...times) };
  } finally {
    await session.release();
  }
}

function makeFeeds({ Tensor }: typeof OnnxRuntime, check: DeviceCheck): Record<string, OnnxRuntime.Tensor> {
  return Object.fromEntries(
    Object.entries(check.feeds()).map(([name, { dims, values }]) => [name, new Tensor('float32', values, dims)]),
  );
}

function largestDifference(found: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const off = Math.abs(value - (found[i] ?? Number.NaN));
    difference = Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(difference, off);
  }
  return difference / largest;
}
