export { editActions } from './edit-actions.js';
export { addMaskBeside, maskNodeOf, promptOf, redrawingNode, wireInpainting } from './wire-inpainting.js';
