import { requireVision } from '../checkpoints/checkpoint.js';
import type { EmbedSpace } from '../models/model.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import type { PortCodec } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, type StoredArray, StoredFormError, wholeNumber } from './stored-arrays.js';

/** A tensor, and the checkpoint whose embeddings it belongs to. */
export function boundCodec<Value extends { readonly space: EmbedSpace }>(
  tensorName: Exclude<keyof Value, 'space'> & string,
  version: number,
): PortCodec<Value> {
  return {
    version,
    encode(value) {
      const { [tensorName]: rows } = fieldsOf(value, tensorName, 'space');
      const list = new ArrayList();
      const { name, identity } = value.space;
      // The one other key of such a value.
      const stored = addTensor(list, rows as Tensor);
      return { fields: { [tensorName]: stored, checkpoint: { name, identity } }, arrays: list.arrays };
    },
    async decode({ fields, arrays }, { rebind }) {
      const { [tensorName]: rows, checkpoint: named } = fieldsOf(fields, tensorName, 'checkpoint');
      const { name, identity } = fieldsOf(named, 'name', 'identity');
      const { vision } = await rebind(String(name), String(identity));
      const bound = { [tensorName]: tensorAt(arrays, rows), space: requireVision(vision).embeds };
      return bound as unknown as Value;
    },
  };
}

export function addTensor(list: ArrayList, value: Tensor): unknown {
  return { dims: value.dims, data: list.add(value.data) };
}

export function tensorAt(arrays: readonly StoredArray[], value: unknown): Tensor {
  const { dims, data } = fieldsOf(value, 'dims', 'data');
  if (!Array.isArray(dims)) throw new StoredFormError('expected dims');
  // Throws for dims that do not fit the values.
  return tensor(dims.map(wholeNumber), arrayAt(arrays, data, Float32Array));
}
