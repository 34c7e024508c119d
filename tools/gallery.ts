import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contactSheet } from '../test/support/contact-sheet.js';
import { GALLERY_PAGE, galleryPage, listExamples, thumbnailOf, WORKFLOWS } from '../test/support/gallery-page.js';
import { unclip } from '../test/support/unclip.js';

// Runs the example workflows and writes workflows/thumbnails/ and docs/GALLERY.md.   npm run gallery [-- NAME ...]

const examples = listExamples();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !examples.some((example) => example.name === name));
if (unknown.length > 0) throw new Error(`There is no workflow ${unknown.join(', ')} in workflows/.`);

for (const example of examples) {
  if (wanted.length > 0 && !wanted.includes(example.name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'unclip-gallery-'));
  try {
    const { code, stdout, stderr } = await unclip(['run', join(WORKFLOWS, `${example.name}.json`), '--out', folder]);
    if (code !== 0) throw new Error(`${example.name} ended with ${code}:\n${stderr}`);
    const sheet = await contactSheet(stdout.trimEnd().split('\n'));
    mkdirSync(dirname(thumbnailOf(example)), { recursive: true });
    writeFileSync(thumbnailOf(example), sheet);
    console.log(`${example.name}: ${sheet.byteLength} bytes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
writeFileSync(GALLERY_PAGE, galleryPage(examples));
