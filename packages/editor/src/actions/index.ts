export { addMaskBeside, maskNodeOf, promptOf, redrawingNode, wireInpainting } from './wire-inpainting.js';
