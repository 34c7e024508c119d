import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer } from '../../support/test-server.js';

test('clients are notified when a checkpoint is added to the models', async () => {
  const models = tempFolder();
  const server = await startTestServer(tempFolder(), {}, { machine: { modelFolders: [models] } });
  onTestFinished(() => server.close());
  const types: string[] = [];
  server.events.subscribe(({ type }) => types.push(type));

  mkdirSync(join(models, 'new-checkpoint'));

  await expect.poll(() => types, { timeout: 5000 }).toContain('models-changed');
});
