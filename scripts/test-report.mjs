import { writeFileSync } from 'node:fs';

/** A reporter of vitest: writes what is counted, to the file that UNCLIP_TEST_REPORT names. */
export default class TestReport {
  /** @param unhandled errors outside of any test */
  onTestRunEnd(modules, unhandled) {
    const files = modules.map((module) => {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      const failures = states.filter((state) => state === 'failed').length;
      return {
        name: module.relativeModuleId,
        passed: states.filter((state) => state === 'passed').length,
        // A file that cannot even be loaded holds no test that failed.
        failed: module.ok() ? 0 : Math.max(1, failures),
      };
    });
    writeFileSync(process.env.UNCLIP_TEST_REPORT, JSON.stringify({ files, unhandled: unhandled.length }));
  }
}
