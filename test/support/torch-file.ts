import type { TensorBytes } from './safetensors-file.js';

const STORAGES: Readonly<Record<string, readonly [name: string, width: number]>> = {
  F32: ['FloatStorage', 4],
  F16: ['HalfStorage', 2],
  BF16: ['BFloat16Storage', 2],
  I64: ['LongStorage', 8],
};

export interface TorchTensor extends TensorBytes {
  /** Row by row when left out. */
  readonly strides?: readonly number[];
}

/**
 * Writes a dict of tensors like torch.save, one storage each: a zip archive with a pickle of protocol 2.
 *
 * @param under the key of the dict inside another, such as `state_dict`
 * @param inParts the part before the first dot of a name is the key of a separate dict
 * @param isModule the dict is an `nn.ParameterDict`, and its class a persistent id with its source, as torch wrote
 * before 1.6
 */
export function torchFile(
  tensors: Readonly<Record<string, TorchTensor>>,
  under?: string,
  { isModule = false, inParts = false } = {},
): Uint8Array {
  const names = Object.keys(tensors);
  const entries = names.map((name, key) => [name, tensorOf(tensors[name], key)] as const);
  const plain = inParts ? dictOfParts(entries) : dictOf(entries);
  const dict = isModule ? parameterDict(plain) : plain;
  const root = under === undefined ? dict : [bytes('}('), text(under), ...dict, bytes('u')];
  const pickle = Buffer.concat([Buffer.from([0x80, 2]), ...root, bytes('.')]);
  return zipOf({
    'archive/data.pkl': pickle,
    'archive/byteorder': bytes('little'),
    ...Object.fromEntries(names.map((name, key) => [`archive/data/${key}`, Buffer.from(tensors[name]?.data ?? [])])),
    'archive/version': bytes('3\n'),
  });
}

type Entry = readonly [name: string, value: readonly Buffer[]];

function dictOf(entries: readonly Entry[]): readonly Buffer[] {
  return [bytes('}('), ...entries.flatMap(([name, value]) => [text(name), ...value]), bytes('u')];
}

function dictOfParts(entries: readonly Entry[]): readonly Buffer[] {
  const parts = new Map<string, Entry[]>();
  for (const [name, value] of entries) {
    const [part = '', ...rest] = name.split('.');
    parts.set(part, [...(parts.get(part) ?? []), [rest.join('.'), value]]);
  }
  return dictOf([...parts].map(([part, inside]) => [part, dictOf(inside)]));
}

function parameterDict(dict: readonly Buffer[]): readonly Buffer[] {
  const type = global('torch.nn.modules.container', 'ParameterDict');
  const id = [
    bytes('('),
    text('module'),
    type,
    text('container.py'),
    text('class ParameterDict(Module): ...'),
    bytes('tQ'),
  ];
  return [...id, bytes(')\x81}('), text('training'), bytes('\x88'), text('_parameters'), ...dict, bytes('ub')];
}

function tensorOf(tensor: TorchTensor | undefined, key: number): readonly Buffer[] {
  const { dtype = '', shape = [], data = new Uint8Array(), strides } = tensor ?? {};
  const [storage = '', width = 1] = STORAGES[dtype] ?? [];
  const rowByRow = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  return [
    ...[global('torch._utils', '_rebuild_tensor_v2'), bytes('((')],
    ...[
      text('storage'),
      global('torch', storage),
      text(String(key)),
      text('cpu'),
      int(data.length / width),
      bytes('tQ'),
    ],
    ...[
      int(0),
      ints(shape),
      ints(strides ?? rowByRow),
      bytes('\x89'),
      global('collections', 'OrderedDict'),
      bytes(')RtR'),
    ],
  ];
}

function bytes(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}

function text(value: string): Buffer {
  const content = Buffer.from(value);
  const head = Buffer.from([0x58, 0, 0, 0, 0]);
  head.writeUInt32LE(content.length, 1);
  return Buffer.concat([head, content]);
}

function int(value: number): Buffer {
  const head = Buffer.from([0x4a, 0, 0, 0, 0]);
  head.writeInt32LE(value, 1);
  return head;
}

function ints(values: readonly number[]): Buffer {
  return Buffer.concat([bytes('('), ...values.map(int), bytes('t')]);
}

function global(module: string, name: string): Buffer {
  return bytes(`c${module}\n${name}\n`);
}

/** Stored without compression or checksums, which nothing here reads. */
function zipOf(files: Readonly<Record<string, Buffer>>): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, bytes(name), content);
    directory.push(entry, bytes(name));
    offset += 30 + name.length + content.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, all, end]));
}
