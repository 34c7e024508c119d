// Stage 0: each concept's two drawings as 256 px RGBA images, WORK/drawings/{flat,noto}-NNN.png.
// usage: node render.mjs WORK   (after `npm install` in this folder or in the current one)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const find = (base) => createRequire(base);
let require = find(import.meta.url);
try {
  require.resolve('@resvg/resvg-js');
} catch {
  require = find(join(process.cwd(), 'package.json'));
}
const { Resvg } = require('@resvg/resvg-js');
const work = process.argv[2] ?? 'work';
const concepts = JSON.parse(readFileSync(new URL('concepts.json', import.meta.url), 'utf8'));
mkdirSync(join(work, 'drawings'), { recursive: true });
for (const [style, name] of [
  ['flat', 'fluent-emoji-flat'],
  ['noto', 'noto'],
]) {
  const set = require(`@iconify-json/${name}/icons.json`);
  concepts.forEach(([, icon], i) => {
    const { body, width = set.width ?? set.height, height = set.height } = set.icons[icon];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}">${body}</svg>`;
    const png = new Resvg(svg, { fitTo: { mode: 'width', value: 256 }, font: { loadSystemFonts: false } })
      .render()
      .asPng();
    writeFileSync(join(work, 'drawings', `${style}-${String(i).padStart(3, '0')}.png`), png);
  });
}
console.log(`${concepts.length} concepts, two drawings each`);
