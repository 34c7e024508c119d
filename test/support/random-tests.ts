import fc from 'fast-check';
import { randomRuns, testSeed } from './test-seed.js';

// A setup file of vitest: property tests draw from the seed of the run, which is printed and can be given again.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: testSeed(), numRuns: randomRuns(100) });
