import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeRequired, type RequiredFile, type Workflow } from '@unclip-studio/graph-core';

export const WORKFLOWS = fileURLToPath(new URL('../../workflows', import.meta.url));
export const GALLERY_PAGE = fileURLToPath(new URL('../../docs/GALLERY.md', import.meta.url));

/** Of one image: it has to load with a page of twenty. */
export const MOST_THUMBNAIL_BYTES = 20_000;

export interface Example {
  /** The file's, without its ending. */
  readonly name: string;
  readonly title: string;
  /** One sentence on what it shows. */
  readonly description: string;
  /** What has to be downloaded before it runs. */
  readonly requires: readonly RequiredFile[];
}

export function listExamples(): readonly Example[] {
  return readdirSync(WORKFLOWS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(WORKFLOWS, file), 'utf8');
      const { title = '', description = '', requires = [] } = JSON.parse(text) as Partial<Workflow>;
      return { name: file.slice(0, -'.json'.length), title, description, requires };
    });
}

export function thumbnailOf({ name }: Pick<Example, 'name'>): string {
  return join(WORKFLOWS, 'thumbnails', `${name}.webp`);
}

/** docs/GALLERY.md, whole. */
export function galleryPage(examples: readonly Example[]): string {
  const row = ({ name, title, description, requires }: Example) => {
    const words = [description, ...requires.map(describeRequired)].join('<br>');
    return `| ![${title}](../workflows/thumbnails/${name}.webp) | **[${title}](../workflows/${name}.json)**<br>${words} |`;
  };
  const rows = (needsDownload: boolean) =>
    examples.filter(({ requires }) => requires.length > 0 === needsDownload).map(row);
  return [
    '# Examples',
    '',
    'The workflows in `workflows/`, and what each generates with the bundled model, which is a toy of 17 million parameters. The',
    'editor lists them as templates; on the command line:',
    '',
    '```sh',
    'npx unclip run workflows/image-variations.json',
    '```',
    '',
    '| | |',
    '| --- | --- |',
    ...rows(false),
    '',
    '## With models to download',
    '',
    'These need published models, which their cards in the editor also name. The images show the graphs, not their results.',
    'Where to put the files: [models](MODELS.md).',
    '',
    '| | |',
    '| --- | --- |',
    ...rows(true),
    '',
    'Images and page are made by `npm run gallery`.',
    '',
  ].join('\n');
}
