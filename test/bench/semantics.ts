import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureSemantics } from '../support/semantics.js';
import { variationMaker } from '../support/variations.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
const maker = variationMaker(folder);
try {
  const found = await measureSemantics(maker, 24);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  console.log(`${found.pictures} pictures a row, DDIM 20 steps, guidance scale 5, colours read from the pixels`);
  console.table({
    'keeps the picture, noise level 0': { object: percent(found.kept0.object), ground: percent(found.kept0.ground) },
    'keeps the picture, noise level 1000': {
      object: percent(found.kept1000.object),
      ground: percent(found.kept1000.ground),
    },
    'shows the prompt, noise level 1000': {
      object: percent(found.prompted1000.object),
      ground: percent(found.prompted1000.ground),
    },
  });
  if (process.argv.includes('--json')) console.log(JSON.stringify(found));
} finally {
  await maker.close();
  rmSync(folder, { recursive: true, force: true });
}
