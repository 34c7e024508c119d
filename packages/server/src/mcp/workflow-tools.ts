import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { type ApiError, dataOf } from '@unclip-studio/client';
import type { StudioClient } from '@unclip-studio/client/node';
import type { Param } from '@unclip-studio/graph-core';
import { MAX_MCP_TOOLS } from '../limits.js';

/** A saved workflow with named inputs, as a tool. */
export interface WorkflowTool {
  /** The name under which it is saved; tool names have a smaller character set. */
  readonly workflow: string;
  /** Inputs that are images. */
  readonly images: ReadonlySet<string>;
  readonly tool: Tool;
}

/** The workflows that have inputs, those saved last first. */
export async function listWorkflowTools({ api }: Pick<StudioClient, 'api'>): Promise<readonly WorkflowTool[]> {
  const query = { limit: MAX_MCP_TOOLS };
  const { workflows } = await dataOf(api.GET('/api/workflows', { params: { query } }));
  const tools = new Map<string, WorkflowTool>();
  for (const { name, title } of workflows) {
    const asked = api.GET('/api/workflows/{name}/inputs', { params: { path: { name } } });
    // One that was deleted meanwhile, or that cannot be read, is not offered as a tool.
    const inputs = await dataOf(asked).then(
      (data) => data.inputs as readonly Input[],
      (error: ApiError) => (error.status < 500 ? [] : Promise.reject(error)),
    );
    if (inputs.length > 0) {
      const toolName = freeName(name, tools);
      tools.set(toolName, toTool({ workflow: name, toolName, title }, inputs));
    }
  }
  return [...tools.values()];
}

/** As the server describes it; the kinds of params are those of graph-core, and possibly more with a newer server. */
interface Input {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly param: { readonly kind: string };
  readonly value?: unknown;
}

interface Names {
  readonly workflow: string;
  readonly toolName: string;
  readonly title: string;
}

function toTool({ workflow, toolName, title }: Names, inputs: readonly Input[]): WorkflowTool {
  const isImage = ({ param }: Input) => param.kind === 'image';
  // Without an initial image there is no default.
  const required = inputs.filter((input) => isImage(input) && !input.value).map(({ name }) => name);
  return {
    workflow,
    images: new Set(inputs.filter(isImage).map(({ name }) => name)),
    tool: {
      name: toolName,
      title,
      description: `Makes images with the workflow "${title}" of unclip-studio. What is left out keeps its value.`,
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(inputs.map((input) => [input.name, schemaOf(input)])),
        ...(required.length > 0 ? { required } : {}),
        additionalProperties: false,
      },
    },
  };
}

function schemaOf({ label, help, param, value }: Input): object {
  const isImage = param.kind === 'image';
  const description = [label, help, isImage ? IMAGE_HELP : ''].filter(Boolean).join('. ').replaceAll('..', '.');
  const isDefault = value !== undefined && value !== '';
  return { ...valueSchema(param as Param), description, ...(isDefault ? { default: value } : {}) };
}

const IMAGE_HELP =
  'The path of a PNG, JPEG or WebP on this machine, a data: URL, or the name of an image in the library of unclip-studio';

function valueSchema(param: Param): object {
  switch (param.kind) {
    case 'number':
      return { type: 'number', minimum: param.min, maximum: param.max };
    case 'integer': {
      const { min: minimum, max: maximum, multipleOf } = param;
      return { type: 'integer', minimum, maximum, ...(multipleOf === undefined ? {} : { multipleOf }) };
    }
    case 'seed':
      return {
        anyOf: [
          { type: 'integer', minimum: 0 },
          { type: 'string', pattern: '^[0-9]{1,20}$' },
        ],
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'text':
      return { type: 'string', maxLength: param.maxLength };
    case 'choice':
      return { type: 'string', enum: param.options };
    case 'image':
    case 'checkpoint':
      return { type: 'string' };
    default:
      // A kind of a newer server: its error says what it accepts.
      param satisfies never;
      return {};
  }
}

/** A name that all clients take, for a name in any script. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  const first = plain || 'workflow';
  let free = first;
  for (let count = 2; taken.has(free); count++) free = `${first}_${count}`;
  return free;
}

// Some clients add their own prefix, and allow 64 characters in all.
const MAX_NAME_LENGTH = 48;
