import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';

const MESSAGES = fileURLToPath(new URL('../../../packages/editor/src/messages', import.meta.url));

/** Part of every word of the long language, so that a word without it did not come from the texts. */
export const LONG_MARK = 'ē';

/** Pages of a context with this locale get English with each word 40 % longer, in place of German. */
export async function useLongLanguage(context: BrowserContext): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: LENGTHEN, resolveDir: MESSAGES, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['source'],
  });
  const body = outputFiles[0]?.text ?? '';
  await context.route(/\/assets\/de-[\w-]+\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
}

// The 40 % of all letters go to the words of three letters and more.
const LENGTHEN = `
  import { messages as en } from './languages/en.js';
  const longer = (text) => text.replace(/\\p{L}{3,}/gu, (word) => word + '${LONG_MARK}'.repeat(Math.round(word.length * 0.5)));
  const lengthen = (value) => {
    if (typeof value === 'string') return longer(value);
    if (typeof value === 'function') return (...values) => longer(value(...values));
    const entries = Object.entries(value).map(([key, one]) => [key, ['diagnostics', 'reasons', 'templates'].includes(key) ? one : lengthen(one)]);
    return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
  };
  export const messages = lengthen(en);
`;
