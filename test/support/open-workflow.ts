import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** Drops a file on the middle of the canvas, as from a file manager. */
export async function dropFile(
  page: Page,
  file: { readonly name: string; readonly type: string; readonly bytes: Buffer },
) {
  const data = await page.evaluateHandle(
    ({ name, type, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { name: file.name, type: file.type, base64: file.bytes.toString('base64') },
  );
  const canvas = page.getByTestId('canvas');
  const { x, y, width, height } = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const at = { dataTransfer: data, clientX: x + width / 2, clientY: y + height / 2, bubbles: true, cancelable: true };
  await canvas.dispatchEvent('dragover', at);
  await canvas.dispatchEvent('drop', at);
}

/** Opens a workflow file by dropping it. */
export async function openWorkflow(page: Page, workflow: unknown): Promise<void> {
  await dropFile(page, {
    name: 'test.json',
    type: 'application/json',
    bytes: Buffer.from(JSON.stringify(workflow)),
  });
}

/** Opens a workflow with one node, `sleep`, that takes as long as the test needs, and with further nodes. */
export async function openSlowWorkflow(
  page: Page,
  params: { readonly steps: number; readonly stepMs: number; readonly seed?: number },
  others: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const nodes = {
    sleep: { type: 'DevSleep', params },
    keep: { type: 'DevSave', inputs: { value: 'sleep.value' } },
    ...others,
  };
  await openWorkflow(page, { format: 'unclip-workflow', version: 1, title: 'Slow', nodes });
  await page.locator('[data-node-id="sleep"]').waitFor();
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
}

/** An example workflow that samples in few steps, for tests of what the page does with the images. */
export function quickExample(name: string, steps = 2): object {
  const url = new URL(`../../workflows/${name}.json`, import.meta.url);
  const workflow = JSON.parse(readFileSync(url, 'utf8')) as {
    nodes: Record<string, { type: string; params?: object }>;
  };
  for (const node of Object.values(workflow.nodes)) {
    if (node.type === 'UNetSample') node.params = { ...node.params, steps };
  }
  return workflow;
}

/** Opens a workflow, and waits until it has replaced the previous one, which may have nodes with the same ids. */
export async function replaceWorkflow(page: Page, workflow: unknown): Promise<void> {
  await openWorkflow(page, workflow);
  await page.getByTestId('message').getByText('Opened test.json').waitFor();
}

/** Opens it as `replaceWorkflow` does, and waits until it can be run. */
export async function openQuickExample(page: Page, name: string, steps?: number): Promise<void> {
  await replaceWorkflow(page, quickExample(name, steps));
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
}
