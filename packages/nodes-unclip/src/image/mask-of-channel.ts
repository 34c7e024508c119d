import type { RgbImage } from './rgb-image.js';

export type MaskChannel = 'brightness' | 'red' | 'green' | 'blue';

/** One value a pixel, 0..255, rows from the top. */
export function maskOfChannel(
  { width, height, data }: RgbImage,
  channel: MaskChannel,
): Pick<RgbImage, 'width' | 'height' | 'data'> {
  const levels = Uint8Array.from({ length: width * height }, (_, i) => {
    // Three values a pixel.
    const [red, green, blue] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]] as [number, number, number];
    switch (channel) {
      case 'brightness':
        // Pillow's convert("L"): ITU-R 601-2 with 16 bits behind the point.
        return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      case 'red':
        return red;
      case 'green':
        return green;
      case 'blue':
        return blue;
    }
  });
  return { width, height, data: levels };
}
