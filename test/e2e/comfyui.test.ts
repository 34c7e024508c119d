import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { UNCLIP_2PASS, UNCLIP_MULTIPLE, uiFile } from '../comfyui/ui-file.js';
import { seriousFaults } from '../support/axe.js';
import { IS_LONG_SUITE } from '../support/long-suite.js';
import { dropFile } from '../support/open-workflow.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();

test('a workflow of ComfyUI, dropped on the page, opens with a report, and goes back as it came', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?empty&test' });
  const groups = [{ title: 'Upscale Pass', bounding: [-40, 900, 1700, 900] }];
  const file = JSON.stringify(uiFile(UNCLIP_2PASS, { groups }));

  await dropFile(page, { name: 'two-pass.json', type: 'application/json', bytes: Buffer.from(file) });

  const dialog = page.getByTestId('modal');
  await dialog.getByText('17 of 18 nodes have a counterpart here.').waitFor();
  expect(await dialog.getByRole('listitem').first().textContent()).toContain('GLIGENLoader');
  expect(await seriousFaults(page)).toEqual([]);
  await keepScreenshot(page, 'comfyui-report');
  await dialog.getByRole('button', { name: 'Show the graph' }).click();
  // The whole graph is in view, so small that its cards are drawn without their fields.
  expect(await page.evaluate(() => window.__editor?.text())).toContain('"sample_55"');
  await keepScreenshot(page, 'comfyui-graph');
  // Like every other file, these name images without saying in which folder of this machine they are.
  await page.evaluate(() => {
    window.__editor?.session.store.edit('add', (draft) => {
      draft.nodes['other'] = { type: 'LoadImage', params: { image: '/home/mia/green-ring.png' } };
    });
  });
  const downloaded = async (command: string) => {
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+k');
    await page.waitForSelector('[data-testid=command-palette]');
    await page.keyboard.type(command);
    await page.keyboard.press('Enter');
    return JSON.parse(await text(await (await download).createReadStream()));
  };
  const saved = await downloaded('Download for ComfyUI');
  expect(saved.nodes.find(({ id }: { id: number }) => id === 51)).toMatchObject({
    type: 'GLIGENLoader',
    pos: expect.any(Array),
  });
  const made = await downloaded('Download for ComfyUI (API format)');
  expect(made['36'].inputs).toMatchObject({ strength: 1.0000000000000002, clip_vision_output: ['33', 0] });
  expect(made['51']).toEqual({ class_type: 'GLIGENLoader', inputs: { gligen_name: 'gligen.safetensors' } });
  for (const file of [saved, made]) {
    expect(JSON.stringify(file)).toContain('"green-ring.png"');
    expect(JSON.stringify(file)).not.toContain('mia');
  }
});

if (IS_LONG_SUITE) {
  test('an imported workflow runs once its checkpoint and images are chosen', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server, { query: '?empty&test' });
    const small = {
      ...UNCLIP_MULTIPLE,
      '32': { type: 'unCLIPCheckpointLoader', widgets: ['emoji-unclip.safetensors'] },
      '34': { type: 'LoadImage', widgets: ['red-heart.png', 'image'] },
      '40': { type: 'LoadImage', widgets: ['blue-star.png', 'image'] },
      '5': { type: 'EmptyLatentImage', widgets: [64, 64, 1] },
    };

    await dropFile(page, {
      name: 'two.json',
      type: 'application/json',
      bytes: Buffer.from(JSON.stringify(uiFile(small))),
    });
    await page.getByTestId('modal').getByRole('button', { name: 'Show the graph' }).click();
    await page.getByTestId('run').and(page.locator(':enabled')).click();

    await expect
      .poll(async () => (await server.ask<{ outputs: unknown[] }>('GET', '/api/outputs')).outputs.length, {
        timeout: 30_000,
      })
      .toBe(1);
    await keepScreenshot(page, 'comfyui-ran');
  });
}
