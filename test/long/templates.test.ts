import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';

const rig = editorRig();

test('a template that needs models says on its cards which and where they go, and shows no error', async () => {
  const page = await rig.openEditor(await rig.sharedServer());
  await page.getByRole('button', { name: 'Library' }).click();
  const library = page.getByTestId('library');
  await library.getByRole('searchbox').fill('Hyper-SD');
  const found = library.getByRole('button').filter({ hasText: 'LoRA' });
  expect(await found.textContent()).toContain('Needs a download');

  await found.click();

  const noteOf = (id: string) => page.locator(`[data-node-id="${id}"] .required-file`).textContent();
  expect(await noteOf('lora')).toBe(
    'Hyper-SD15-8steps-lora.safetensors is not installed yet.' +
      'Download Hyper-SD15-8steps-lora.safetensors from huggingface.co/ByteDance/Hyper-SD into models/loras/.',
  );
  expect(await noteOf('model')).toContain('npx unclip models pull stable-diffusion-v1-5/stable-diffusion-v1-5');
  expect(await page.locator('.required-file').count()).toBe(2);
  expect(await page.locator('[data-problem]').count()).toBe(0);
  await keepScreenshot(page, 'template that needs models');
});
