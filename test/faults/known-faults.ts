import { hubFaults } from './hub-faults.js';
import { imageFaults } from './image-faults.js';
import type { KnownFault } from './known-fault.js';
import { resavedFaults } from './resaved-faults.js';
import { schedulerFaults } from './scheduler-faults.js';
import { settingsFaults } from './settings-faults.js';
import { weightsFaults } from './weights-faults.js';
import { workflowFaults } from './workflow-faults.js';

/** Every input of the set: files of test/fixtures, and checkpoints that are made from one of the golden set. */
export const knownFaults: readonly KnownFault[] = [
  ...imageFaults,
  ...workflowFaults,
  ...resavedFaults,
  ...schedulerFaults,
  ...weightsFaults,
  ...settingsFaults,
  ...hubFaults,
];
