import type { TestProject } from 'vitest/node';
import { openSharedBrowser } from './browser.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of all tests takes connections. */
    readonly browser: string;
  }
}

/**
 * Once before all tests in a browser: builds the page if it is stale, and starts the one browser
 * that they share. Vitest calls it only if at least one of those tests is to run.
 *
 * @returns ends the browser
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  // Plain JavaScript without types, by its address so that the compiler does not look for them.
  const { buildEditor } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
    buildEditor(): Promise<number>;
  };
  if ((await buildEditor()) !== 0) throw new Error('The editor does not build; see above.');
  const browser = await openSharedBrowser();
  provide('browser', browser.wsEndpoint());
  return () => browser.close();
}
