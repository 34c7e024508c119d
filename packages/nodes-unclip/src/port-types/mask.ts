import { definePortType } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, StoredFormError, wholeNumber } from './stored-arrays.js';

/** One mask: uint8, rows from the top, 0 for pixels that stay and 255 for pixels that are redrawn (inpainted). */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** width * height values. */
  readonly data: Uint8Array;
}

export const maskPort = definePortType({
  name: 'mask',
  codec: {
    version: 1,
    encode(value: Mask) {
      fieldsOf(value, 'width', 'height', 'data');
      const list = new ArrayList();
      return { fields: { width: value.width, height: value.height, data: list.add(value.data) }, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      const { width, height, data } = fieldsOf(fields, 'width', 'height', 'data');
      const value = { width: wholeNumber(width), height: wholeNumber(height), data: arrayAt(arrays, data, Uint8Array) };
      if (value.data.length !== value.width * value.height) throw new StoredFormError('a mask of another size');
      return value;
    },
  },
  looks: { colour: '#7f8ea3', shape: 'circle' },
  describe: 'One mask: where an image is kept and where it is redrawn.',
});
