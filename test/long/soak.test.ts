import { test } from 'vitest';
import { expectNothingHeld } from '../support/soak-expectations.js';

test('two thousand runs, cancelled and finished, leave no file open, no listener and no timer behind', () =>
  expectNothingHeld(2000));
