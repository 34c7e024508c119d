import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseWorkflow, setParam, type Workflow } from '@unclip-studio/graph-core';
import type { PreviewMessage } from '@unclip-studio/protocol';
import { decodeImage } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { CheckpointCopy } from '../../support/checkpoint-copy.js';
import { BUNDLED_MODEL } from '../../support/evaluate-node.js';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { runServiceRig } from '../../support/run-service-rig.js';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { taesdTensors } from '../../support/taesd-file.js';
import { tempFolder } from '../../support/temp-folder.js';

const WORKFLOWS = fileURLToPath(new URL('../../../workflows/', import.meta.url));

if (IS_LONG_SUITE) {
  test('previews of an unknown VAE are learned from what it has decoded before', async () => {
    // Without its own map, and with a scaling factor that is not Stable Diffusion's, the bundled VAE is unknown.
    const copy = join(tempFolder(), 'tiny');
    cpSync(BUNDLED_MODEL, copy, { recursive: true });
    rmSync(join(copy, 'latent_preview.json'));
    const rig = await runServiceRig(tempFolder(), {
      modelFolders: [dirname(copy)],
      imageFolders: [join(WORKFLOWS, 'images')],
    });
    onTestFinished(() => rig.close());
    const frames: PreviewMessage[] = [];
    rig.bus.onPreview((frame) => frames.push(frame));
    rig.service.watchPreviews(true);

    const first = await rig.until(rig.service.enqueue({ workflow: variation(1) }).id);
    const guessed = frames.at(-1);
    const second = await rig.until(rig.service.enqueue({ workflow: variation(2) }).id);
    const learnt = frames.at(-1);

    expect([first.state, second.state]).toEqual(['succeeded', 'succeeded']);
    const errorBefore = await previewError(guessed, rig, first.outputs[0]?.sha256 ?? '');
    const errorAfter = await previewError(learnt, rig, second.outputs[0]?.sha256 ?? '');
    expect(errorAfter).toBeLessThan(0.12);
    expect(errorAfter).toBeLessThan(errorBefore / 1.5);
  });
}

test('a preview is drawn in the worker by the map that its checkpoint brings, and without one by a TAESD', async () => {
  const copy = new CheckpointCopy();
  const red = { matrix: [[0], [0], [0], [0]].map(() => [0, 0, 0]), bias: [1, 0, 0] };
  writeFileSync(copy.path('latent_preview.json'), JSON.stringify(red));
  const rig = await runServiceRig(tempFolder(), {
    modelFolders: [dirname(copy.folder)],
    imageFolders: [join(WORKFLOWS, 'images')],
  });
  onTestFinished(() => rig.close());
  const frames: PreviewMessage[] = [];
  rig.bus.onPreview((frame) => frames.push(frame));
  rig.service.watchPreviews(true);

  await rig.until(rig.service.enqueue({ workflow: variation(1) }).id);

  expect(frames.length).toBeGreaterThan(0);
  for (const { bytes, widthPx, heightPx } of frames) {
    const { width, height, data } = await decodeImage(bytes, 'preview');
    expect([width, height]).toEqual([widthPx, heightPx]);
    // What a JPEG makes of red.
    expect([...data.subarray(0, 3)].map((value) => Math.round(value / 16))).toEqual([16, 0, 0]);
  }

  // Another checkpoint, since the map is not part of its identity: the one that is already open would be used.
  copy.remove('latent_preview.json');
  copy.editJson('scheduler/scheduler_config.json', { beta_end: 0.0121 });
  mkdirSync(join(dirname(copy.folder), 'vae_approx'));
  writeFileSync(
    join(dirname(copy.folder), 'vae_approx', 'taesd_decoder.safetensors'),
    safetensorsFile(taesdTensors().decoder),
  );
  const mappedPx = frames[0]?.widthPx ?? 0;
  // It is opened in parallel to the run, and a run of a tiny model may end before.
  for (let seed = 2; ; seed++) {
    const before = frames.length;
    expect((await rig.until(rig.service.enqueue({ workflow: variation(seed) }).id)).state).toBe('succeeded');
    const decoded = frames.slice(before).filter(({ widthPx }) => widthPx !== mappedPx);
    expect(decoded.map(({ widthPx }) => widthPx / mappedPx).filter((ratio) => ratio !== 8)).toEqual([]);
    if (decoded.length > 0) break;
  }
});

function variation(seed: number): Workflow {
  const parsed = parseWorkflow(readFileSync(join(WORKFLOWS, 'image-variations.json'), 'utf8'));
  if (!parsed.ok) throw new Error('the example does not read');
  const settings = [
    ['model', 'checkpoint', 'tiny'],
    ['noise', 'seed', seed],
    ['sample', 'count', 1],
  ] as const;
  return settings.reduce<Workflow>(
    (workflow, [node, param, value]) => setParam(workflow, node, param, value),
    parsed.value,
  );
}

/** Mean distance between a preview and the saved image, 0..1 a colour; cell by cell. */
async function previewError(
  frame: PreviewMessage | undefined,
  rig: Awaited<ReturnType<typeof runServiceRig>>,
  sha256: string,
): Promise<number> {
  const bytes = await rig.store.blobs.read(sha256);
  if (bytes === undefined || frame === undefined) throw new Error('expected a stored image and a preview');
  const image = await decodeImage(bytes, 'result');
  const { width: w, height: h, data } = await decodeImage(frame.bytes, 'preview');
  const scale = image.height / h;
  let sum = 0;
  for (let cell = 0; cell < h * w; cell++) {
    const at = (Math.floor(cell / w) * scale + scale / 2) * image.width + (cell % w) * scale + scale / 2;
    for (let colour = 0; colour < 3; colour++) {
      sum += Math.abs((data[cell * 3 + colour] ?? 0) - (image.data[at * 3 + colour] ?? 0)) / 255;
    }
  }
  return sum / (h * w * 3);
}
