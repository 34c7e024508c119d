import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlugins } from '@unclip-studio/server';
import { median, rounded } from '../support/measure.js';
import { evaluateDo, pluginCode, pluginFolder, smallImage } from '../support/plugin-folder.js';

// npm run bench -- plugins [--json]
//
// What it costs that a node runs contained: a plug-in that hands its images on, called with a pixel, and with images of 10 MB,
// which cross there and back. Best and median of 60 calls; the best is what the machine can do where it does other things too.

const ROUNDS = 60;
const MEGABYTES = 10;

const folder = mkdtempSync(join(tmpdir(), 'unclip-plugins-'));
pluginFolder({ folder, files: { 'index.ts': pluginCode('return inputs;') } });
const plugins = await loadPlugins({ nodeFolders: [folder], dataFolder: folder });
try {
  const small = await measure(smallImage());
  const sidePx = Math.round(Math.sqrt((MEGABYTES * 1e6) / 3));
  const large = await measure({ width: sidePx, height: sidePx, data: new Uint8Array(3 * sidePx * sidePx).fill(7) });
  const figures = {
    pluginCallMs: small.medianMs,
    pluginCallBestMs: small.bestMs,
    // There and back.
    pluginPer10MbMs: rounded((large.medianMs - small.medianMs) / 2, 2),
    pluginPer10MbBestMs: rounded((large.bestMs - small.bestMs) / 2, 2),
  };
  if (!process.argv.includes('--json')) console.log(figures);
  console.log(JSON.stringify(figures));
} finally {
  await plugins.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(image: ReturnType<typeof smallImage>) {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS + 5; i++) {
    const startMs = performance.now();
    await evaluateDo(plugins, { image });
    // The first ones compile.
    if (i >= 5) times.push(performance.now() - startMs);
  }
  return { medianMs: rounded(median(times), 2), bestMs: rounded(Math.min(...times), 2) };
}
