import {
  type Catalog,
  type FingerprintEnvironment,
  inconsistentNodes,
  parseWorkflow,
  versionOf,
} from '@unclip-studio/graph-core';
import type { Receipt, RecordedNode } from '@unclip-studio/protocol';
import { sha256 } from '../common/sha256.js';
import { decodeAnimation } from '../services/animation-codec.js';
import { decodeImage } from '../services/image-codec.js';
import { readEmbeddedWorkflow } from '../services/image-text.js';
import { digestReceipt, hashPixels } from '../services/receipts/receipt.js';
import { prepareRun } from './prepared-run.js';

/** A claim of a receipt: it holds, it is wrong, or it cannot be verified here. */
export interface Finding {
  readonly verdict: 'holds' | 'wrong' | 'open';
  readonly words: string;
}

export interface CheckReceiptContext {
  readonly catalog: Catalog;
  /** Finds the files that the receipt names, as far as they are here. */
  readonly environment: FingerprintEnvironment;
}

interface ReceiptedImage {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
}

/**
 * Checks everything about a receipt that needs no model; an open point at the end says what only a new run can show.
 */
export async function checkReceipt(image: ReceiptedImage, context: CheckReceiptContext): Promise<readonly Finding[]> {
  const { nodes } = image.receipt;
  return [
    ...checkDigest(image.receipt),
    checkFingerprints(image.receipt),
    await checkPixels(image),
    await checkWorkflow(image, context.catalog),
    ...checkPlugins(nodes, context.catalog),
    ...nodes.flatMap((node) => checkVersion(node, context.catalog)),
    ...(await Promise.all(nodes.flatMap((node) => checkFiles(node, context)))),
    {
      verdict: 'open',
      words:
        `That ${image.receipt.program} on ${image.receipt.device} gave these pixels from this record: ` +
        'only running its workflow again can prove that. A receipt is not signed.',
    },
  ];
}

function checkDigest(receipt: Receipt): readonly Finding[] {
  if (receipt.digest === undefined) return [];
  return [
    receipt.digest === digestReceipt(receipt)
      ? { verdict: 'holds', words: 'The receipt is as it was written.' }
      : { verdict: 'wrong', words: 'The receipt was changed after it was written: its own digest does not match.' },
  ];
}

function checkFingerprints({ nodes }: Receipt): Finding {
  const wrong = inconsistentNodes(nodes, sha256);
  if (wrong.length === 0)
    return { verdict: 'holds', words: `All ${nodes.length} fingerprints follow from the record.` };
  return { verdict: 'wrong', words: `The fingerprint does not follow from the record: ${wrong.join(', ')}.` };
}

async function checkPixels({ bytes, receipt }: ReceiptedImage): Promise<Finding> {
  // Of an animation all frames count.
  const isAnimation = receipt.nodes.at(-1)?.type === 'SaveAnimation';
  const decoding = isAnimation
    ? decodeAnimation(bytes, 'The image')
    : decodeImage(bytes, 'The image', { bitDepth: 16 });
  const isSame = await decoding.then(
    (image) => hashPixels(image) === receipt.pixels,
    () => false,
  );
  return isSame
    ? { verdict: 'holds', words: 'The pixels are those for which the receipt was made.' }
    : { verdict: 'wrong', words: 'The pixels are not those for which the receipt was made.' };
}

/** Plans the workflow inside the image, with the receipt's own words for its files. */
async function checkWorkflow({ bytes, receipt }: ReceiptedImage, catalog: Catalog): Promise<Finding> {
  const target = receipt.nodes.at(-1);
  const text = readEmbeddedWorkflow(bytes);
  const parsed = text === undefined ? undefined : parseWorkflow(text);
  if (target === undefined || !parsed?.ok) return { verdict: 'open', words: 'The image contains no valid workflow.' };
  const identities = new Map(receipt.nodes.flatMap(identitiesOf));
  const identify = async (_: unknown, value: string) => identities.get(value) ?? 'not in the receipt';
  const run = prepareRun(parsed.value, catalog, { ids: [target.id] });
  const planned = await run.fingerprint({ hash: sha256, identify });
  if (!planned.ok) return { verdict: 'open', words: 'The workflow inside cannot be planned by this program.' };
  return planned.value.fingerprints.at(-1) === target.fingerprint
    ? { verdict: 'holds', words: 'The workflow inside the image matches the receipt.' }
    : { verdict: 'wrong', words: 'The workflow inside the image does not match the receipt.' };
}

function identitiesOf({ files, params }: RecordedNode): readonly (readonly [string, string])[] {
  return Object.entries(files ?? {}).map(([param, name]) => [name, String(params[param])]);
}

/** The packages that an image needs in addition to this program, each once. */
function checkPlugins(nodes: readonly RecordedNode[], catalog: Catalog): readonly Finding[] {
  const needed = new Map(
    nodes.flatMap(({ plugin }) => (plugin === undefined ? [] : [[plugin.sha256, plugin] as const])),
  );
  return [...needed.values()].map(({ name, version, sha256: content }): Finding => {
    const here = [...catalog.types.values()].find(({ plugin }) => plugin?.name === name)?.plugin;
    const what = `The plug-in ${name}@${version}`;
    if (here === undefined) {
      return {
        verdict: 'open',
        words: `${what}, which made parts of it, is not here. An operator can add it: unclip plugins add ${name}@${version}`,
      };
    }
    if (here.sha256 === content) return { verdict: 'holds', words: `${what} is here, with the same content.` };
    return {
      verdict: 'open',
      words: `${what} made parts of it; here is ${name}@${here.version}, with another content.`,
    };
  });
}

function checkVersion({ id, type, version, params }: RecordedNode, catalog: Catalog): readonly Finding[] {
  const definition = catalog.types.get(type);
  if (definition === undefined) return [{ verdict: 'open', words: `${id}: this program has no node ${type}.` }];
  const here = versionOf(definition, params);
  if (here === version) return [];
  const words = `${id} (${type}): made by version ${version} of the node, here is ${here}.`;
  return [{ verdict: 'open', words }];
}

function checkFiles(
  { id, type, params, files = {} }: RecordedNode,
  { catalog, environment }: CheckReceiptContext,
): readonly Promise<Finding>[] {
  return Object.entries(files).map(async ([name, file]): Promise<Finding> => {
    const param = catalog.types.get(type)?.params[name];
    const where = `${id} (${type}), ${name} "${file}"`;
    const isFile = param?.kind === 'image' || param?.kind === 'checkpoint';
    const here = isFile ? await environment.identify(param, file).catch(() => undefined) : undefined;
    if (here === undefined) return { verdict: 'open', words: `${where}: not here, so it cannot be compared.` };
    return here === params[name]
      ? { verdict: 'holds', words: `${where}: is here, and the same.` }
      : { verdict: 'open', words: `${where}: what is here under this name is not what was used.` };
  });
}
