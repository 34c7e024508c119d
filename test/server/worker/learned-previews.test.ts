import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseWorkflow, setParam, type Workflow } from '@unclip-studio/graph-core';
import { decodeImage, type PreviewFrame } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { CheckpointCopy } from '../../support/checkpoint-copy.js';
import { BUNDLED_MODEL } from '../../support/evaluate-node.js';
import { runServiceRig } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const WORKFLOWS = fileURLToPath(new URL('../../../workflows/', import.meta.url));

test('previews of a VAE nobody knows are guessed from what it has decoded before', async () => {
  // Without its own map, and with a scaling factor that is not Stable Diffusion's, the bundled VAE is unknown.
  const copy = join(tempFolder(), 'tiny');
  cpSync(BUNDLED_MODEL, copy, { recursive: true });
  rmSync(join(copy, 'latent_preview.json'));
  const rig = await runServiceRig(tempFolder(), {
    modelFolders: [dirname(copy)],
    imageFolders: [join(WORKFLOWS, 'images')],
  });
  onTestFinished(() => rig.close());
  const frames: PreviewFrame[] = [];
  rig.service.onPreview((frame) => frames.push(frame));
  rig.service.watchPreviews(true);

  const first = await rig.until(rig.service.enqueue({ workflow: variation(1) }).id);
  const learnt = frames.length;
  const second = await rig.until(rig.service.enqueue({ workflow: variation(2) }).id);

  expect([first.state, second.state]).toEqual(['succeeded', 'succeeded']);
  expect(frames.slice(0, learnt).some((frame) => 'map' in frame.picture)).toBe(false);
  const last = frames.at(-1)?.picture;
  if (last?.kind !== 'latent' || last.map === undefined) throw new Error('expected a latent with a map');
  expect(last.map.matrix).toHaveLength(4);
  expect(await guessError(last, rig, second.outputs[0]?.sha256 ?? '')).toBeLessThan(0.12);
});

test('a latent goes to the server with the map that its checkpoint brings', async () => {
  const copy = new CheckpointCopy();
  const rig = await runServiceRig(tempFolder(), {
    modelFolders: [dirname(copy.folder)],
    imageFolders: [join(WORKFLOWS, 'images')],
  });
  onTestFinished(() => rig.close());
  const frames: PreviewFrame[] = [];
  rig.service.onPreview((frame) => frames.push(frame));
  rig.service.watchPreviews(true);

  await rig.until(rig.service.enqueue({ workflow: variation(1) }).id);

  const { matrix, bias } = JSON.parse(readFileSync(copy.path('latent_preview.json'), 'utf8'));
  const latents = frames.flatMap(({ picture }) => (picture.kind === 'latent' ? [picture.map] : []));
  expect(latents.length).toBeGreaterThan(0);
  for (const map of latents) expect(map).toMatchObject({ matrix, bias });
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

/** Mean distance between the guess and the saved picture, 0..1 a colour; cell by cell. */
async function guessError(
  latent: Extract<PreviewFrame['picture'], { kind: 'latent' }>,
  rig: Awaited<ReturnType<typeof runServiceRig>>,
  sha256: string,
): Promise<number> {
  const bytes = await rig.store.blobs.read(sha256);
  if (bytes === undefined || latent.map === undefined) throw new Error('expected a stored picture and a map');
  const picture = await decodeImage(bytes, 'result');
  const [, channels = 0, h = 0, w = 0] = latent.dims;
  const scale = picture.height / h;
  let sum = 0;
  for (let cell = 0; cell < h * w; cell++) {
    const at = (Math.floor(cell / w) * scale + scale / 2) * picture.width + (cell % w) * scale + scale / 2;
    for (let colour = 0; colour < 3; colour++) {
      let guess = latent.map.bias[colour] ?? 0;
      for (let c = 0; c < channels; c++)
        guess += (latent.data[c * h * w + cell] ?? 0) * (latent.map.matrix[c]?.[colour] ?? 0);
      sum += Math.abs(guess - (picture.data[at * 3 + colour] ?? 0) / 255);
    }
  }
  return sum / (h * w * 3);
}
