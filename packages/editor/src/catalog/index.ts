export {
  type ConnectionJudge,
  canConnect,
  judgeFrom,
  type PortRef,
  portNames,
  portType,
  type Verdict,
} from './can-connect.js';
export { boxOf, cardBoxes, cardLayoutOf, contains, overlaps } from './card-boxes.js';
export {
  CARD,
  type CardLayout,
  type CardPart,
  layoutCard,
  type PortSide,
  showsImages,
} from './card-layout.js';
export { catalogOfStore, definitionOf, type EditorCatalog, isKnownType, readCatalog } from './definitions.js';
export { findNodes, placedNodes } from './find-nodes.js';
export { findProblems, type Problem, plannedNodes, toProblem } from './find-problems.js';
export { followCuts } from './follow-cuts.js';
export { freePlace } from './free-place.js';
export { imageUnderMask, readsPaintedMask } from './image-nodes.js';
export { imageReferences, mapImages } from './image-references.js';
export { layOut } from './lay-out.js';
export { onlySources } from './only-sources.js';
export { openWorkflow } from './open-workflow.js';
export { categoryColour, portLooks } from './port-looks.js';
export { routeWires } from './route-wires.js';
export { type Fit, type FoundNode, searchNodes } from './search-nodes.js';
