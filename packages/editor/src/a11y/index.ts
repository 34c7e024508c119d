export { type OutlineRow, outlineRows } from './outline-rows.js';
export { type Partner, partnersOf } from './partners.js';
