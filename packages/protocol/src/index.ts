export { API, type Api, type ApiPaths } from './api.js';
export type { DeviceReason, DeviceReport, DeviceStep, DevicesReport } from './devices.js';
export type { Diagnostic, ParamRule } from './diagnostics.js';
export {
  type ClientMessage,
  clientMessage,
  eventSeq,
  type ServerEvent,
  type ServerEventBody,
  type ServerMessage,
  type ServerSnapshot,
  serverMessage,
} from './events.js';
export { LANGUAGES, type Language } from './languages.js';
export { MAX_IMPORT_CHARACTERS, MAX_LISTED, REPOSITORY_PATH, THUMBNAIL_SIDES_PX } from './limits.js';
export type { ModelDownload, ModelType } from './models.js';
export * from './preview-frame.js';
export {
  type FieldError,
  PROBLEM_KINDS,
  type ProblemBody,
  type ProblemKind,
  type ProblemStatus,
  problem,
} from './problems.js';
export { type Reason, reason } from './reasons.js';
export { type Receipt, type RecordedInput, type RecordedNode, receipt } from './receipts.js';
export type { Method, RouteDeclaration, RouteTable } from './route.js';
export type {
  Deletion,
  Difference,
  GalleryFacets,
  GalleryPage,
  GalleryPicture,
  SimilarPicture,
  Unstarred,
} from './routes/gallery.js';
export type { ImageRecord } from './routes/images.js';
export type {
  DownloadOffer,
  InstalledModel,
  ModelDeletion,
  ModelHealth,
  ModelLicenseDetail,
  ModelRecord,
  SharedLicense,
} from './routes/models.js';
export type { WebhookDelivery } from './routes/runs.js';
export type { CreateGrantRequest, GrantRecord, Shared, SharedRun } from './routes/sharing.js';
export type { ExportedPrompt, ImportReport, Template } from './routes/workflows.js';
export type {
  NodeStatus,
  OutputRecord,
  RunDetail,
  RunError,
  RunForecast,
  RunOutcome,
  RunRecord,
  RunState,
  RunWarning,
  WorkerExitReason,
} from './runs.js';
export type { Wire } from './wire.js';
export type * from './worker-messages.js';
export type { QueueStatus, WorkerCheckpoint, WorkerPhase, WorkerRecord, WorkerStatus } from './workers.js';
export type { RevisionConflict, SavedWorkflow, WorkflowVersion } from './workflows.js';
