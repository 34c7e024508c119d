import { readFileSync } from 'node:fs';
import { decodeImage, sha256 } from '@unclip-studio/server';
import { type KnownFault, orRefused } from './known-fault.js';

const FOLDER = 'server/fixtures/odd-pictures';
const PLAIN = 'RGB 96 x 72, sha256 307deb23284a5eedfaaf1f63e4265dd53ad68cd02b10fa259fcd1565d16a9763';

// Pillow 13.0: hashlib.sha256(ImageOps.exif_transpose(Image.open(f)).convert('RGB').tobytes())
const PIXELS = {
  'j00-plain.jpg': PLAIN,
  'j01-sos-params.jpg': PLAIN,
  'j02-extra-bytes-before-dqt.jpg': PLAIN,
  'p15-raw-profile-exif.png': 'RGB 72 x 96, sha256 3371ad95f3a244fc176174e1c52d9c48068645873bf85854f4837b68f6fcfcc2',
};

export const imageFaults: readonly KnownFault[] = Object.entries(PIXELS).map(([name, right]) => ({
  ...{ name: `${FOLDER}/${name}`, right },
  attempt: () => tryImage(readFileSync(new URL(`../${FOLDER}/${name}`, import.meta.url)), name),
}));

/** What an image file is decoded to. */
export async function tryImage(bytes: Uint8Array, name: string): Promise<string> {
  try {
    const { width, height, data } = await decodeImage(bytes, name);
    return `RGB ${width} x ${height}, sha256 ${sha256(data)}`;
  } catch (error) {
    return orRefused(error, ['ImageError']);
  }
}
