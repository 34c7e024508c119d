export { addModelNode } from './add-model-node.js';
export { upscalingOf } from './add-upscaling.js';
export { arrangeCards } from './arrange-cards.js';
export { editActions } from './edit-actions.js';
export { imageOfBatch, isMadeAlike, keepCell, keepOfBatch } from './keep-of-batch.js';
export { gridOf, wordsForCell } from './sweep-cells.js';
export { sweepParam } from './sweep-param.js';
export { layoutRequest } from './tidy.js';
export { addMaskBeside, maskNodeOf, promptOf, redrawingNode, replaceMask, wireInpainting } from './wire-inpainting.js';
