import type { PreviewPicture } from '../runs/run-service.js';

/** What a node may offer as a preview, as far as it is needed: a latent, its tensor alone, or one picture. */
interface Offered {
  readonly samples?: Offered;
  readonly dims?: unknown;
  readonly data?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly checkpoint?: { readonly name?: unknown };
}

/** @returns `undefined` for a value that is no picture in the making */
export function toPreviewPicture(value: unknown): PreviewPicture | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // Nodes offer what they have; every member is looked at before it is used.
  const offered: Offered = value;
  const { dims, data } = offered.samples ?? offered;
  if (Array.isArray(dims) && data instanceof Float32Array) {
    const checkpoint = offered.checkpoint?.name;
    return { kind: 'latent', dims, data, ...(typeof checkpoint === 'string' ? { checkpoint } : {}) };
  }
  const { width, height } = offered;
  if (typeof width === 'number' && typeof height === 'number' && data instanceof Uint8Array) {
    return { kind: 'rgb', widthPx: width, heightPx: height, data };
  }
  return undefined;
}
