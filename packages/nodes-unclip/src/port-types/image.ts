import type { RgbImage } from '../image/rgb-image.js';
import { definePortType } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, StoredFormError, wholeNumber } from './stored-arrays.js';

export const imagePort = definePortType({
  name: 'image',
  codec: {
    version: 1,
    encode(images: readonly RgbImage[]) {
      const list = new ArrayList();
      const fields = images.map((image) => {
        fieldsOf(image, 'width', 'height', 'data', 'lowBytes');
        const { width, height, data, lowBytes } = image;
        return { width, height, data: list.add(data), ...(lowBytes && { lowBytes: list.add(lowBytes) }) };
      });
      return { fields, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      if (!Array.isArray(fields)) throw new StoredFormError('expected a list of images');
      return fields.map((entry: unknown) => {
        const { width, height, data, lowBytes } = fieldsOf(entry, 'width', 'height', 'data', 'lowBytes');
        const size = { width: wholeNumber(width), height: wholeNumber(height) };
        const bytesAt = (place: unknown) => {
          const bytes = arrayAt(arrays, place, Uint8Array);
          if (bytes.length !== 3 * size.width * size.height) throw new StoredFormError('an image of another size');
          return bytes;
        };
        return { ...size, data: bytesAt(data), ...(lowBytes !== undefined && { lowBytes: bytesAt(lowBytes) }) };
      });
    },
  },
  looks: { colour: '#4a9eed', shape: 'circle' },
  describe:
    'RGB images of 8 bits a channel, or of 16 where a bit depth of 16 is chosen, all of which go through the graph together.',
});
