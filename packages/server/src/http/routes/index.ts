import type { Route } from '../route.js';
import { cancelAllRuns } from './cancel-all-runs.js';
import { cancelRun } from './cancel-run.js';
import { closeSession } from './close-session.js';
import { comparePictures } from './compare-pictures.js';
import { deletePictures } from './delete-pictures.js';
import { deleteWorkflow } from './delete-workflow.js';
import { exportComfyUiRoute } from './export-comfyui.js';
import { findSimilarPictures } from './find-similar-pictures.js';
import { forecastRun } from './forecast-run.js';
import { createGrant, listGrants, revokeGrant } from './grants.js';
import { importComfyUiRoute } from './import-comfyui.js';
import { listGallery } from './list-gallery.js';
import { listImages } from './list-images.js';
import { listModels } from './list-models.js';
import { listNodes } from './list-nodes.js';
import { listOutputs } from './list-outputs.js';
import { listRuns } from './list-runs.js';
import { listTemplates } from './list-templates.js';
import { listWorkers } from './list-workers.js';
import { listWorkflowVersions } from './list-workflow-versions.js';
import { listWorkflows } from './list-workflows.js';
import { moveRunToFront } from './move-run-to-front.js';
import { openSession } from './open-session.js';
import { pauseQueue } from './pause-queue.js';
import { readDocs } from './read-docs.js';
import { readGalleryFacets } from './read-gallery-facets.js';
import { readHealth } from './read-health.js';
import { readImage } from './read-image.js';
import { readImageThumbnail } from './read-image-thumbnail.js';
import { readMetrics } from './read-metrics.js';
import { readOpenApi } from './read-openapi.js';
import { readOutput } from './read-output.js';
import { readOutputReceipt } from './read-output-receipt.js';
import { readOutputThumbnail } from './read-output-thumbnail.js';
import { readOutputWorkflow } from './read-output-workflow.js';
import { readQueue } from './read-queue.js';
import { readRun } from './read-run.js';
import { readRunEvents } from './read-run-events.js';
import { readRunWorkflow } from './read-run-workflow.js';
import { readTemplate } from './read-template.js';
import { readTemplateThumbnail } from './read-template-thumbnail.js';
import { readUnstarred } from './read-unstarred.js';
import { readWorkflow } from './read-workflow.js';
import { readWorkflowInputs } from './read-workflow-inputs.js';
import { readWorkflowVersion } from './read-workflow-version.js';
import { restorePictures } from './restore-pictures.js';
import { restoreWorkflowVersion } from './restore-workflow-version.js';
import { resumeQueue } from './resume-queue.js';
import { retryRun } from './retry-run.js';
import { saveWorkflow } from './save-workflow.js';
import { setRunPriority } from './set-run-priority.js';
import {
  cancelSharedRun,
  listSharedRuns,
  openShared,
  readShared,
  readSharedImage,
  readSharedImageThumbnail,
  readSharedOutput,
  readSharedRun,
  startSharedRunRoute,
  uploadSharedImage,
} from './shared.js';
import { starPictures } from './star-pictures.js';
import { startRun } from './start-run.js';
import { startWorkflowRun } from './start-workflow-run.js';
import { uploadImage } from './upload-image.js';

/** Every operation of the API. What is not in this list cannot be reached. */
export const ROUTES: readonly Route[] = [
  cancelAllRuns,
  starPictures,
  restorePictures,
  readUnstarred,
  readGalleryFacets,
  listGallery,
  findSimilarPictures,
  deletePictures,
  comparePictures,
  cancelRun,
  closeSession,
  deleteWorkflow,
  forecastRun,
  listImages,
  listModels,
  listNodes,
  listOutputs,
  listRuns,
  listTemplates,
  listWorkflowVersions,
  importComfyUiRoute,
  exportComfyUiRoute,
  listWorkflows,
  moveRunToFront,
  openSession,
  pauseQueue,
  readDocs,
  readHealth,
  readImageThumbnail,
  readImage,
  readMetrics,
  readOpenApi,
  readOutputReceipt,
  readOutputThumbnail,
  readOutputWorkflow,
  readOutput,
  readQueue,
  listWorkers,
  readRunEvents,
  readRunWorkflow,
  readRun,
  readTemplate,
  readTemplateThumbnail,
  readWorkflowInputs,
  readWorkflowVersion,
  readWorkflow,
  restoreWorkflowVersion,
  resumeQueue,
  retryRun,
  saveWorkflow,
  setRunPriority,
  startRun,
  startWorkflowRun,
  uploadImage,
  createGrant,
  listGrants,
  revokeGrant,
  openShared,
  readShared,
  readSharedImage,
  readSharedImageThumbnail,
  uploadSharedImage,
  listSharedRuns,
  startSharedRunRoute,
  readSharedRun,
  cancelSharedRun,
  readSharedOutput,
];
