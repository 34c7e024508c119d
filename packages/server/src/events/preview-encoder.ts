import { encodePreviewMessage } from '@unclip-studio/protocol';
import type { PreviewFrame } from '../runs/run-service.js';
import { loadSharp } from '../services/sharp-library.js';
import { drawPreview } from './draw-preview.js';

interface PreviewEncoderOptions {
  onEncoded(runId: string, message: Uint8Array): void;
  onError(error: unknown): void;
}

// A latent of 768 x 768 px is 96 cells wide: 3 kB. More would be a grid of many pictures.
const MAX_SIDE_PX = 384;

const MAX_NODE_LENGTH = 255;

/** Encodes previews one after another; of those that come meanwhile only each node's newest is kept. */
export function createPreviewEncoder({ onEncoded, onError }: PreviewEncoderOptions): {
  offer(frame: PreviewFrame): void;
} {
  const waiting = new Map<string, PreviewFrame>();
  let isBusy = false;

  async function work(): Promise<void> {
    isBusy = true;
    for (let [entry] = waiting; entry !== undefined; [entry] = waiting) {
      const [key, frame] = entry;
      waiting.delete(key);
      try {
        onEncoded(frame.runId, await encode(frame));
      } catch (error) {
        onError(error);
      }
    }
    isBusy = false;
  }

  return {
    offer(frame) {
      // The message has one byte for the length; only nodes deep inside subgraphs have longer ids.
      if (frame.node.length > MAX_NODE_LENGTH) return;
      waiting.set(`${frame.runId} ${frame.node}`, frame);
      // `work` reports every failure itself and never rejects.
      if (!isBusy) void work();
    },
  };
}

async function encode(frame: PreviewFrame): Promise<Uint8Array> {
  const { widthPx: width, heightPx: height, data } = drawPreview(frame.picture);
  const sharp = await loadSharp();
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const { data: bytes, info } = await picture
    .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    // At one pixel a cell, halved colour would be visible.
    .jpeg({ quality: 80, chromaSubsampling: '4:4:4' })
    .toBuffer({ resolveWithObject: true });
  const { runId, node, step, steps } = frame;
  const size = { widthPx: info.width, heightPx: info.height };
  return encodePreviewMessage({ runId, node, step, steps, ...size, mime: 'image/jpeg', bytes });
}
