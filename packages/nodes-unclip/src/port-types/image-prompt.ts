import type { ImagePrompt } from '../models/image-prompt.js';
import { definePortType } from './port-type.js';
import { ArrayList, fieldsOf, StoredFormError, wholeNumber } from './stored-arrays.js';
import { addTensor, tensorAt } from './stored-tensors.js';

export const imagePromptPort = definePortType({
  name: 'image-prompt',
  codec: {
    version: 1,
    encode(value: ImagePrompt) {
      const { adapter, guided, unguided } = value;
      fieldsOf(value, 'adapter', 'guided', 'unguided');
      fieldsOf(adapter, ...SOURCE_FIELDS);
      const list = new ArrayList();
      const stored = { guided: addTensor(list, guided), unguided: addTensor(list, unguided) };
      return { fields: { adapter, ...stored }, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      const { adapter, guided, unguided } = fieldsOf(fields, 'adapter', 'guided', 'unguided');
      const { name, identity, crossAttentionDim, attentions } = fieldsOf(adapter, ...SOURCE_FIELDS);
      if (!Array.isArray(attentions)) throw new StoredFormError('expected a list of cross attentions');
      return {
        adapter: {
          ...{ name: String(name), identity: String(identity), crossAttentionDim: wholeNumber(crossAttentionDim) },
          attentions: attentions.map(wholeNumber),
        },
        ...{ guided: tensorAt(arrays, guided), unguided: tensorAt(arrays, unguided) },
      };
    },
  },
  looks: { colour: '#d477b5', shape: 'diamond' },
  describe: 'Images as an IP-Adapter shows them to a UNet.',
});

const SOURCE_FIELDS = ['name', 'identity', 'crossAttentionDim', 'attentions'] as const;
