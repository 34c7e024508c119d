import { checkFullSize, writeFullSizeInputs } from './checks/full-size.js';
import { checkOperations } from './checks/operations.js';
import { checkSelfTest, describeRuntime } from './checks/self-test.js';
import { checkSmallModels } from './checks/small-models.js';

/** One line of results; `check` names what it is of. */
export interface Row {
  readonly check: string;
  readonly [key: string]: unknown;
}

/** Passes a row to the collector. */
export type Report = (row: Omit<Row, 'check'>) => void;

/** The input of a check, as text: it runs in a separate process. */
export type Check = (args: Readonly<Record<string, string>>, report: Report) => Promise<void> | void;

export const CHECKS: Readonly<Record<string, Check>> = {
  runtime: describeRuntime,
  'self-test': checkSelfTest,
  operations: checkOperations,
  'small-models': checkSmallModels,
  inputs: writeFullSizeInputs,
  'full-size': checkFullSize,
};
