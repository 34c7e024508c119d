import type { RgbImage } from '../image/rgb-image.js';
import { definePortType } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, StoredFormError, wholeNumber } from './stored-arrays.js';

export const imagePort = definePortType({
  name: 'image',
  codec: {
    version: 1,
    encode(pictures: readonly RgbImage[]) {
      const list = new ArrayList();
      const fields = pictures.map((picture) => {
        fieldsOf(picture, 'width', 'height', 'data');
        return { width: picture.width, height: picture.height, data: list.add(picture.data) };
      });
      return { fields, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      if (!Array.isArray(fields)) throw new StoredFormError('expected a list of pictures');
      return fields.map((entry: unknown) => {
        const { width, height, data } = fieldsOf(entry, 'width', 'height', 'data');
        const pixels = arrayAt(arrays, data, Uint8Array);
        const picture = { width: wholeNumber(width), height: wholeNumber(height), data: pixels };
        if (pixels.length !== 3 * picture.width * picture.height)
          throw new StoredFormError('a picture of another size');
        return picture;
      });
    },
  },
  looks: { colour: '#4a9eed', shape: 'circle' },
  describe: 'RGB images of 8 bits a channel, all of which go through the graph together.',
});
