import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  createCatalog,
  createOutputCache,
  executeRun,
  fingerprintPlan,
  parseWorkflow,
  planRun,
  setParam,
} from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { createHost, createImageStore } from '@unclip-studio/server';

// Makes one set of variations for each seed read from stdin, from the picture's file to PNG files, and answers with
// the milliseconds it took. Models stay loaded; every result is computed anew.

const ROOT = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(ROOT, 'workflows/image-variations.json'), 'utf8');
const parsed = parseWorkflow(text);
if (!parsed.ok) throw new Error('the bundled workflow does not read');
const host = createHost({
  images: createImageStore([join(ROOT, 'workflows/images')]),
  modelFolders: [join(ROOT, 'models')],
  outFolder: process.argv[2] ?? '.',
  workflowText: text,
});
const catalog = createCatalog(unclipNodes);

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const startedMs = performance.now();
  const plan = planRun(setParam(parsed.value, 'noise', 'seed', Number(line)), catalog);
  if (!plan.ok) throw new Error('the bundled workflow does not run');
  const fingerprinted = await fingerprintPlan(plan.value, host.environment);
  if (!fingerprinted.ok) throw new Error('the bundled picture or model is missing');
  const { outcome } = await executeRun({
    plan: fingerprinted.value,
    services: host.services,
    cache: createOutputCache({ maxBytes: 0 }),
    signal: new AbortController().signal,
    now: () => performance.now(),
    onEvent() {},
  });
  console.log(outcome === 'succeeded' ? performance.now() - startedMs : outcome);
}
