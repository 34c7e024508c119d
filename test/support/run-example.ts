import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '@unclip-studio/graph-core';
import { decodeImage, readEmbeddedWorkflow } from '@unclip-studio/server';
import { expect } from 'vitest';
import { tempFolder } from './temp-folder.js';
import { unclip } from './unclip.js';

export interface ExampleImage {
  readonly path: string;
  /** The workflow inside the file. */
  readonly embedded: string | undefined;
  /** How many of the 256 values of a channel occur. */
  readonly distinctValues: number;
}

/**
 * Runs an example workflow as `unclip run` does, into a folder that ends with the test.
 *
 * @param name of the file, such as `image-variations.json`
 * @param options of `unclip run`
 * @returns what it wrote, and it wrote nothing else
 */
export async function runExample(
  name: string,
  text: string,
  options: readonly string[],
): Promise<readonly ExampleImage[]> {
  const folder = tempFolder();
  const out = join(folder, 'out');
  writeFileSync(join(folder, name), text);

  const { code, stdout, stderr } = await unclip(['run', join(folder, name), '--out', out, ...options]);

  expect(code, stderr).toBe(0);
  const paths = stdout.trimEnd().split('\n');
  expect(paths.map((path) => path.startsWith(out))).toEqual(paths.map(() => true));
  expect(readdirSync(out)).toHaveLength(paths.length);
  return Promise.all(
    paths.map(async (path) => {
      const png = readFileSync(path);
      const { data } = await decodeImage(png, path, { animations: 'first frame' });
      return { path, embedded: readEmbeddedWorkflow(png) ?? undefined, distinctValues: new Set(data).size };
    }),
  );
}

/** The same graph with at most two steps and two images of each sampler and prior. */
export function inFewSteps(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const { steps, count } = node.params ?? {};
    const fewer = {
      ...(typeof steps === 'number' && steps > 2 ? { steps: 2 } : {}),
      ...(typeof count === 'number' && count > 2 ? { count: 2 } : {}),
    };
    return [id, Object.keys(fewer).length === 0 ? node : { ...node, params: { ...node.params, ...fewer } }];
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}

/** Whether it runs as it is, with what comes with the program. */
export function runsAsItIs({ requires = [] }: Workflow): boolean {
  return requires.length === 0;
}
