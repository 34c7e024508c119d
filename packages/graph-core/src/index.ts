export { canonicalJson } from './canonical-json.js';
export { type Catalog, createCatalog, typesBetween } from './catalog.js';
export { changeFromStep, type StepChangeObstacle } from './change-from-step.js';
export { checkParam } from './check-param.js';
export { COMFY_KEYWORDS, comfyTextOf, comfyTextOfExif, looksLikeComfyUi } from './comfy-text.js';
export { type Diagnostic, describeDiagnostic } from './diagnostics.js';
export { diffWorkflows, type WorkflowDifference } from './diff-workflows.js';
export { executeRun, type RunRequest, type RunResult } from './execute.js';
export { type Dissolved, dissolveSubgraph } from './expand/dissolve-subgraph.js';
export { type Expansion, expandWorkflow } from './expand/expand-workflow.js';
export { findWritten, type WrittenNode } from './expand/find-written.js';
export { type GroupedWorkflow, makeSubgraph, type SubgraphObstacle } from './expand/make-subgraph.js';
export { catalogOf } from './expand/subgraph-catalog.js';
export { writtenAxis } from './expand/sweep-axis.js';
export {
  type FileParam,
  type FingerprintEnvironment,
  type FingerprintedPlan,
  fingerprintNode,
  fingerprintPlan,
} from './fingerprint.js';
export { decodeForeignText, ForeignJsonError, type ForeignJsonOptions, parseForeignJson } from './foreign-json.js';
export { createSourceResolver, findCycles, type ResolvedSource } from './graph.js';
export { scanJson } from './json-scan.js';
export { MAX_JSON_DEPTH, MAX_REQUEST_BYTES, MAX_WORKFLOW_BYTES } from './limits.js';
export { MIGRATIONS, type Migration, migrate } from './migrations.js';
export type * from './node-definition.js';
export { createDefineNode, toDefinition } from './node-definition.js';
export {
  cacheOver,
  createOutputCache,
  type KeptResults,
  type NodeResult,
  type OutputCache,
} from './output-cache.js';
export type * from './params.js';
export { formatWorkflow, parseWorkflow, readWorkflow } from './parse-workflow.js';
export { type Plan, type PlannedInput, type PlannedNode, planInSteps, planRun } from './plan.js';
export {
  decodePreviewMessage,
  encodePreviewMessage,
  type PreviewMessage,
  type PreviewMime,
} from './preview-frame.js';
export type * from './protocol.js';
export type { Result } from './result.js';
export {
  compareRecords,
  inconsistentNodes,
  type RecordDifference,
  type RecordedInput,
  type RecordedNode,
  type ResultRecord,
} from './result-record.js';
export type * from './run-events.js';
export { isSeed, MAX_SEED, readSeed, type Seed, seedOf, seedPlus } from './seed.js';
export { similarNames } from './similar.js';
export { finish, finishInSlices, NODES_A_STEP, type Steps } from './steps.js';
export { unreachable } from './unreachable.js';
export { validateWorkflow } from './validate.js';
export { readParamText, readValueList } from './value-list.js';
export { findWebpChunk, textsOfXmp, WebpError, xmpOf } from './webp-text.js';
export {
  isNodeId,
  type LinkSource,
  type NodeMode,
  parseLink,
  SUBGRAPH_PREFIX,
  type Subgraph,
  type SubgraphInput,
  setParam,
  setParams,
  subgraphNameOf,
  WORKFLOW_FORMAT,
  WORKFLOW_VERSION,
  type Workflow,
  type WorkflowInput,
  type WorkflowNode,
} from './workflow.js';
export {
  applyInputs,
  type DescribedInput,
  describeInputs,
  findParam,
  type ParamPlace,
  setInput,
} from './workflow-inputs.js';
