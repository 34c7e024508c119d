import { test } from 'vitest';
import { expectNothingHeld } from '../support/soak-expectations.js';

test('ten runs, cancelled and finished, leave no file open, no listener and no timer behind', () =>
  expectNothingHeld(10));
