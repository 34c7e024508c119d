import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runForecast } from '../schemas/runs.js';
import { forecastBody } from '../schemas/start-run.js';
import { resolveWorkflow } from '../start-source.js';

export const forecastRun = defineRoute({
  id: 'forecastRun',
  method: 'post',
  path: '/api/forecast',
  tag: 'runs',
  summary: 'Say which nodes would run, and for how long, without running anything',
  body: forecastBody,
  replies: { 200: { description: 'The forecast.', schema: runForecast } },
  problems: ['not-found', 'too-large', 'invalid-workflow'],
  async handle({ body }, server) {
    return jsonReply(await server.runs.forecast(await resolveWorkflow(body, server), body.targets));
  },
});
