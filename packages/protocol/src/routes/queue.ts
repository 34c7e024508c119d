import { z } from 'zod';
import { devicesReport } from '../devices.js';
import { count } from '../fields.js';
import type { RouteTable } from '../route.js';
import { queueStatus, workerRecord } from '../workers.js';

const theQueue = { description: 'The queue.', schema: queueStatus };

export const queueRoutes = {
  readQueue: {
    method: 'get',
    path: '/api/queue',
    summary: 'Whether the server can execute runs, and its queue',
    answers: { 200: theQueue },
  },
  pauseQueue: {
    method: 'post',
    path: '/api/queue/pause',
    summary: 'Start no further run; the running one continues',
    answers: { 200: theQueue },
    errors: ['store-full'],
  },
  resumeQueue: {
    method: 'post',
    path: '/api/queue/resume',
    summary: 'Start runs again after a pause',
    answers: { 200: theQueue },
    errors: ['store-full'],
  },
  cancelAllRuns: {
    method: 'post',
    path: '/api/queue/cancel',
    summary: 'Cancel queued and running runs',
    answers: { 200: { description: 'How many runs were cancelled.', schema: z.object({ cancelled: count }) } },
    errors: ['store-full'],
  },
  listWorkers: {
    method: 'get',
    path: '/api/workers',
    summary: 'The workers, what they hold and what each does',
    description:
      "The server's own, or with --queue those that have registered; one that stops reporting is removed after a while.",
    answers: { 200: { description: 'The workers.', schema: z.object({ workers: z.array(workerRecord) }) } },
  },
  listDevices: {
    method: 'get',
    path: '/api/devices',
    summary: 'What models could run on at the server, and what to do where they cannot',
    description: 'Recent test results are used; devices without one are tested now, which takes up to a minute.',
    answers: { 200: { description: 'The devices.', schema: devicesReport } },
  },
  testDevices: {
    method: 'post',
    path: '/api/devices/test',
    summary: 'Test all devices of the server again',
    answers: { 200: { description: 'The devices.', schema: devicesReport } },
  },
  freeMemory: {
    method: 'post',
    path: '/api/memory/free',
    summary: 'Unload the models that no run uses',
    description: 'By every worker. The next run loads what it needs again, from disk.',
    body: z
      .strictObject({
        results: z
          .boolean()
          .default(false)
          .meta({ description: 'Also drop what runs keep for each other in memory; stored results stay.' }),
      })
      .meta({ id: 'FreeMemoryRequest' }),
    answers: { 204: { description: 'The workers have been told.' } },
  },
} as const satisfies RouteTable;
