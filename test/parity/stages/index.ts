import type { ParityStage } from '../parity-stage.js';

/** The stages that can be compared; a stage is one module here and one line in this list. */
export const stages: readonly ParityStage[] = [];
