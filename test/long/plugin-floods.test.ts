import { loadPlugins, type Plugins } from '@unclip-studio/server';
import { afterEach, expect, test } from 'vitest';
import { CAPTURE_BRIDGE, evaluateDo, pluginCode, pluginFolder, smallImage } from '../support/plugin-folder.js';
import { tempFolder } from '../support/temp-folder.js';

// What a plug-in says without end lies in the memory of the program until somebody has read it.

const LIMITS = { memoryBytes: 256 * 2 ** 20, callMs: 60_000 };

let plugins: Plugins;
afterEach(() => plugins.close());

async function load(code: string): Promise<Plugins> {
  plugins = await loadPlugins(
    { nodeFolders: [pluginFolder({ files: { 'index.ts': code } })], dataFolder: tempFolder() },
    { limits: LIMITS },
  );
  return plugins;
}

test('a flood of descriptions has no effect outside', { timeout: 120_000 }, async () => {
  const code = pluginCode(
    `delete Object.prototype.receive;
     for (let i = 0; i < 200; i++) bridge.send('described', 'x'.repeat(4e6), [], '');
     return inputs;`,
    { before: CAPTURE_BRIDGE },
  );
  await load(code);
  const before = process.memoryUsage().rss;

  await expect(evaluateDo(plugins)).resolves.toEqual({ image: [smallImage()] });
  // They would be 1.6 GB.
  expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
});

test('requests at one time hold no more than is allowed', { timeout: 120_000 }, async () => {
  const code = pluginCode(
    `const bytes = new Uint8Array(20e6); const asked = [];
     for (let i = 0; i < 60; i++) asked.push(services.files.write('it', 'x', bytes));
     await Promise.all(asked);`,
    { more: 'sideEffects: true,' },
  );
  await load(code);
  const before = process.memoryUsage().rss;

  await expect(evaluateDo(plugins)).rejects.toThrow('the requests at one time hold too much');
  // They would be 1.2 GB.
  expect(process.memoryUsage().rss - before).toBeLessThan(900e6);
});

test('requests of one call end, also those that are answered immediately', { timeout: 120_000 }, async () => {
  const code = pluginCode(
    `for (;;) await services.files.list('none').catch((error) => { if (/too many/.test(error.message)) throw error; });`,
    { more: 'sideEffects: true,' },
  );
  await load(code);

  await expect(evaluateDo(plugins)).rejects.toThrow('too many requests in one call');
});
