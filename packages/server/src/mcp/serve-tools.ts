import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { StudioClient } from '@unclip-studio/client/node';
import type { ServerEvent } from '@unclip-studio/protocol';
import { programVersion } from '../services/program.js';
import { callWorkflowTool } from './call-tool.js';
import { listWorkflowTools } from './workflow-tools.js';

/** Offers the saved workflows of a server as tools to an MCP client, until it is closed. */
export async function serveTools(client: StudioClient, transport: Transport): Promise<{ close(): Promise<void> }> {
  const server = new Server(
    { name: 'unclip-studio', version: programVersion() },
    {
      capabilities: { tools: { listChanged: true } },
      instructions:
        'Each tool is a workflow that was saved in unclip-studio with named inputs. It answers with the images that it made, which ' +
        'takes seconds to minutes.',
    },
  );
  /** Run -> listener for its events. */
  const watched = new Map<string, () => void>();
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: (await listWorkflowTools(client)).map(({ tool }) => tool),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = (await listWorkflowTools(client)).find((one) => one.tool.name === params.name);
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no tool "${params.name}".`);
    let run: string | undefined;
    try {
      const onStart = (id: string) => {
        run = id;
        watched.set(id, progressOf(extra));
      };
      return await callWorkflowTool(client, tool, { args: params.arguments ?? {}, signal: extra.signal, onStart });
    } finally {
      if (run !== undefined) watched.delete(run);
    }
  });
  const events = client.listen({
    onEvents(all) {
      for (const event of all) watched.get(runOf(event) ?? '')?.();
      if (all.some(({ type }) => type === 'workflows-changed')) void server.sendToolListChanged();
    },
  });
  await server.connect(transport);
  return {
    async close() {
      events.close();
      await server.close();
    },
  };
}

const PROGRESS_EVERY_MS = 1000;

/** Sends progress to clients that requested it; many time out a minute after the last message. */
function progressOf({ _meta, sendNotification }: RequestHandlerExtra<ServerRequest, ServerNotification>): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let progress = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastMs < PROGRESS_EVERY_MS) return;
    lastMs = nowMs;
    progress++;
    void sendNotification({ method: 'notifications/progress', params: { progressToken, progress } });
  };
}

function runOf(event: ServerEvent): string | undefined {
  if ('runId' in event) return event.runId;
  return 'run' in event ? event.run.id : undefined;
}
