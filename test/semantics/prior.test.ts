import { test } from 'vitest';
import { expectPriorFollowsPrompt } from '../support/semantics-expectations.js';

test('images drawn through the prior show what its prompt says, and not what other prompts say', () =>
  expectPriorFollowsPrompt(2, 6));
