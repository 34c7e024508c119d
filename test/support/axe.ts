import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds on the page as it stands, as far as it is serious or critical: one line a rule. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  return linesOf((await violations(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical'));
}

/** All that axe finds on the page as it stands: one line a rule. */
export async function faults(page: Page): Promise<readonly string[]> {
  return linesOf(await violations(page));
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: unknown }[];
}

async function violations(page: Page): Promise<readonly Violation[]> {
  // The page's policy allows only scripts of its own server; the debugger may still inject one.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(context: object, options: object): Promise<{ violations: readonly Violation[] }> };
    };
    // A tooltip lies above the page and in no part of it; what it says is the description of what it belongs to.
    const context = { exclude: ['[role="tooltip"]'] };
    return (await axe.run(context, { resultTypes: ['violations'], iframes: false })).violations;
  });
}

function linesOf(found: readonly Violation[]): readonly string[] {
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' | ')}`);
}
