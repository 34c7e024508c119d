import { test } from 'vitest';
import { expectNothingHeld } from '../support/soak-expectations.js';

test('thirty runs, cancelled and finished, leave no file open, no listener and no timer behind', () =>
  expectNothingHeld(30));
