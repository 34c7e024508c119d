import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editorRig } from '../e2e/support/editor-rig.js';
import { openWorkflow } from '../support/open-workflow.js';
import { pluginCode, pluginFolder } from '../support/plugin-folder.js';

const rig = editorRig();

test('an open page shows what becomes of a plug-in, says what is wrong with it, and runs what is new', async () => {
  const code = pluginCode('return inputs;');
  const folder = pluginFolder({ files: { 'index.ts': code } });
  const server = await rig.startServer({ args: ['--nodes', folder] });
  const page = await rig.openEditor(server);
  await openWorkflow(page, {
    ...{ format: 'unclip-workflow', version: 1, title: 'Mine', plugins: { mine: '1.0.0' } },
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'heart.png' } },
      do: { type: 'mine/Do', inputs: { image: 'photo.image' }, params: { amount: 2 } },
      save: { type: 'SaveImage', inputs: { image: 'do.image' } },
    },
  });
  const card = page.locator('[data-node-id="do"]');
  await card.getByText('amount').first().waitFor();
  await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));

  // An error is reported, and the card stays.
  writeFileSync(join(folder, 'index.ts'), 'export const nodes = [;');
  const message = page.getByTestId('message');
  await expect.poll(() => message.textContent()).toContain('Plug-in mine: index.ts:1: Unexpected ";"');
  expect(await card.getByText('amount').count()).toBeGreaterThan(0);

  // A new version renames the param, and has another title and one more param.
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'mine', version: '2.0.0', type: 'module', keywords: ['unclip-nodes'] }),
  );
  writeFileSync(
    join(folder, 'index.ts'),
    `${code
      .replace("title: 'Do'", "title: 'Do better'")
      .replace('amount: {', "softly: { kind: 'boolean', default: true, help: 'Softly.' }, strength: {")}
     export const migrations = [{ version: '2.0.0', type: 'Do', renameParams: { amount: 'strength' } }];`,
  );
  await card.getByText('Do better').waitFor();
  await card.getByText('strength').first().waitFor();
  await card.getByText('softly').first().waitFor();
  expect(await card.getByText('amount').count()).toBe(0);
  await page.getByTestId('run').click();
  await expect.poll(() => page.locator('[data-node-id="save"]').getAttribute('data-state')).toBe('finished');

  // The plug-in's name is next to its title, which could be the same as another's.
  await page.getByTestId('canvas').focus();
  await page.keyboard.press('Tab');
  expect(await page.getByTestId('add-mine/Do').textContent()).toContain('Do better · mine');

  expect(await page.evaluate(() => 'isTheSamePage' in window)).toBe(true);
  const { runs } = await server.ask<{ runs: { id: string }[] }>('GET', '/api/runs');
  const { nodes } = await server.ask<{ nodes: object }>('GET', `/api/runs/${runs[0]?.id}/workflow`);
  expect(nodes).toMatchObject({ do: { type: 'mine/Do', params: { strength: 2 } } });
});
