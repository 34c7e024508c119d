import type { Workflow } from '@unclip-studio/graph-core';
import { expect } from 'vitest';
import type { RunServiceRig } from './run-service-rig.js';

/** Takes a while, as a sampler does, and then saves an image. */
export function sleepThenSave(seed: number, { steps = 20, stepMs = 25 } = {}): Workflow {
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      sleep: { type: 'DevSleep', params: { steps, stepMs, seed } },
      save: { type: 'DevSave', inputs: { value: 'sleep.value' }, params: { side: 32, noise: true } },
    },
  };
}

/** Six cells, which several workers make together, and an image of all of them. */
export function sweepThenSave(seed: number): Workflow {
  const width = 400 + 10 * (seed % 50);
  const xValues = [0, 1, 2, 3, 4, 5].map((i) => width + i).join('\n');
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
      resize: { type: 'ImageResize', inputs: { image: 'photo.image' } },
      sweep: { type: 'Sweep', inputs: { image: 'resize.image' }, params: { x: 'resize.width', xValues } },
      save: { type: 'SaveImage', inputs: { image: 'sweep.image' } },
    },
  };
}

/** Waits for the runs, and looks whether every promise was kept: none lost, each ended once, each image listed once. */
export async function expectKeptPromises(rig: RunServiceRig, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rig.until(id);
  for (const id of ids) {
    const run = rig.service.read(id);
    expect(run).toMatchObject({ state: 'succeeded', outputs: { length: 1 } });
    const ends = rig.events.filter(
      (event) => event.type === 'run-changed' && event.run.id === id && event.run.finishedAt !== undefined,
    );
    expect(ends).toHaveLength(1);
    expect(await rig.store.blobs.read(run.outputs[0]?.sha256 ?? '')).toBeDefined();
  }
}
