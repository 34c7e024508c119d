import type { ServerEvent } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { runParams } from '../schemas/runs.js';

const serverEvent = z
  .looseObject({ type: z.string(), seq: z.int().min(0) })
  .meta({ id: 'Event', description: 'See docs/PROTOCOL.md for every type.' });

export const readRunEvents = defineRoute({
  id: 'readRunEvents',
  method: 'get',
  path: '/api/runs/{run}/events',
  tag: 'runs',
  summary: 'What happened in a run, as far as its events are still kept',
  params: runParams,
  query: z.strictObject({
    since: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'List the events after this seq.' }),
  }),
  replies: {
    200: {
      description: 'The events.',
      schema: z.object({
        events: z.array(serverEvent),
        complete: z.boolean().meta({ description: 'False: events after `since` are no longer kept; read the run.' }),
      }),
    },
  },
  problems: ['not-found'],
  handle({ params, query }, { runs }) {
    runs.read(params.run);
    const since = runs.eventsSince(query.since);
    if (since.kind === 'snapshot') return jsonReply({ events: [], complete: false });
    return jsonReply({ events: since.events.filter((event) => concerns(event, params.run)), complete: true });
  },
});

function concerns(event: ServerEvent, runId: string): boolean {
  if ('runId' in event) return event.runId === runId;
  return 'run' in event && event.run.id === runId;
}
