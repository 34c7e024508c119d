import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openBrowser } from '../test/support/browser.js';

// Draws docs/images/editor.png, the image of the editor in the README: the first workflow after one run.
//   npm run setup && npx tsx tools/editor-picture.ts

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unclip-picture-'));
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
  const page = await browser.newPage({ viewport: { width: 1440, height: 810 }, colorScheme: 'dark' });
  await page.goto(address);
  await page.getByTestId('run').and(page.locator(':enabled')).click();
  await page.locator('[data-node-id="save"] .card-result img').last().waitFor();
  await page.getByRole('button', { name: 'Results', exact: true }).click();
  await page.getByTestId('results').getByRole('listitem').nth(3).waitFor();
  await page.mouse.move(700, 60);
  await page.waitForTimeout(1000);
  // 256 colours: a third of the size.
  await sharp(await page.screenshot())
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(join(ROOT, 'docs/images/editor.png'));
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
