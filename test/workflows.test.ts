import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createCatalog,
  describeDiagnostic,
  formatWorkflow,
  parseWorkflow,
  planRun,
  type Workflow,
} from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { decodeImage, readEmbeddedWorkflow } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { tempFolder } from './support/temp-folder.js';
import { unclip } from './support/unclip.js';

const FOLDER = fileURLToPath(new URL('../workflows', import.meta.url));
const BUNDLED_MODEL = 'tiny-unclip';

const catalog = createCatalog(unclipNodes);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test('there are example workflows', () => {
  expect(names).toContain('image-variations.json');
});

describe.each(names)('%s', (name) => {
  const path = join(FOLDER, name);
  const text = readFileSync(path, 'utf8');

  test('is valid, in canonical form, and says what it is', () => {
    const workflow = parse(text);
    const planned = planRun(workflow, catalog);

    expect(planned.ok ? [] : planned.diagnostics.map(describeDiagnostic)).toEqual([]);
    expect(formatWorkflow(workflow)).toBe(text);
    expect(workflow.title).toMatch(/\S/);
    expect(Object.keys(workflow.layout?.['nodes'] ?? {}).sort()).toEqual(Object.keys(workflow.nodes).sort());
  });

  test.runIf(runsOnBundledModel(parse(text)))(
    'runs, and each picture opens as the workflow that made it',
    async () => {
      const folder = tempFolder();

      const { code, stdout, stderr } = await unclip(['run', path, '--out', folder]);

      expect(code, stderr).toBe(0);
      const paths = stdout.trimEnd().split('\n');
      expect(paths.map((written) => written.startsWith(folder))).toEqual(paths.map(() => true));
      expect(readdirSync(folder)).toHaveLength(paths.length);
      for (const written of paths) {
        const png = readFileSync(written);
        expect(readEmbeddedWorkflow(png)).toBe(text);
        const { data } = await decodeImage(png, written);
        // A picture, not one colour.
        expect(new Set(data).size).toBeGreaterThan(16);
      }
    },
    120_000,
  );
});

function parse(text: string): Workflow {
  const parsed = parseWorkflow(text);
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(describeDiagnostic).join('\n'));
  return parsed.value;
}

function runsOnBundledModel({ nodes }: Workflow): boolean {
  return Object.values(nodes).every(({ params }) => (params?.['checkpoint'] ?? BUNDLED_MODEL) === BUNDLED_MODEL);
}
