import { writeFileSync } from 'node:fs';

/** A reporter of vitest: writes the totals to the file that UNCLIP_TEST_REPORT names. */
export default class TestReport {
  /** @param unhandled errors outside of any test */
  onTestRunEnd(modules, unhandled) {
    const total = { passed: 0, failed: 0, failedFiles: [], unhandled: unhandled.length };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      total.passed += states.filter((state) => state === 'passed').length;
      if (module.ok()) continue;
      // A file that cannot even be loaded holds no test that failed.
      total.failed += Math.max(1, states.filter((state) => state === 'failed').length);
      total.failedFiles.push(module.relativeModuleId);
    }
    writeFileSync(process.env.UNCLIP_TEST_REPORT, JSON.stringify(total));
  }
}
