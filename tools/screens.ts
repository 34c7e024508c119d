import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openBrowser } from '../test/support/browser.js';

// Takes the screenshots of docs/SCREENS.md (docs/images/screens/) and of the README (docs/images/editor.png), on a server
// with a new data folder.
//   npm run setup && npx tsx tools/screens.ts [NAME ...]

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCREENS = join(ROOT, 'docs/images/screens');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

interface Scene {
  readonly name: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly theme?: 'light' | 'dark';
  /** A template to begin with, in place of an empty page. */
  readonly template?: string;
  show(page: Page): Promise<unknown>;
}

const SCENES: readonly Scene[] = [
  { name: 'start', show: (page) => page.locator('.start-image img').nth(5).waitFor() },
  { name: 'variations', template: 'Image variations', show: run },
  {
    name: 'search',
    template: 'Image variations',
    theme: 'dark',
    async show(page) {
      await page.mouse.dblclick(300, 760);
      await page.getByPlaceholder('Search nodes').fill('ksampler');
    },
  },
  {
    name: 'mixing',
    template: 'Mix two images',
    async show(page) {
      await run(page);
      await page.getByTestId('mix-pad').first().waitFor();
    },
  },
  {
    name: 'result',
    template: 'Image variations',
    theme: 'dark',
    async show(page) {
      await run(page);
      await page.locator('.card-result img').first().dblclick();
      await page.getByTestId('result-view').getByRole('button', { name: 'Image actions' }).click();
    },
  },
  {
    name: 'mask',
    template: 'Image variations',
    async show(page) {
      await run(page);
      await page.locator('.card-result img').first().click({ button: 'right' });
      await page.getByRole('menuitem', { name: /^Inpaint/ }).click();
      const box = await page.getByTestId('paint-stage').boundingBox();
      if (box === null) throw new Error('there is nothing to paint on');
      const [x, y] = [box.x + box.width / 2, box.y + box.height * 0.3];
      await page.mouse.move(x - 120, y);
      await page.mouse.down();
      for (let i = 0; i <= 24; i++) await page.mouse.move(x - 120 + i * 10, y + 30 * Math.sin(i / 3));
      await page.mouse.up();
      await page.getByTestId('paint-prompt').fill('a red hat');
    },
  },
  {
    name: 'gallery',
    template: 'Image variations',
    async show(page) {
      await run(page);
      await page.getByTestId('gallery-button').click();
      const images = page.getByTestId('gallery-grid').locator('img');
      await images.nth(3).waitFor();
      await images.nth(1).click({ modifiers: ['Control'] });
      await images.nth(2).click({ modifiers: ['Control'] });
    },
  },
  {
    name: 'library',
    template: 'Image variations',
    theme: 'dark',
    async show(page) {
      await panel(page, 'Library');
      await page.getByTestId('library').locator('img').nth(8).waitFor();
    },
  },
  {
    name: 'queue',
    template: 'Image variations',
    async show(page) {
      await run(page);
      await panel(page, 'Queue');
      await page.getByTestId('run-menu').click();
      await page.getByRole('menuitem', { name: /^Run 2 times/ }).click();
      await page.getByTestId('stop').and(page.locator(':enabled')).waitFor();
    },
  },
  {
    name: 'guide',
    template: 'Image variations',
    async show(page) {
      await page.locator('[data-testid="node"] .card-title').nth(3).click();
      await command(page, 'what is this');
      await page.locator('.node-guide-examples img').first().waitFor();
    },
  },
  {
    name: 'keys',
    theme: 'dark',
    async show(page) {
      await page.keyboard.press('Control+,');
      await page.getByRole('tab', { name: 'Keys' }).click();
    },
  },
  {
    name: 'phone-form',
    size: PHONE,
    async show(page) {
      await page.getByTestId('form-run').waitFor();
      await page.locator('.form-field img').first().waitFor();
    },
  },
  {
    name: 'phone-gallery',
    size: PHONE,
    theme: 'dark',
    async show(page) {
      await page.getByRole('button', { name: 'To the graph' }).click();
      await page.getByTestId('phone-gallery').click();
      await page.getByTestId('gallery-grid').locator('img').nth(3).waitFor();
    },
  },
];

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'unclip-screens-'));
mkdirSync(SCREENS, { recursive: true });
const server = spawn(
  process.execPath,
  [join(ROOT, 'packages/server/bin/unclip.mjs'), 'serve', '--port', '0', '--data-dir', folder, '--log-level', 'error'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await openBrowser();
try {
  const address = await new Promise<string>((resolve) => {
    server.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()));
  });
  for (const scene of SCENES) {
    if (wanted.length > 0 && !wanted.includes(scene.name)) continue;
    const viewport = scene.size ?? DESKTOP;
    const page = await browser.newPage({ viewport, colorScheme: scene.theme ?? 'light', locale: 'en-US' });
    await page.goto(address);
    if (scene.size === undefined) await begin(page, scene.template);
    await scene.show(page);
    if (viewport === DESKTOP) await page.mouse.move(720, 1);
    await page.waitForTimeout(1000);
    const shot = sharp(await page.screenshot());
    const width = Math.min(1080, viewport.width);
    const { size } = await shot
      .resize({ width })
      .webp({ quality: 82, effort: 6 })
      .toFile(join(SCREENS, `${scene.name}.webp`));
    console.log(`${scene.name}: ${size} bytes`);
    await page.close();
  }
  if (wanted.length === 0 || wanted.includes('editor')) await drawReadme(address);
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function drawReadme(address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 810 }, colorScheme: 'dark', locale: 'en-US' });
  await page.goto(address);
  await run(page);
  await panel(page, 'Results');
  await page.getByTestId('results').getByRole('listitem').nth(3).waitFor();
  await page.mouse.move(700, 60);
  await page.waitForTimeout(1000);
  // 256 colours: a third of the size.
  await sharp(await page.screenshot())
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(join(ROOT, 'docs/images/editor.png'));
}

/** Opens a template, or an empty page without one. */
async function begin(page: Page, template: string | undefined): Promise<void> {
  await page.getByTestId('run').waitFor();
  if (template === undefined) return command(page, 'new workflow');
  if ((await page.locator('.workflow-title').textContent()) === template) return;
  await panel(page, 'Library');
  await page.getByTestId('library').getByText(template, { exact: true }).click();
  await page.locator('.workflow-title', { hasText: template }).waitFor();
  await panel(page, 'Library');
}

async function run(page: Page): Promise<void> {
  await page.getByTestId('run').and(page.locator(':enabled')).click();
  await page.locator('.card-result img').first().waitFor({ timeout: 120_000 });
  await page.locator('.status-bar', { hasText: 'Run finished' }).waitFor({ timeout: 120_000 });
}

async function panel(page: Page, name: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name, exact: true }).click();
}

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId('command-palette').waitFor();
  await page.keyboard.type(words);
  await page.getByTestId('command-palette').locator('[cmdk-item]').first().waitFor();
  await page.keyboard.press('Enter');
}
