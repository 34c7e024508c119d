import { createDefineNode, type EvaluableNode } from '@unclip-studio/graph-core';
import type { ModelRequest } from './models/inference.js';
import { type ModelPort, type PortTypes, unclipPortTypes } from './port-types/index.js';
import type { UnclipServices } from './services.js';

export type UnclipNode = EvaluableNode<UnclipServices, ModelRequest>;

export const defineNode = createDefineNode<PortTypes, UnclipServices, ModelPort, ModelRequest>(unclipPortTypes);
