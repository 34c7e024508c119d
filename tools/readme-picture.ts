import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@unclip-studio/server';
import sharp, { type OverlayOptions } from 'sharp';
import { REPOSITORY, type Settings, variationMaker } from '../test/support/variations.js';

// Draws docs/images/variations.png, the first image of the README: one row an example, the input on the left, then what
// the bundled workflow makes of it.   npx tsx tools/readme-picture.ts

const CELL_PX = 112;
const GAP_PX = 6;

const ROWS: readonly { readonly photo: string; readonly settings: Settings }[] = [
  { photo: 'pumpkin.png', settings: { 'noise.noiseLevel': 0 } },
  { photo: 'rocket.png', settings: { 'noise.noiseLevel': 0 } },
  { photo: 'penguin.png', settings: { 'noise.noiseLevel': 0 } },
  { photo: 'strawberry.png', settings: { 'noise.noiseLevel': 0, 'noise.seed': 3 } },
  {
    photo: 'cat.png',
    settings: { 'noise.noiseLevel': 500, 'prompt.prompt': 'a cool face with sunglasses on a turquoise background' },
  },
  { photo: 'rocket.png', settings: { 'noise.noiseLevel': 1000, 'prompt.prompt': 'a panda on a green background' } },
];

const folder = mkdtempSync(join(tmpdir(), 'unclip-readme-'));
const maker = variationMaker(folder);
try {
  const tiles: OverlayOptions[] = [];
  for (const [row, { photo, settings }] of ROWS.entries()) {
    const input = await decodeImage(readFileSync(join(REPOSITORY, 'workflows/images', photo)), photo);
    const made = await maker.make({ 'photo.image': photo, 'sample.count': 4, ...settings });
    for (const [column, { width, height, data }] of [input, ...made].entries()) {
      const png = await sharp(data, { raw: { width, height, channels: 3 } })
        .resize(CELL_PX, CELL_PX, { kernel: width < CELL_PX ? 'nearest' : 'lanczos3' })
        .png()
        .toBuffer();
      // The input stands a little apart from its variations.
      const left = GAP_PX + column * (CELL_PX + GAP_PX) + (column > 0 ? 2 * GAP_PX : 0);
      tiles.push({ input: png, left, top: GAP_PX + row * (CELL_PX + GAP_PX) });
    }
  }
  const width = 5 * (CELL_PX + GAP_PX) + 3 * GAP_PX;
  const height = ROWS.length * (CELL_PX + GAP_PX) + GAP_PX;
  await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .png({ palette: true, effort: 10 })
    .toFile(join(REPOSITORY, 'docs/images/variations.png'));
} finally {
  await maker.close();
  rmSync(folder, { recursive: true, force: true });
}
