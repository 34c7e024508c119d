import { createDefineNode } from '@unclip-studio/graph-core';
import type { PortTypes } from './port-types.js';
import type { UnclipServices } from './services.js';

export const defineNode = createDefineNode<PortTypes, UnclipServices>();
