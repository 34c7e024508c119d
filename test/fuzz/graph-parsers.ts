import { doImportTask, exportComfyUi, formatExactJson, importComfyUi, parseExactJson } from '@unclip-studio/comfyui';
import {
  canonicalJson,
  comfyTextOfExif,
  createCatalog,
  decodeForeignText,
  describeDiagnostic,
  describeInputs,
  diffWorkflows,
  expandWorkflow,
  formatWorkflow,
  parseForeignJson,
  parseWorkflow,
  planRun,
  readParamText,
  readSeed,
  readValueList,
  validateWorkflow,
} from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { parsePromptWeights } from '@unclip-studio/nodes-unclip/testing';
import { decodePreviewMessage, encodePreviewMessage } from '@unclip-studio/protocol';
import { parseClientMessage, readJsonBody } from '@unclip-studio/server';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText, mutateText } from './mutate-text.js';
import { byteParser, mustHold, type Parser, textParser } from './parser.js';

const catalog = createCatalog(unclipNodes);
/** One of each kind, with and without what decides how its text is read; more nodes are no more work for one text. */
const params = [
  ...new Map(
    unclipNodes
      .flatMap((node) => Object.values(node.params))
      .map((param) => [
        Object.keys(param)
          .filter((key) => key !== 'help' && key !== 'label')
          .join(' ') + param.kind,
        param,
      ]),
  ).values(),
];
const VALUE_WORDS = [
  '1..8',
  '0..1000 step 250',
  '0..1 step 0.001',
  '..',
  'step',
  'true',
  '1e9',
  '-0',
  '18446744073709551615',
  ', ',
];
const PROMPT_WORDS = ['(', ')', '(red:1.3)', ':', '\\(', '((', '))', 'a red circle, ', '1.1'];

/** What reads workflows, ours and ComfyUI's, and the small languages of their fields. */
export const GRAPH_PARSERS: readonly Parser[] = [
  textParser(
    'workflow',
    (random, { workflows }) => mutateJsonText(random, mutateJson(random, random.pick(workflows), workflows)),
    readWorkflowText,
  ),
  byteParser(
    'foreign-json',
    (random, { comfy, workflows }) => {
      const text = mutateJsonText(random, mutateJson(random, random.pick([...comfy, ...workflows])));
      const encoded = random.pick([
        () => Buffer.from(text),
        () => Buffer.from(`\ufeff${text}`),
        () => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]),
        () => Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(text, 'utf16le').swap16()]),
        () => mutateBytes(random, Buffer.from(text)),
      ])();
      return encoded;
    },
    (bytes) => {
      const text = decodeForeignText(bytes);
      if (text !== null) parseForeignJson(text);
    },
  ),
  textParser(
    'exact-json',
    (random, { comfy }) => mutateJsonText(random, mutateJson(random, random.pick(comfy))),
    (text) => {
      const value = parseExactJson(text);
      const again = formatExactJson(parseExactJson(formatExactJson(value)));
      mustHold(again === formatExactJson(value), 'what was written is read as it was');
    },
  ),
  textParser(
    'comfyui-import',
    (random, { comfy }) => mutateJsonText(random, mutateJson(random, random.pick(comfy), comfy)),
    (text) => {
      const { workflow } = importComfyUi(text);
      const own = formatWorkflow(workflow);
      return () => {
        mustHold(parseWorkflow(own).ok, 'an import is a workflow that can be read');
        return () => void formatExactJson(exportComfyUi(workflow).prompt);
      };
    },
  ),
  textParser(
    'comfyui-prompt',
    (random, { comfy }) => {
      const body = { prompt: mutateJson(random, random.pick(comfy), comfy), client_id: 'a', extra_data: {} };
      return mutateJsonText(random, random.chance(0.3) ? mutateJson(random, body) : body);
    },
    (text) => doImportTask({ kind: 'prompt', text, maxNodes: 5000 }),
  ),
  textParser(
    'values',
    (random) => mutateText(random, random.pick(VALUE_WORDS), VALUE_WORDS),
    (text) => {
      for (const param of params) {
        readValueList(param, text);
        readParamText(param, text);
      }
      readSeed(text);
    },
  ),
  textParser(
    'prompt-weights',
    (random) => mutateText(random, 'a (red:1.2) circle', PROMPT_WORDS, 20_000),
    (text) => parsePromptWeights(text),
  ),
  textParser(
    'exif-and-xmp-text',
    (random, { comfy }) => {
      const json = JSON.stringify(random.pick(comfy)).slice(0, 5000);
      const xmp = `<x:xmpmeta><rdf:li unclip-workflow="${json.replaceAll('"', '&quot;')}">a</rdf:li></x:xmpmeta>`;
      return mutateText(random, random.chance(0.5) ? xmp : `Workflow:${json}\0Prompt:${json}\0`, [
        '&quot;',
        '&#x0;',
        '<',
        '>',
        '\0',
        'Prompt:',
      ]);
    },
    (text) => {
      comfyTextOfExif(text);
    },
  ),
  textParser(
    'socket-message',
    (random) => {
      const messages = [
        { type: 'hello', lastSeq: 1 },
        { type: 'watch', previews: true, runs: ['a'] },
        { type: 'ping' },
      ];
      return mutateJsonText(random, mutateJson(random, random.pick(messages), messages));
    },
    parseClientMessage,
  ),
  byteParser(
    'json-body',
    (random, { workflows }) => {
      const text = mutateJsonText(random, { workflow: mutateJson(random, random.pick(workflows)) });
      return random.chance(0.3) ? mutateBytes(random, Buffer.from(text)) : Buffer.from(text);
    },
    readJsonBody,
  ),
  byteParser(
    'preview-frame',
    (random) => {
      const sizes = { step: 1, steps: 20, widthPx: 64, heightPx: 64, mime: 'image/jpeg' } as const;
      return mutateBytes(
        random,
        encodePreviewMessage({ runId: 'run', node: 'sample', ...sizes, bytes: new Uint8Array(9) }),
      );
    },
    decodePreviewMessage,
  ),
];

function readWorkflowText(text: string): unknown {
  const parsed = parseWorkflow(text);
  if (!parsed.ok) {
    const words = parsed.diagnostics.map(describeDiagnostic).join('\n');
    mustHold(words.length < 1_000_000, 'a refusal is short');
    return undefined;
  }
  const workflow = parsed.value;
  const formatted = formatWorkflow(workflow);
  const again = parseWorkflow(formatted);
  mustHold(again.ok && formatWorkflow(again.value) === formatted, 'what was written is read as it was');
  // Each of these is requested separately, and a workflow near the limit of nodes is expanded in each.
  return () => {
    const words = validateWorkflow(workflow, catalog).map(describeDiagnostic).join('\n');
    mustHold(words.length < 1_000_000, 'a refusal is short');
    return () => {
      expandWorkflow(workflow, catalog);
      describeInputs(workflow, catalog);
      diffWorkflows(workflow, { ...workflow, nodes: {} }, catalog);
      canonicalJson(workflow);
      return () => {
        planRun(workflow, catalog);
        return () => void formatExactJson(exportComfyUi(workflow).prompt);
      };
    };
  };
}
