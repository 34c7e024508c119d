/** Image types used for previews, with the byte that encodes each. */
const MIME_CODES = { 'image/jpeg': 1, 'image/webp': 2 } as const;
const FRAME_VERSION = 1;
// version, mime, step, steps, width, height, length of the run's id, length of the node's id.
const FIXED_BYTES = 12;

export type PreviewMime = keyof typeof MIME_CODES;

/** A small image of what a sampling step has made so far, as the server sends it in one binary message. */
export interface PreviewMessage {
  readonly runId: string;
  readonly node: string;
  /** The last step done; 0 before the first. */
  readonly step: number;
  readonly steps: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly mime: PreviewMime;
  /** The encoded image. */
  readonly bytes: Uint8Array;
}

/**
 * Layout, numbers big-endian: 0 version (1); 1 mime (1 JPEG, 2 WebP); 2-3 step; 4-5 steps; 6-7 width; 8-9 height;
 * 10 length r of the run's id; 11 length n of the node's id; r + n bytes of ASCII; the image.
 */
export function encodePreviewMessage(message: PreviewMessage): Uint8Array {
  const { runId, node, step, steps, widthPx, heightPx, mime, bytes } = message;
  const frame = new Uint8Array(FIXED_BYTES + runId.length + node.length + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, FRAME_VERSION);
  view.setUint8(1, MIME_CODES[mime]);
  for (const [place, value] of [step, steps, widthPx, heightPx].entries()) view.setUint16(2 + 2 * place, value);
  view.setUint8(10, runId.length);
  view.setUint8(11, node.length);
  const ids = runId + node;
  for (let i = 0; i < ids.length; i++) view.setUint8(FIXED_BYTES + i, ids.charCodeAt(i));
  frame.set(bytes, FIXED_BYTES + ids.length);
  return frame;
}

/** @returns `undefined` for a message of another version, or one that is not a preview */
export function decodePreviewMessage(frame: Uint8Array): PreviewMessage | undefined {
  if (frame.length < FIXED_BYTES || frame[0] !== FRAME_VERSION) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const mime = (Object.keys(MIME_CODES) as PreviewMime[]).find((name) => MIME_CODES[name] === view.getUint8(1));
  const nodeStart = FIXED_BYTES + view.getUint8(10);
  const imageStart = nodeStart + view.getUint8(11);
  if (mime === undefined || imageStart > frame.length) return undefined;
  const ascii = (from: number, to: number) => String.fromCharCode(...frame.subarray(from, to));
  return {
    runId: ascii(FIXED_BYTES, nodeStart),
    node: ascii(nodeStart, imageStart),
    step: view.getUint16(2),
    steps: view.getUint16(4),
    widthPx: view.getUint16(6),
    heightPx: view.getUint16(8),
    mime,
    bytes: frame.subarray(imageStart),
  };
}
