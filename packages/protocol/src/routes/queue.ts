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
    summary: 'Whether the server can take work, and what it has',
    answers: { 200: theQueue },
  },
  pauseQueue: {
    method: 'post',
    path: '/api/queue/pause',
    summary: 'Start no further run; the running one goes on',
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
    summary: 'Cancel what is queued and what is running',
    answers: { 200: { description: 'How many runs were cancelled.', schema: z.object({ cancelled: count }) } },
    errors: ['store-full'],
  },
  listWorkers: {
    method: 'get',
    path: '/api/workers',
    summary: 'The workers, what they hold and what each does',
    description:
      "The server's own, or with --queue those that have signed on; one that is silent is left out after a while.",
    answers: { 200: { description: 'The workers.', schema: z.object({ workers: z.array(workerRecord) }) } },
  },
  listDevices: {
    method: 'get',
    path: '/api/devices',
    summary: 'What models could run on at the server, and what to do where they cannot',
    description:
      'What was found out in the last days counts; what was never tested is tested now, which takes up to a minute.',
    answers: { 200: { description: 'The devices.', schema: devicesReport } },
  },
  testDevices: {
    method: 'post',
    path: '/api/devices/test',
    summary: 'Test all devices of the server again',
    answers: { 200: { description: 'The devices.', schema: devicesReport } },
  },
} as const satisfies RouteTable;
