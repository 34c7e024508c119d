import { z } from 'zod';
import { pageQuery, queryInteger, sha256 } from '../fields.js';
import { MAX_IMPORT_CHARACTERS, MAX_LISTED, MAX_WAIT_S } from '../limits.js';
import type { RouteTable } from '../route.js';
import { priority, runDetail, runRecord } from '../runs.js';
import type { Wire } from '../wire.js';
import {
  baseRevision,
  inputValues,
  revisionConflict,
  savedWorkflow,
  workflowFile,
  workflowInput,
  workflowName,
  workflowVersion,
} from '../workflows.js';
import { THUMBNAIL_ANSWERS } from './images.js';
import { START_ERRORS, startHeaders, webhookAddress } from './runs.js';

const template = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional().meta({ description: 'Its purpose, in a sentence or two.' }),
  nodeTypes: z.array(z.string()).meta({ description: 'Each once, also those inside of subgraphs.' }),
  requires: z
    .array(
      z.object({
        repository: z.string().meta({ description: 'On the Hugging Face Hub, as OWNER/NAME.' }),
        file: z.string().optional().meta({ description: 'Its path there; the whole repository if left out.' }),
        folder: z
          .string()
          .optional()
          .meta({ description: 'Where it goes, below "models"; "models" itself if left out.' }),
      }),
    )
    .optional()
    .meta({ description: 'Models that have to be downloaded before it runs.' }),
});
/** An example workflow that comes with the program. */
export type Template = Wire<typeof template>;

const mappedNode = z.object({
  id: z.string().meta({ description: 'Of the ComfyUI node.' }),
  type: z.string(),
  became: z.array(z.string()).meta({ description: 'Ids of the expanded nodes.' }),
  likeness: z.enum(['exact', 'alike', 'absorbed', 'placeholder']).meta({
    description:
      'exact: the same data; alike: the same meaning, other numbers; absorbed: a part of another node; placeholder: no ' +
      'counterpart, its data is kept.',
  }),
  words: z.string().meta({ description: 'Differences, missing parts, and what to do; may be empty.' }),
});

const importedWorkflow = z
  .object({
    workflow: workflowFile,
    report: z.object({ format: z.enum(['ui', 'api']), nodes: z.array(mappedNode), problems: z.array(z.string()) }),
  })
  .meta({ id: 'ImportedWorkflow' });
/** What an import made of each node of a ComfyUI workflow. */
export type ImportReport = Wire<typeof importedWorkflow>['report'];

const exportedPrompt = z
  .object({
    text: z.string().meta({ description: 'JSON whose whole numbers may be larger than a double holds exactly.' }),
    left: z.record(z.string(), z.string()).meta({ description: 'Node -> why ComfyUI has nothing like it.' }),
  })
  .meta({ id: 'ExportedPrompt' });
export type ExportedPrompt = Wire<typeof exportedPrompt>;

const nameParams = z.object({ name: workflowName });
const versionParams = z.object({ name: workflowName, revision: queryInteger(1, Number.MAX_SAFE_INTEGER) });

