export { type Autosave, type AutosaveOptions, type Draft, type DraftStore, startAutosave } from './autosave.js';
export { ChangeScheduler, meaningChanged } from './change-scheduler.js';
export { type AlignEdge, type Axis, aligned, type Boxes, boxAround, distributed } from './commands/align.js';
export { addFrame, addNote, resizeAnnotation, setFrameTitle, setNoteText } from './commands/annotations.js';
export { canChangeLater, changeLater } from './commands/change-later.js';
export { copyText, duplicate, type PasteOptions, paste, readCopied } from './commands/clipboard.js';
export {
  addReroutePoint,
  connect,
  disconnect,
  type InputRef,
  insertOnLink,
  moveReroutePoint,
  nameReroutePoint,
  type OutputRef,
  removeReroutePoint,
} from './commands/links.js';
export {
  type Attachment,
  addNode,
  deleteEntities,
  type NewNode,
  setColour,
  setMode,
  setTitle,
  setWorkflowTitle,
  toggleMode,
} from './commands/nodes.js';
export { type ParamChange, replaceCheckpoint, setParam, setParams } from './commands/params.js';
export { move, nudge, type Places, resizeNode, type Size, setCollapsed, toggleCollapsed } from './commands/placing.js';
export { advanceSeeds, randomSeed, renewSeeds, setSeedMode, takeSeeds, withNextSeeds } from './commands/seeds.js';
export {
  addPort,
  groupNodes,
  promoteParam,
  removePort,
  renamePort,
  setWorkflowInput,
  ungroup,
} from './commands/structure.js';
export type * from './document.js';
export { TINTS } from './document.js';
export { type ChangeOrigin, type DocumentChange, DocumentStore } from './document-store.js';
export { holdByAsking, holdByLocks } from './draft-holder.js';
export {
  type Entity,
  type EntityKey,
  entityExists,
  entityOf,
  frameKey,
  idsOf,
  linkKey,
  noteKey,
} from './entity-key.js';
export { withSeedsFixed } from './fixed-seeds.js';
export { findLink, type Link, linkId, linksInto, linksOf, type Nodes, nodesReached } from './links.js';
export { freshNodeId } from './node-ids.js';
export { EMPTY_DOCUMENT, readDocument } from './read-document.js';
export type { Scope, ScopeStep } from './scope.js';
