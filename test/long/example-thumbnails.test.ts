import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseWorkflow } from '@unclip-studio/graph-core';
import { afterAll, expect, test } from 'vitest';
import { contactSheet, sheetDifference } from '../support/contact-sheet.js';
import { thumbnailOf } from '../support/gallery-page.js';
import { runExample, runsAsItIs } from '../support/run-example.js';

const FOLDER = fileURLToPath(new URL('../../workflows', import.meta.url));

// Of 255 and on average: what another processor's rounding leaves in a lossy image; another seed makes 20 and more.
const MOST_DIFFERENCE = 4;

// Many examples begin alike, and what they have in common is computed once.
const kept = mkdtempSync(join(tmpdir(), 'unclip-test-examples-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));

const examples = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }))
  .filter(({ text }) => {
    const parsed = parseWorkflow(text);
    return parsed.ok && runsAsItIs(parsed.value);
  });

test.each(examples)('$name runs to what its thumbnail shows', async ({ name, text }) => {
  const images = await runExample(name, text, ['--cache-dir', kept]);

  const thumbnail = readFileSync(thumbnailOf({ name: basename(name, '.json') }));
  expect(await sheetDifference(await contactSheet(images.map(({ path }) => path)), thumbnail)).toBeLessThan(
    MOST_DIFFERENCE,
  );
});
