import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, untilEnded, workflowOf } from '../../support/test-server.js';
import { REPOSITORY } from '../../support/variations.js';

interface Family {
  readonly type: string;
  readonly help: string;
  /** Labels as written -> value. */
  readonly values: ReadonlyMap<string, number>;
}

/** Prometheus' text format, by name of the metric. */
async function readMetrics(): Promise<ReadonlyMap<string, Family>> {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());
  const { body } = await server.ask('POST', '/api/runs', {
    workflow: workflowOf({ one: { type: 'DevConstant' }, save: { type: 'DevSave', inputs: { value: 'one.value' } } }),
  });
  await untilEnded(server, body.id);
  await server.ask('GET', '/api/nowhere');
  const text = (await server.ask('GET', '/api/metrics')).body.toString() as string;
  return new Map(
    text
      .trim()
      .split('\n\n')
      .map((family) => {
        const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/m.exec(family) ?? [];
        const type = /^# TYPE \S+ (\S+)$/m.exec(family)?.[1] ?? '';
        const lines = family.split('\n').filter((line) => !line.startsWith('#'));
        const values = lines.map(
          (line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))] as const,
        );
        return [name, { type, help, values: new Map(values) }];
      }),
  );
}

test('values that only increase are named as counters, and their former names have the same values', async () => {
  const metrics = await readMetrics();
  const counters = [...metrics].filter(([, { type }]) => type === 'counter');
  const former = new Map([...metrics].filter(([, { help }]) => help.startsWith('Deprecated')));

  expect(metrics.get('unclip_runs_begun_total')?.values).toEqual(new Map([['', 1]]));
  expect(metrics.get('unclip_requests_total')?.values.get('{route="startRun",status="201"}')).toBe(1);
  expect(metrics.get('unclip_queue_runs')).toMatchObject({ type: 'gauge', values: new Map([['', 0]]) });
  expect(counters.length).toBeGreaterThan(10);
  for (const [name, { type }] of metrics) expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
  expect(former.size).toBe(counters.length);
  for (const [name, { type, help, values }] of former) {
    expect([name, type]).toEqual([name, 'gauge']);
    expect([name, values]).toEqual([name, metrics.get(/^Deprecated: (\S+) /.exec(help)?.[1] ?? '')?.values]);
  }
});

test('docs/OPERATIONS.md lists them, the former names apart', async () => {
  const page = readFileSync(join(REPOSITORY, 'docs/OPERATIONS.md'), 'utf8');
  const [, section = ''] = /^## Metrics$(.*?)^## /ms.exec(page) ?? [];
  const listed = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  const metrics = await readMetrics();
  const current = [...metrics].filter(([, { help }]) => !help.startsWith('Deprecated')).map(([name]) => name);

  expect(listed.toSorted()).toEqual(current.toSorted());
});
