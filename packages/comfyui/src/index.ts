export { ComfyFormatError } from './comfy-graph.js';
export { PLACEHOLDER_PREFIX } from './conversion.js';
export { formatExactJson, parseExactJson } from './exact-json.js';
export { type ExportedPrompt, exportComfyUi } from './export-comfyui.js';
export { type ExportedPage, exportComfyUiPage } from './export-page.js';
export { imageTextsOf, type MadeImage } from './image-texts.js';
export { type ImportedWorkflow, importComfyUi } from './import-comfyui.js';
export {
  type ComfyExportFormat,
  doImportTask,
  exportText,
  type ImportAnswer,
  type ImportTask,
  type ReadPrompt,
} from './import-task.js';
export { comfyUiMapping, comfyUiSamplers, type MappingRow } from './mapping-table.js';
export type { ComfyApiNode } from './prompt-writer.js';
export type * from './report.js';
export { ComfyRequestError } from './request-error.js';
