import type { Plugin, PluginNode, PluginServices } from '@unclip-studio/nodes-unclip/sdk';
import type { GuestBridge, ServiceName } from '../messages.js';
import { pack, unpack } from '../transport.js';

// Runs in the same realm as the code of the plug-in: nothing that it says is trusted on the other side.

const scope = globalThis as unknown as { unclipHost?: GuestBridge; console?: unknown };
if (scope.unclipHost === undefined) throw new Error('Internal error: a plug-in is loaded by the program only');
const bridge: GuestBridge = scope.unclipHost;
// Before the code of the plug-in is there.
delete scope.unclipHost;
const log = (...words: unknown[]) => bridge.send('log', words.map(toText).join(' '), [], '');
scope.console = { log, info: log, warn: log, error: log, debug: log };

interface Call {
  readonly node: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Describes the plug-in, and evaluates its nodes on request. */
export function serve(plugin: Partial<Plugin>): void {
  const { nodes = [], portTypes = [], migrations = [], workflows = {}, messages = {} } = plugin;
  const types = new Map(portTypes.map((type) => [type.name, type]));
  const pending = new Map<number, Pending>();
  let nextRequest = 0;

  function ask(service: ServiceName, value: unknown): Promise<unknown> {
    const request = nextRequest++;
    const { text, buffers } = pack(value);
    return new Promise((resolve, reject) => {
      pending.set(request, { resolve, reject });
      bridge.send('request', text, buffers, JSON.stringify([request, service]));
    });
  }
  const services = createServices(ask);

  async function evaluate({ node: type, inputs, params }: Call): Promise<unknown> {
    const node = nodes.find((one) => one.type === type);
    if (node === undefined) throw new Error(`there is no node ${type}`);
    const context = {
      signal: { aborted: false, throwIfAborted() {} },
      services,
      progress: (step: number, steps: number) => bridge.send('progress', '', [], JSON.stringify([step, steps])),
      preview() {},
      publish() {},
    };
    const outputs = await node.evaluate({ inputs: await readInputs(node, inputs), params }, context);
    return Object.fromEntries(
      Object.entries(node.outputs).map(([name, port]) => {
        const value = outputs?.[name];
        const own = types.get(port.type);
        return [name, own === undefined || value === undefined ? value : own.codec.encode(value)];
      }),
    );
  }

  async function readInputs(node: PluginNode, inputs: Call['inputs']): Promise<Readonly<Record<string, unknown>>> {
    const values: [string, unknown][] = [];
    for (const [name, value] of Object.entries(inputs)) {
      const own = types.get(node.inputs[name]?.type ?? '');
      // A codec of a plug-in has no models to find again.
      const read = own === undefined ? value : await own.codec.decode(value as never, {} as never);
      values.push([name, read]);
    }
    return Object.fromEntries(values);
  }

  bridge.receive = (type, text, buffers, detail) => {
    if (type === 'call') {
      evaluate(unpack({ text, buffers }) as Call)
        .then((values) => {
          const packed = pack(values);
          bridge.send('result', packed.text, packed.buffers, '');
        })
        .catch((error) => bridge.send('failed', toText(error), [], ''));
      return;
    }
    const [request, isOk] = JSON.parse(detail) as readonly [number, boolean];
    const waiting = pending.get(request);
    pending.delete(request);
    const value = unpack({ text, buffers });
    if (isOk) waiting?.resolve(value);
    else waiting?.reject(new Error(String(value)));
  };
  const described = {
    nodes: nodes.map(({ evaluate: _, models: __, settle: ___, versionFor: ____, ...definition }) => definition),
    portTypes: portTypes.map(({ name, looks, describe }) => ({ name, looks, describe })),
    ...{ migrations, workflows, messages },
  };
  bridge.send('described', JSON.stringify(described), [], '');
}

function createServices(ask: (service: ServiceName, value: unknown) => Promise<unknown>): PluginServices {
  return {
    bulk: createBulk(),
    onnx: { run: (file, feeds) => ask('onnx.run', { file, feeds }) as ReturnType<PluginServices['onnx']['run']> },
    files: {
      list: (folder) => ask('files.list', { folder }) as Promise<readonly string[]>,
      read: (folder, path) => ask('files.read', { folder, path }) as Promise<Uint8Array>,
      write: async (folder, path, bytes) => void (await ask('files.write', { folder, path, bytes })),
    },
    fetch: (url, { method = 'GET', headers = {}, body } = {}) =>
      ask('fetch', { url: String(url), method, headers, body }) as ReturnType<PluginServices['fetch']>,
  };
}

function createBulk(): PluginServices['bulk'] {
  function run(operation: string, detail: readonly number[], ...arrays: readonly (Uint8Array | Float32Array)[]) {
    return bridge.bulk(operation, JSON.stringify(detail), arrays.map(wholeBuffer));
  }
  const inPlace = (bytes: Uint8Array, buffer: ArrayBuffer) => bytes.set(new Uint8Array(buffer));
  const floats = (buffer: ArrayBuffer) => new Float32Array(buffer);
  return {
    lookUp: (bytes, tables) => inPlace(bytes, run('lookUp', [], bytes, tables)),
    mixChannels: (rgb, matrix) => inPlace(rgb, run('mixChannels', [...matrix], rgb)),
    luma: (rgb) => floats(run('luma', [], rgb)),
    convolve: (values, width, kernel) => floats(run('convolve', [width, ...kernel], values)),
    combine: (x, { a = 1, b = 1, c = 0 }, y) => floats(run('combine', [a, b, c], ...(y === undefined ? [x] : [x, y]))),
    length: (x, y) => floats(run('length', [], x, y)),
    toBytes: (values, channels = 1) => new Uint8Array(run('toBytes', [channels], values)),
    toFloats: (bytes, factor = 1) => floats(run('toFloats', [factor], bytes)),
  };
}

function wholeBuffer({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}

function toText(value: unknown): string {
  if (value instanceof Error) return value.message || value.name;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
