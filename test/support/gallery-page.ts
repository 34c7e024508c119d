import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const WORKFLOWS = fileURLToPath(new URL('../../workflows', import.meta.url));
export const GALLERY_PAGE = fileURLToPath(new URL('../../docs/GALLERY.md', import.meta.url));

/** Of one picture: it has to load with a page of twenty. */
export const MOST_THUMBNAIL_BYTES = 20_000;

export interface Example {
  /** The file's, without its ending. */
  readonly name: string;
  readonly title: string;
  /** One sentence on what it shows. */
  readonly description: string;
}

export function listExamples(): readonly Example[] {
  return readdirSync(WORKFLOWS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { title = '', description = '' } = JSON.parse(
        readFileSync(join(WORKFLOWS, file), 'utf8'),
      ) as Partial<Example>;
      return { name: file.slice(0, -'.json'.length), title, description };
    });
}

export function thumbnailOf({ name }: Pick<Example, 'name'>): string {
  return join(WORKFLOWS, 'thumbnails', `${name}.webp`);
}

/** docs/GALLERY.md, whole. */
export function galleryPage(examples: readonly Example[]): string {
  const rows = examples.map(
    ({ name, title, description }) =>
      `| ![${title}](../workflows/thumbnails/${name}.webp) | **[${title}](../workflows/${name}.json)**<br>${description} |`,
  );
  return [
    '# Examples',
    '',
    'What comes along in `workflows/`, and what each makes of the bundled model, which is a toy of 17 million parameters. The',
    'editor lists them as templates; on the command line:',
    '',
    '```sh',
    'npx unclip run workflows/image-variations.json',
    '```',
    '',
    '| | |',
    '| --- | --- |',
    ...rows,
    '',
    'Pictures and page are made by `npm run gallery`.',
    '',
  ].join('\n');
}
