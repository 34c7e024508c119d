import fc from 'fast-check';
import { expect } from 'vitest';
import { randomRuns, testSeed } from './test-seed.js';

// A setup file of vitest, run before each test file.

// Property tests draw from the seed of the run, which is printed and can be given again.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: testSeed(), numRuns: randomRuns(100) });

// For scripts/profile-tests.mjs; processes inherit it.
process.env['UNCLIP_PROFILE_FILE'] = expect.getState().testPath;
