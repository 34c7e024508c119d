import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';
import { LONG_MARK, useLongLanguage } from '../e2e/support/long-language.js';
import { textFaults, textsWithout } from '../e2e/support/text-faults.js';
import { openWorkflow, quickExample } from '../support/open-workflow.js';

const rig = editorRig();
const ROOTS = '.toolbar, .status-bar, .panel, .popup, dialog, [role=dialog], .notice, .form-view, .canvas-tools';
// Workflows, nodes, images and models have their own names, and the server names devices.
const NAMES =
  '[data-node-id], .workflow-title, [data-testid=library] li, .outline tbody, [data-testid=workers] li, .model-list, [data-testid=model-details], .form-fields, .forecast tbody, [data-testid=language-menu], [lang]';
// The title of the workflow and the tabs of panels that are not shown have tooltips.
const SHORTENED =
  '.workflow-title, [role=tab]:not([aria-selected=true]), [data-node-id], .library-list, [data-testid=library] li';

/** What is opened one after the other, by the id of an action or of a panel; with what then stands on the page and Escape removes. */
const VIEWS = [
  ...['library', 'inputs', 'outline', 'queue', 'workers', 'results'].map((panel) => ({ panel })),
  { action: 'models', shows: '[data-testid=models-add]' },
  { action: 'gallery', shows: '[data-testid=gallery]' },
  { action: 'help', shows: '[data-testid=help]' },
  { action: 'commands', shows: '[data-testid=command-palette]' },
  { action: 'form', shows: '[data-testid=form]' },
  ...['file-menu', 'language-menu', 'forecast'].map((button) => ({ button, shows: '.popup' })),
];

test.each([
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
])('texts that are 40 % longer are neither cut nor over each other at $width x $height', async ({ width, height }) => {
  const server = await rig.sharedServer();
  const context = await rig.openContext({ viewport: { width, height }, locale: 'de-AT' });
  await useLongLanguage(context);
  const page = await rig.openEditor(server, { context, query: '?test' });
  await openWorkflow(page, quickExample('image-variations'));
  await page.locator('[data-node-id="sample"]').waitFor();
  const faults: Record<string, unknown> = {};
  const look = async (name: string) => {
    await keepScreenshot(page, `long-${width}-${name}`);
    const found = await textFaults(page, { roots: ROOTS, except: SHORTENED });
    const left = await textsWithout(page, LONG_MARK, { roots: ROOTS, except: NAMES });
    if (found.length + left.length > 0) faults[name] = [...found, ...left.map((text) => `not translated: ${text}`)];
  };

  await look('main');
  for (const view of VIEWS) {
    await open(page, view);
    await look(Object.values(view)[0] ?? '');
    await close(page, view);
  }

  expect(faults).toEqual({});
});

type View = (typeof VIEWS)[number];

async function open(page: Page, view: View): Promise<void> {
  if ('panel' in view)
    await page.evaluate(`window.__editor.session.panels.open.setState(
    (({ side, id }) => ({ [side]: id }))(window.__editor.session.panels.all.find(({ id }) => id === '${view.panel}')))`);
  else if ('action' in view)
    await page.evaluate(`((s) => s.actions.find(({ id }) => id === '${view.action}').run(s))(window.__editor.session)`);
  else await page.getByTestId(view.button).click();
  // Most come in files of their own.
  if ('shows' in view) await page.locator(view.shows).first().waitFor();
  await page.waitForTimeout(150);
}

async function close(page: Page, view: View): Promise<void> {
  if ('panel' in view)
    await page.evaluate(
      'window.__editor.session.panels.open.setState({ left: undefined, right: undefined, bottom: undefined })',
    );
  else {
    await page.keyboard.press('Escape');
    await page.locator(view.shows).first().waitFor({ state: 'detached' });
  }
}
