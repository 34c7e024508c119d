import type sharp from 'sharp';

export type { Metadata as ImageMetadata, Sharp as SharpImage } from 'sharp';

/** Loaders that may see a stranger's bytes. SVG, HEIF, TIFF, GIF and the rest have a record of holes and are shut off. */
const ALLOWED_LOADERS = ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'];

type Sharp = typeof sharp;
let loading: Promise<Sharp> | undefined;

/**
 * The image library, set up for this process once. Loaded on first use: its native part takes about 50 ms, which
 * commands that touch no image need not pay.
 */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: library }) => {
    library.block({ operation: ['VipsForeignLoad'] });
    library.unblock({ operation: ALLOWED_LOADERS });
    // Results are kept by our own caches, keyed by content; libvips' would hold the same pixels twice.
    library.cache(false);
    return library;
  });
  return loading;
}
