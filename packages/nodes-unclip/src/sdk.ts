// What the author of a node or of a port type needs; the npm package hands it out as `unclip-studio/nodes`.
export { type Catalog, createCatalog, createDefineNode } from '@unclip-studio/graph-core';
export { defineNode, type UnclipNode } from './define-node.js';
export type { RgbImage } from './image/rgb-image.js';
export { unclipNodes } from './nodes/index.js';
export { type PortTypes, unclipPortTypes } from './port-types/index.js';
export {
  defineModelPort,
  definePortType,
  type ModelPortType,
  type PortCodec,
  type PortType,
  type RebindContext,
} from './port-types/port-type.js';
export { type StoredArray, StoredFormError, type StoredValue } from './port-types/stored-arrays.js';
export type { UnclipServices } from './services.js';
export { type Tensor, tensor } from './tensor/tensor.js';
