import { execFileSync } from 'node:child_process';
import { testDevice } from '@unclip-studio/server';
import { loadOnnxRuntime } from '../../../packages/server/dist/services/onnx-runtime.js';
import type { Check } from '../check-table.js';
import { deviceNamed } from '../ways.js';

/** The environment: runtime, its backends, Node, and what NVIDIA's tool reports about the card. */
export const describeRuntime: Check = (_, report) => {
  const runtime = loadOnnxRuntime();
  report({
    onnxRuntime: runtime.env.versions.node,
    backends: runtime.listSupportedBackends().map(({ name }) => name),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    card: cardName(),
  });
};

function cardName(): string | null {
  try {
    const args = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
    return execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** What `--device auto` would find out about the device. */
export const checkSelfTest: Check = async ({ device = '' }, report) => {
  report({ device, verdict: await testDevice(deviceNamed(device)) });
};
