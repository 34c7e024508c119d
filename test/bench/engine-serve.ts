import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseWorkflow, setParam } from '@unclip-studio/graph-core';
import { createEngine, createImageStore, createOutputStore, loadCatalog, prepareRun } from '@unclip-studio/server';

// Makes one set of variations for each seed read from stdin, from the image's file to PNG files, and answers with the
// milliseconds it took. Models stay loaded; every result is computed again.

const ROOT = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(ROOT, 'workflows/image-variations.json'), 'utf8');
const parsed = parseWorkflow(text);
if (!parsed.ok) throw new Error('the bundled workflow does not read');
const images = createImageStore([join(ROOT, 'workflows/images')]);
const outputs = createOutputStore({ folder: process.argv[2] ?? '.', workflowText: text });
const engine = createEngine({ modelFolders: [join(ROOT, 'models')], cacheBytes: 0 });
const catalog = loadCatalog();

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const startedMs = performance.now();
  const run = prepareRun(setParam(parsed.value, 'noise', 'seed', Number(line)), catalog);
  const plan = await engine.fingerprint(run, images);
  if (!plan.ok) throw new Error('the bundled workflow, image or model is missing');
  const { outcome } = await engine.run({ plan: plan.value, images, outputs });
  console.log(outcome === 'succeeded' ? performance.now() - startedMs : outcome);
}
