import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureHalfway, measureSecondPass, Painter } from '../support/mixing-semantics.js';
import { measurePrior } from '../support/prior-semantics.js';
import { measureSemantics } from '../support/semantics.js';
import { variationMaker } from '../support/variations.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
const maker = variationMaker(folder);
try {
  const found = await measureSemantics(maker, { count: 24 });
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  console.log(
    `${found.images} images a row, DDIM 20 steps, guidance scale 3; concepts by the model’s CLIP, backgrounds from the pixels`,
  );
  console.table({
    'keeps the image, noise level 0': { concept: percent(found.kept0.concept), ground: percent(found.kept0.ground) },
    'keeps the image, noise level 1000': {
      concept: percent(found.kept1000.concept),
      ground: percent(found.kept1000.ground),
    },
    'shows the prompt, noise level 1000': {
      concept: percent(found.prompted1000.concept),
      ground: percent(found.prompted1000.ground),
    },
  });
  const painter = await Painter.open(20);
  const halfway = await measureHalfway(painter, 24);
  const secondPass = await measureSecondPass(painter, 24);
  const prior = await measurePrior(24);
  console.log(`half way between two examples, ${halfway.images} images:`, halfway);
  console.log(`a second pass at denoise 0.5, ${secondPass.images} images:`, secondPass);
  console.log(`through the prior, ${prior.images} images:`, prior);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...found, halfway, secondPass, prior }));
} finally {
  await maker.close();
  rmSync(folder, { recursive: true, force: true });
}
