import { BaseSequencer, type TestSpecification } from 'vitest/node';

// These mostly wait, for locks to run out and for processes that come back, each for most of a minute. At the
// beginning they leave the processor to the browser tests; at the end it would stand still.
const WAITING = [
  'test/server/queue/sharing.test.ts',
  'test/server/queue/redis-outages.test.ts',
  'test/server/queue/worker-losses.test.ts',
];

/** The order of vitest (largest files first, by kind), with those that mostly wait before all others. */
export class WaitingFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWaiting = ({ moduleId }: TestSpecification) => WAITING.some((file) => moduleId.endsWith(file));
    const sorted = await super.sort(files);
    return [...sorted.filter(isWaiting), ...sorted.filter((file) => !isWaiting(file))];
  }
}
