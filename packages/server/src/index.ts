export type { Workflow } from '@unclip-studio/graph-core';
export type { RgbImage } from '@unclip-studio/nodes-unclip';
export { installCuda } from './cli/commands/install-cuda.js';
export { installOpenvino } from './cli/commands/install-openvino.js';
export { createProgressLinesView } from './cli/progress-lines-view.js';
export { createTerminal } from './cli/terminal.js';
export { replaceFile, replaceFileSync, writeDurably } from './common/durable-write.js';
export { sha256 } from './common/sha256.js';
export { ConfigError, DEFAULT_LIMITS, type ServerConfig, type ServerLimits } from './config.js';
export { loadCatalog } from './engine/catalog.js';
export { createEngine, type Engine, type EngineOptions, type EngineRun } from './engine/engine.js';
export { type PreparedRun, prepareRun } from './engine/prepared-run.js';
export { createPreparedRuns } from './engine/prepared-runs.js';
export { createEventBus, type EventBus, eventsSince, nextStartSeq } from './events/event-bus.js';
export { EventClient, type EventSocket } from './events/event-client.js';
export { createEventHub } from './events/event-hub.js';
export { parseClientMessage } from './events/sockets.js';
export { GalleryQueryError, parseGalleryQuery } from './gallery/gallery-query.js';
export { toSqlFilter } from './gallery/query-sql.js';
export { rebuildIndex } from './gallery/rebuild-index.js';
export { createLogger } from './http/log.js';
export { readJsonBody } from './http/read-json-body.js';
export { ROUTES } from './http/routes/index.js';
export { readAllowedHost, readAllowedOrigin } from './http/security/allow-lists.js';
export { type RunningServer, startServer } from './http/start-server.js';
export { createTaskProcess, TaskTooLong, TooManyTasks } from './http/task-process.js';
export { createTurns } from './http/turns.js';
export { readSource } from './hub/model-sources.js';
export { MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX } from './limits.js';
export { createAcceptedLicenses } from './models/accepted-licenses.js';
export { createDownloadedModels } from './models/downloaded-models.js';
export { createModelLicenses } from './models/model-licenses.js';
export { readLicense } from './models/read-license.js';
export { FetchFailedError, FetchRefusedError, fetchForUser, type UserFetchOptions } from './net/fetch-for-user.js';
export { isPublicAddress } from './net/public-address.js';
export { type LoadPluginsOptions, loadPlugins, type Plugins } from './plugins/load-plugins.js';
export { writePluginLock } from './plugins/plugin-lock.js';
export { type RunWorkflowOptions, runWorkflow, type Setting, WorkflowError } from './run-workflow.js';
export { createActiveRun } from './runs/active-run.js';
export { systemClock } from './runs/clock.js';
export { createRunService, type RunServiceOptions } from './runs/create-run-service.js';
export { type EmbeddedPlaceOptions, embeddedPlace } from './runs/embedded-place.js';
export { partsOfPlan } from './runs/parts-of-plan.js';
export {
  IdempotencyConflict,
  QueueFull,
  RunNotFound,
  WorkersOutOfReach,
  WorkflowProblems,
  WrongRunState,
} from './runs/run-errors.js';
export type * from './runs/run-service.js';
export { decodeAnimation, encodeAnimation } from './services/animation-codec.js';
export { parseByteSize } from './services/byte-size.js';
export { INSTALL_C2PA } from './services/c2pa/c2pa-library.js';
export { hasManifest } from './services/c2pa/find-manifest.js';
export { openImageSigner } from './services/c2pa/image-signer.js';
export { readManifest } from './services/c2pa/read-manifest.js';
export { readSigningKey } from './services/c2pa/signing-key.js';
export { chooseDevice, DeviceError } from './services/devices/choose-device.js';
export { arithmeticOfLabel, CPU, type Device, deviceLabel, optionOf } from './services/devices/device.js';
export { adviceFor, adviseOnBfloat16, realSurroundings, visibleGpu } from './services/devices/device-advice.js';
export { chooseGpu, listGpus } from './services/devices/gpus.js';
export { testDevice } from './services/devices/self-test.js';
export { encodeImageFile } from './services/encode-image-file.js';
export { ImageError, OutputError } from './services/file-errors.js';
export { findCheckpoints } from './services/find-checkpoints.js';
export { FilePatternError, findImages } from './services/find-files.js';
export { findModelFiles, MODEL_FOLDERS } from './services/find-model-files.js';
export { checkImage, decodeAlpha, decodeImage, encodePng } from './services/image-codec.js';
export { createImageStore, type ImageStore } from './services/image-store.js';
export { readComfyText, readEmbeddedWorkflow, readImageText, WORKFLOW_KEYWORD } from './services/image-text.js';
export { localCheckpointFolder } from './services/local-checkpoint-folder.js';
export { createCheckpointService, type LocalCheckpointService } from './services/model-files.js';
export { parseNamePattern } from './services/name-pattern.js';
export { missingBinaryWords } from './services/onnx-runtime.js';
export { openLocalCheckpoint, openLocalModel, openLocalPrior } from './services/open-local-checkpoint.js';
export {
  createOrtSessions,
  defaultMemoryBudget,
  type OrtSessions,
  type OrtSessionsOptions,
} from './services/ort-sessions.js';
export { createOutputStore, type OutputStoreOptions } from './services/output-store.js';
export { readPngText } from './services/png-text.js';
export { parseReceipt } from './services/receipts/read-receipt.js';
export { arrayFileParts, readArrayFile } from './services/results/array-file.js';
export { createKeptResults } from './services/results/kept-results.js';
export { createResultStore, type ResultStore } from './services/results/result-store.js';
export { createSharedResults } from './services/results/shared-results.js';
export { createSamplingStates } from './services/results/stored-sampling-states.js';
export { toSafeFileName } from './services/safe-file-name.js';
export { blobStoreOver, createBlobStore } from './store/blob-store.js';
export type { ByteStore } from './store/bytes/byte-store.js';
export { claimStore, StoreOfAnotherServer } from './store/bytes/claim-store.js';
export { openBytes } from './store/bytes/open-bytes.js';
export type { StoreAddress } from './store/bytes/store-address.js';
export { prepareDataFolder } from './store/data-folder.js';
export { openDatabase } from './store/database.js';
export { FolderInUseError } from './store/folder-lock.js';
export { createLocalDates } from './store/local-dates.js';
export type { RunEnding, StoredRun } from './store/runs-table.js';
export { blobsFolderOf, openStore, type Store } from './store/store.js';
export {
  DatabaseDamagedError,
  RevisionConflict,
  StoreDamagedError,
  StoreFullError,
  StoreUnavailableError,
} from './store/store-errors.js';
export { createDecodedPreviews, type DecodedPreviewsOptions } from './worker/decoded-previews.js';
export { drawPreview, stepOfPreview } from './worker/draw-preview.js';
export { evaluateRun, forecastRun, warmUpRun } from './worker/evaluate-run.js';
export { classifyExit } from './worker/exit-reason.js';
export { expectedUses } from './worker/forecast-models.js';
export { latentToRgb, STABLE_DIFFUSION_MAP } from './worker/latent-to-rgb.js';
export type { WorkerConfig } from './worker/messages.js';
export { createPreviewPace } from './worker/preview-pace.js';
export { createPreviews } from './worker/previews.js';
export { createRunUpdates, mergeUpdates } from './worker/run-updates.js';
export { createSupervisor, type Supervisor, type SupervisorLimits } from './worker/supervisor.js';
export {
  expectedMsOf,
  loadPart,
  modelPart,
  type NodeWork,
  summarizeTimings,
  workOfPlan,
} from './worker/timing-keys.js';
export { createWorkerServices } from './worker/worker-services.js';
