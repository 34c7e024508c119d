import { z } from 'zod';
import { detectImageFormat } from '../image-format.js';
import { C2PA_SETTINGS, loadC2pa } from './c2pa-library.js';

/** What the newest C2PA manifest of an image says. Who stands behind its certificate is not looked at. */
export interface ImageManifest {
  /** Name in the certificate of who signed it. */
  readonly signer: string;
  /** As IPTC calls it, without its address. */
  readonly digitalSourceType?: string;
  readonly ingredients: readonly { readonly title: string; readonly relationship: string }[];
  /** Codes of C2PA for what is wrong, such as `assertion.dataHash.mismatch`; none if the image is as it was signed. */
  readonly failures: readonly string[];
}

const manifestStore = z.object({
  active_manifest: z.string(),
  manifests: z.record(
    z.string(),
    z.object({
      ingredients: z.array(z.object({ title: z.string().default(''), relationship: z.string() })).default([]),
      assertions: z.array(z.object({ label: z.string(), data: z.unknown() })).default([]),
      signature_info: z.object({ issuer: z.string().nullish(), common_name: z.string().nullish() }).nullish(),
    }),
  ),
  validation_results: z
    .object({ activeManifest: z.object({ failure: z.array(z.object({ code: z.string() })).default([]) }).nullish() })
    .nullish(),
});
const actions = z.object({ actions: z.array(z.object({ digitalSourceType: z.string().optional() })) });

/**
 * @returns `undefined` if the image has no manifest
 * @throws C2paMissing
 */
export async function readManifest(image: Uint8Array): Promise<ImageManifest | undefined> {
  const library = loadC2pa();
  const buffer = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const asset = { buffer, mimeType: `image/${detectImageFormat(image)}` };
  const found = await library.Reader.fromAsset(asset, C2PA_SETTINGS).catch((error: unknown) => {
    // Its structure is damaged.
    return { json: () => ({ active_manifest: '', manifests: {}, problem: String(error) }) };
  });
  if (found === null) return undefined;
  const store = manifestStore.parse(found.json());
  const manifest = store.manifests[store.active_manifest];
  if (manifest === undefined) return { signer: '', ingredients: [], failures: ['claim.malformed'] };
  const sources = manifest.assertions.flatMap(({ label, data }) =>
    label.startsWith('c2pa.actions') ? (actions.safeParse(data).data?.actions ?? []) : [],
  );
  const source = sources.find(({ digitalSourceType }) => digitalSourceType !== undefined)?.digitalSourceType;
  const failures = store.validation_results?.activeManifest?.failure ?? [];
  return {
    signer: manifest.signature_info?.common_name || manifest.signature_info?.issuer || '',
    ...(source === undefined ? {} : { digitalSourceType: source.slice(source.lastIndexOf('/') + 1) }),
    ingredients: manifest.ingredients,
    // No list of trusted certificates comes with this program.
    failures: failures.map(({ code }) => code).filter((code) => code !== 'signingCredential.untrusted'),
  };
}
