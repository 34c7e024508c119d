import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';

export const queueHandlers: Handlers<'queue'> = {
  readQueue: (_, { runs }) => jsonReply(runs.status()),

  pauseQueue(_, { runs }) {
    runs.pause();
    return jsonReply(runs.status());
  },

  resumeQueue(_, { runs }) {
    runs.resume();
    return jsonReply(runs.status());
  },

  cancelAllRuns: (_, { runs }) => jsonReply({ cancelled: runs.cancelAll() }),

  listWorkers: (_, { runs }) => jsonReply({ workers: runs.workers() }),

  listDevices: async (_, { devices }) => jsonReply(await devices.read()),

  freeMemory({ body }, { runs }) {
    runs.freeMemory(body.results);
    return { kind: 'empty' };
  },

  testDevices: async (_, { devices }) => jsonReply(await devices.test()),
};
