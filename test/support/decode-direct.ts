import type { RgbImage } from '@unclip-studio/nodes-unclip';
import sharp from 'sharp';

/**
 * What an image becomes that is handed to diffusers as it was opened: no EXIF orientation, alpha laid over white.
 * The product itself decodes as diffusers' `load_image` does; this variant exists for golden cases only.
 *
 * @see transformers 5.23.0, image_transforms.py, convert_to_rgb; Pillow 13.0, src/libImaging/AlphaComposite.c
 */
export async function decodeDirect(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { ignoreIcc: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const alpha = data[4 * i + 3] ?? 255;
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * i + channel] = overWhite(data[4 * i + channel] ?? 0, alpha);
    }
  }
  return { width: info.width, height: info.height, data: rgb };
}

/** Pillow's integer blend, which carries 7 bits behind the point and divides by 255 with shifts. */
function overWhite(value: number, alpha: number): number {
  const sum = value * alpha * 128 + 255 * (255 - alpha) * 128 + (0x80 << 7);
  return (((sum >> 8) + sum) >> 8) >> 7;
}
