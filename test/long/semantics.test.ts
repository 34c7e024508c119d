import { test } from 'vitest';
import {
  expectMixesLieBetween,
  expectPriorFollowsPrompt,
  expectSecondPassKeepsImage,
  expectVariationsKeepMeaning,
} from '../support/semantics-expectations.js';

// The tests of test/semantics with more images.

test('120 variations show what their input does at noise level 0, and what the prompt says at 1000', () =>
  expectVariationsKeepMeaning(8));

test('mixes lie between their two images, 12 a pair', () => expectMixesLieBetween(12));

test('a second pass keeps what the first one drew, 12 per scene', () => expectSecondPassKeepsImage(12));

test('images through the prior follow its prompt, 12 a prompt', () => expectPriorFollowsPrompt(12));
