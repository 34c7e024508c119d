export type { RunEvent, Workflow } from '@unclip-studio/graph-core';
export type { RgbImage } from '@unclip-studio/nodes-unclip';
export { type EvaluatePluginNodeOptions, evaluatePluginNode } from './plugins/evaluate-plugin-node.js';
export { readWorkflow } from './read-workflow.js';
export { type RunWorkflowOptions, runWorkflow, type Setting, WorkflowError } from './run-workflow.js';
export { toPng } from './services/image-codec.js';
