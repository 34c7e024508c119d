export { concatBytes, decodeUtf8, encodeUtf8 } from './bytes.js';
export { type Catalog, createCatalog, typesBetween } from './definition/catalog.js';
export { brokenRule, checkParam } from './definition/check-param.js';
export type * from './definition/evaluation.js';
export { isNodeId, similarNames } from './definition/names.js';
export type * from './definition/node-definition.js';
export { createDefineNode, toDefinition, versionOf } from './definition/node-definition.js';
export {
  compareVersions,
  isVersion,
  type KnownPackages,
  type NodeMigration,
  type NodePackage,
  packageOfType,
} from './definition/node-packages.js';
export type { ParamCondition, ParamConflict } from './definition/param-conflicts.js';
export type * from './definition/params.js';
export { filesInText, type UnreadText, unreadIn } from './definition/params.js';
export type { PortLooks, PortTypeDefinition, SocketShape } from './definition/port-type.js';
export {
  becauseOf,
  describeReason,
  type Reason,
  type ReasonMessages,
  type ReasonOf,
  reasonOf,
  withReason,
} from './definition/reasons.js';
export { isSeed, MAX_SEED, readSeed, type Seed, seedOf, seedPlus } from './definition/seed.js';
export {
  checkMessages,
  type NodeMessages,
  textsToTranslate,
  translateDefinition,
} from './definition/translate-definition.js';
export { readParamText, readValueList } from './definition/value-list.js';
export { canonicalJson, indentationOf } from './document/canonical-json.js';
export { changeFromStep, type StepChangeObstacle } from './document/change-from-step.js';
export {
  comfyTextOf,
  comfyTextOfExif,
  FOREIGN_KEYWORDS,
  foreignTextOf,
  foreignTextOfExif,
  looksLikeComfyUi,
  looksLikeParameters,
  PARAMETERS_KEYWORD,
} from './document/comfy-text.js';
export {
  type Diagnostic,
  type DiagnosticMessages,
  describeAtNodeIn,
  describeIn,
  type ProblemOf,
  type ProblemPlace,
  placeOf,
} from './document/diagnostics.js';
export { diffWorkflows, type WorkflowDifference } from './document/diff-workflows.js';
export { type Dissolved, dissolveSubgraph } from './document/dissolve-subgraph.js';
export { describeDiagnostic, englishDiagnostics } from './document/english-diagnostics.js';
export { type ExifTexts, readExif, writeExif } from './document/exif-text.js';
export { findWritten, type WrittenNode } from './document/find-written.js';
export {
  decodeForeignText,
  ForeignJsonError,
  type ForeignJsonOptions,
  parseForeignJson,
} from './document/foreign-json.js';
export { createSourceResolver, findCycles, ownEntry, ownNode, type ResolvedSource } from './document/graph.js';
export { JSON_NUMBER, type JsonDialect, JsonMistake, readJsonText, scanJson } from './document/json-text.js';
export { type GroupedWorkflow, makeSubgraph, type SubgraphObstacle } from './document/make-subgraph.js';
export { migrateNodes, withPackageVersions } from './document/migrate-nodes.js';
export { MIGRATIONS, type Migration, migrate } from './document/migrations.js';
export { isModelInstalled, MODEL_FILE, modelMeant } from './document/model-names.js';
export { formatWorkflow, parseWorkflow, readWorkflow } from './document/parse-workflow.js';
export {
  decodePngText,
  findPngTexts,
  insertPngText,
  isPng,
  makePng,
  openPngText,
  PNG_CHUNK_OVERHEAD,
  type PngChunk,
  PngError,
  type PngText,
  pngChunks,
  pngTextTooLarge,
} from './document/png-text.js';
export { describeRequired, downloadOf, nameOfRequired, type RequiredFile } from './document/required-files.js';
export type { Result } from './document/result.js';
export { asSaved, fileNameOf, fileNamesOf, mapFileNames } from './document/saved-workflow.js';
export { isStrippable, stripImage } from './document/strip-image.js';
export { catalogOf } from './document/subgraph-catalog.js';
export { writtenAxis } from './document/sweep-axis.js';
export {
  findWebpChunk,
  type ImageMarking,
  textsOfWebp,
  WebpError,
  withWebpExif,
  XMP_KEYWORD,
  xmpOf,
} from './document/webp-text.js';
export {
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
} from './document/workflow.js';
export { formShows } from './document/workflow-form.js';
export {
  applyInputs,
  type DescribedInput,
  describeInputs,
  findParam,
  type ParamPlace,
  setInput,
  suggestInputs,
} from './document/workflow-inputs.js';
export { isWhole, readZip, ZipError, type ZippedFile, ZipWriter } from './document/zip-file.js';
export { MAX_IMAGE_TEXT_BYTES, MAX_JSON_DEPTH, MAX_REQUEST_BYTES, MAX_WORKFLOW_BYTES } from './limits.js';
export { type Expansion, expandWorkflow } from './plan/expand/expand-workflow.js';
export { findNewerPlugins, findWarnings } from './plan/find-warnings.js';
export {
  type FileOfNode,
  type FileParam,
  type FingerprintEnvironment,
  type FingerprintedPlan,
  filesOf,
  fingerprintNode,
  fingerprintPlan,
} from './plan/fingerprint.js';
export { type Plan, type PlannedInput, type PlannedNode, type PlanTargets, planInSteps, planRun } from './plan/plan.js';
export {
  compareRecords,
  inconsistentNodes,
  type RecordDifference,
} from './plan/result-record.js';
export { finish, finishInSlices, NODES_A_STEP, type Steps } from './plan/steps.js';
export { checkAndExpand, validateWorkflow } from './plan/validate.js';
export { filesOfWorkflow } from './plan/workflow-files.js';
export { executeRun, type RunRequest, type RunResult } from './run/execute.js';
export {
  cacheOver,
  createOutputCache,
  type KeptResults,
  type NodeResult,
  type OutputCache,
} from './run/output-cache.js';
export type * from './run-events.js';
export { unreachable } from './unreachable.js';
