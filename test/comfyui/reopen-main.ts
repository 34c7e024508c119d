import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowser } from '../support/browser.js';
import { comfyUiFrontend } from '../support/comfyui-frontend.js';
import { openComfyPage } from '../support/comfyui-page.js';
import { startTestServer } from '../support/test-server.js';
import { type Reopened, reopenFolder } from './reopen-folder.js';

/** Exit 0: ComfyUI's page opens every file whole; 1: it does not; 2: no folder. */
async function main([folder, ...others]: readonly string[]): Promise<number> {
  if (folder === undefined || others.length > 0 || !existsSync(folder)) {
    console.error('usage: npm run comfy-reopen -- DIR    (DIR: a folder of workflows of ComfyUI, as JSON)');
    return 2;
  }
  const data = mkdtempSync(join(tmpdir(), 'comfy-reopen-'));
  const server = await startTestServer(data, {}, { comfyui: true, comfyuiPageFolder: comfyUiFrontend() });
  const browser = await openBrowser();
  try {
    const page = await openComfyPage(browser, server.origin);
    const all = await reopenFolder(page, folder, ({ file, differences, unsendable }) => {
      if (differences.length > 0) console.log(`DIFFERS ${file}: ${differences.join(', ')}`);
      for (const { what, reason } of unsendable) console.log(`CANNOT BE SENT ${file}: ${what}, since ${reason}`);
    });
    for (const line of countReasons(all)) console.log(line);
    for (const format of ['api', 'page'] as const) console.log(describe(format, all));
    return all.every(({ differences }) => differences.length === 0) ? 0 : 1;
  } finally {
    await browser.close();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Of prompts, what is not compared, and why. */
function countReasons(all: readonly Reopened[]): readonly string[] {
  const reasons = new Set(all.flatMap(({ unsendable }) => unsendable.map(({ reason }) => reason)));
  return [...reasons].map((wanted) => {
    const ofFiles = all.map(({ unsendable }) => unsendable.filter(({ reason }) => reason === wanted).length);
    const values = ofFiles.reduce((sum, count) => sum + count, 0);
    return `not compared: ${values} values in ${ofFiles.filter((count) => count > 0).length} prompts, since ${wanted}`;
  });
}

function describe(format: Reopened['format'], all: readonly Reopened[]): string {
  const files = all.filter((file) => file.format === format);
  const whole = files.filter(({ differences }) => differences.length === 0);
  const partly = whole.filter(({ unsendable }) => unsendable.length > 0).length;
  const share = files.length === 0 ? 100 : (100 * whole.length) / files.length;
  const but = partly === 0 ? '' : `, ${partly} of them but for values that are not compared`;
  return `${format}: ${whole.length} of ${files.length} open whole in ComfyUI’s page (${share.toFixed(1)} %)${but}`;
}

process.exitCode = await main(process.argv.slice(2));
