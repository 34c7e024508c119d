import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCatalog, parseWorkflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { contactSheet } from '../test/support/contact-sheet.js';
import { GALLERY_PAGE, galleryPage, listExamples, thumbnailOf, WORKFLOWS } from '../test/support/gallery-page.js';
import { graphDrawing } from '../test/support/graph-drawing.js';
import { unclip } from '../test/support/unclip.js';

// Runs the example workflows, draws those that need a download, and writes workflows/thumbnails/ and docs/GALLERY.md.
// npm run gallery [-- NAME ...]

const examples = listExamples();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !examples.some((example) => example.name === name));
if (unknown.length > 0) throw new Error(`There is no workflow ${unknown.join(', ')} in workflows/.`);

for (const example of examples) {
  if (wanted.length > 0 && !wanted.includes(example.name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'unclip-gallery-'));
  try {
    const path = join(WORKFLOWS, `${example.name}.json`);
    const sheet = example.requires.length > 0 ? await drawingOf(path) : await sheetOf(path, folder);
    mkdirSync(dirname(thumbnailOf(example)), { recursive: true });
    writeFileSync(thumbnailOf(example), sheet);
    console.log(`${example.name}: ${sheet.byteLength} bytes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
writeFileSync(GALLERY_PAGE, galleryPage(examples));

async function sheetOf(path: string, folder: string): Promise<Uint8Array> {
  const { code, stdout, stderr } = await unclip(['run', path, '--out', folder]);
  if (code !== 0) throw new Error(`${path} ended with ${code}:\n${stderr}`);
  return contactSheet(stdout.trimEnd().split('\n'));
}

async function drawingOf(path: string): Promise<Uint8Array> {
  const parsed = parseWorkflow(readFileSync(path, 'utf8'));
  if (!parsed.ok) throw new Error(`${path} is no workflow`);
  return graphDrawing(parsed.value, createCatalog(unclipNodes));
}