export const workflowRoutes = {
  listWorkflows: {
    method: 'get',
    path: '/api/workflows',
    summary: 'The saved workflows, the one saved last first',
    query: pageQuery(MAX_LISTED),
    answers: {
      200: { description: 'The newest state of each.', schema: z.object({ workflows: z.array(workflowVersion) }) },
    },
  },
  readWorkflow: {
    method: 'get',
    path: '/api/workflows/{name}',
    summary: 'The newest state of a saved workflow',
    params: nameParams,
    answers: { 200: { description: 'The workflow.', schema: savedWorkflow } },
    errors: ['not-found'],
  },
  saveWorkflow: {
    method: 'put',
    path: '/api/workflows/{name}',
    summary: 'Save a workflow',
    description:
      'Nothing is lost: a change based on an older revision is refused with 409 and the current state, and every earlier state stays readable. The workflow need not be complete.',
    params: nameParams,
    body: z
      .strictObject({
        workflow: workflowFile,
        baseRevision,
        thumbnail: sha256.optional().meta({ description: 'An uploaded image that shows its result.' }),
      })
      .meta({ id: 'SaveWorkflowRequest' }),
    answers: { 200: { description: 'The state that was saved.', schema: workflowVersion } },
    errors: ['conflict', 'invalid-workflow', 'too-large', 'store-full'],
    errorBodies: { 409: revisionConflict },
  },
  deleteWorkflow: {
    method: 'delete',
    path: '/api/workflows/{name}',
    summary: 'Take a workflow out of the list',
    description: 'Its states are kept and can be restored. Its share links are revoked.',
    params: nameParams,
    query: z.strictObject({
      baseRevision: queryInteger(0, Number.MAX_SAFE_INTEGER)
        .optional()
        .meta({ description: 'Refuse with 409 if this is not the newest revision.' }),
    }),
    answers: { 204: { description: 'It is out of the list.' } },
    errors: ['not-found', 'conflict', 'store-full'],
    errorBodies: { 409: revisionConflict },
  },
  readWorkflowInputs: {
    method: 'get',
    path: '/api/workflows/{name}/inputs',
    summary: 'What may be set when a saved workflow is run by its inputs',
    description: 'Each with its kind, its limits and the value it has when it is left out.',
    params: nameParams,
    answers: {
      200: { description: 'The inputs, in the order of a form.', schema: z.object({ inputs: z.array(workflowInput) }) },
    },
    errors: ['not-found'],
  },
  startWorkflowRun: {
    method: 'post',
    path: '/api/workflows/{name}/runs',
    summary: 'Run a saved workflow, with its inputs set',
    description:
      'Needs no knowledge of the nodes: GET /api/workflows/{name}/inputs says what there is to set. With `wait` the answer ' +
      'arrives when the run has ended; a repeated request with the same Idempotency-Key keeps waiting.',
    params: nameParams,
    query: z.strictObject({
      wait: queryInteger(0, MAX_WAIT_S)
        .optional()
        .meta({ description: 'Seconds to wait for the end of the run.', example: 60 }),
    }),
    headers: startHeaders,
    body: z
      .strictObject({
        inputs: inputValues.optional(),
        priority: priority.optional(),
        webhook: webhookAddress.optional(),
      })
      .meta({ id: 'StartWorkflowRunRequest' }),
    answers: {
      200: { description: 'With `wait`: the run has ended, as its state says.', schema: runDetail },
      201: { description: 'Without `wait`: the queued run; it is on the disk.', schema: runRecord },
      202: { description: 'With `wait`: the run is still queued or running.', schema: runDetail },
    },
    errors: ['not-found', 'conflict', 'too-large', ...START_ERRORS],
  },
  listWorkflowVersions: {
    method: 'get',
    path: '/api/workflows/{name}/versions',
    summary: 'All states of a workflow, newest first; also of a deleted one',
    params: nameParams,
    query: pageQuery(MAX_LISTED),
    answers: { 200: { description: 'The states.', schema: z.object({ versions: z.array(workflowVersion) }) } },
    errors: ['not-found'],
  },
  readWorkflowVersion: {
    method: 'get',
    path: '/api/workflows/{name}/versions/{revision}',
    summary: 'One earlier state of a workflow',
    params: versionParams,
    answers: { 200: { description: 'The workflow as it was.', schema: savedWorkflow } },
    errors: ['not-found'],
  },
  restoreWorkflowVersion: {
    method: 'post',
    path: '/api/workflows/{name}/versions/{revision}/restore',
    summary: 'Make an earlier state the newest one',
    description: 'Under a new revision; also brings a deleted workflow back, then with base revision 0.',
    params: versionParams,
    body: z.strictObject({ baseRevision }).meta({ id: 'RestoreRequest' }),
    answers: { 200: { description: 'The new state.', schema: workflowVersion } },
    errors: ['not-found', 'conflict', 'store-full'],
    errorBodies: { 409: revisionConflict },
  },
  listTemplates: {
    method: 'get',
    path: '/api/templates',
    summary: 'The example workflows that come with the program',
    answers: { 200: { description: 'The templates.', schema: z.object({ templates: z.array(template) }) } },
  },
  readTemplate: {
    method: 'get',
    path: '/api/templates/{name}',
    summary: 'One example workflow',
    params: nameParams,
    answers: { 200: { description: 'The workflow.', schema: workflowFile } },
    errors: ['not-found'],
  },
  readTemplateThumbnail: {
    method: 'get',
    path: '/api/templates/{name}/thumbnail',
    summary: 'What an example workflow makes, small',
    params: nameParams,
    answers: THUMBNAIL_ANSWERS,
    errors: ['not-found'],
  },
  fetchWorkflowFile: {
    method: 'post',
    path: '/api/remote-file',
    summary: 'Fetch a file with a workflow from an address',
    description:
      'JSON, an image that carries a workflow, or an archive; nothing is saved or looked into. Addresses of this machine and its network are refused unless `--allow-fetch` names them.',
    body: z
      .strictObject({
        url: z.url({ protocol: /^https?$/, error: 'expected an address with http:// or https://' }).max(2000),
      })
      .meta({ id: 'RemoteFileRequest' }),
    answers: { 200: { description: 'The bytes as they came.', mediaType: 'application/octet-stream' } },
    errors: ['not-found', 'too-large', 'unavailable'],
  },
  importComfyUi: {
    method: 'post',
    path: '/api/comfyui/import',
    summary: 'Import a workflow of ComfyUI; nothing is saved',
    body: z
      .strictObject({
        text: z
          .string()
          .max(MAX_IMPORT_CHARACTERS)
          .meta({ description: "The JSON as text, in the page's format or the API's." }),
        title: z.string().max(200).optional(),
      })
      .meta({ id: 'ComfyUiImportRequest' }),
    answers: { 200: { description: 'The workflow, and what became of each node.', schema: importedWorkflow } },
    errors: ['too-large', 'unavailable'],
  },
  exportComfyUi: {
    method: 'post',
    path: '/api/comfyui/export',
    summary: "Export a workflow in one of ComfyUI's formats, as far as it has nodes for it",
    body: z
      .strictObject({
        workflow: workflowFile,
        format: z.enum(['page', 'api']).optional().meta({
          description:
            'As its page saves it, with places, groups and notes, or as its server takes it. api when left out.',
        }),
      })
      .meta({ id: 'ComfyUiExportRequest' }),
    answers: { 200: { description: 'The text of the file, and what is not included.', schema: exportedPrompt } },
    errors: ['too-large', 'unavailable'],
  },
} as const satisfies RouteTable;
