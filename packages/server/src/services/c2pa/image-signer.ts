import type { ImageMarking } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import { detectImageFormat } from '../image-format.js';
import { programVersion } from '../program.js';
import type { GivenImage } from '../receipts/image-marking.js';
import { C2PA_SETTINGS, type C2paLibrary, type C2paSigner, loadC2pa } from './c2pa-library.js';
import { readManifest } from './read-manifest.js';
import { readSigningKey, SigningError, type SigningFiles } from './signing-key.js';

/** An image that was given to a workflow, with its file. */
export interface SignedInput extends GivenImage {
  readonly bytes: Uint8Array;
}

/** Signs images with the operator's key. The bytes differ each time, since a manifest has an id of its own. */
export interface ImageSigner {
  /**
   * @param inputs become the ingredients of the manifest
   * @throws SigningError
   */
  signMade(image: Uint8Array, marking: ImageMarking, inputs: readonly SignedInput[]): Promise<Uint8Array>;
  /** Signs another form of an image, whose own manifest goes along as that of its parent. @throws SigningError */
  signConverted(image: Uint8Array, original: Uint8Array): Promise<Uint8Array>;
}

/**
 * Opens a key, and tries it out: what is wrong with a certificate only the library tells, when it signs.
 *
 * @throws SigningError, C2paMissing
 */
export async function openImageSigner(files: SigningFiles): Promise<ImageSigner> {
  const { certificates, key, algorithm } = await readSigningKey(files, Date.now());
  const library = loadC2pa();
  const signer = createImageSigner(library, () => library.LocalSigner.newSigner(certificates, key, algorithm), files);
  const marking = { digitalSourceType: 'trainedAlgorithmicMedia', tool: '', models: [] } as const;
  const tried = await signer.signMade(ONE_PIXEL, marking, []).catch((error: unknown) => {
    if (!(error instanceof SigningError)) throw error;
    throw new SigningError(
      `${error.message} C2PA asks for a certificate that another one has issued, with the key usage digitalSignature and an ` +
        'extended key usage such as emailProtection.',
      { cause: error },
    );
  });
  const found = await readManifest(tried);
  if (found?.failures.length !== 0) {
    throw new SigningError(`"${files.certFile}" makes no valid manifest: ${found?.failures.join(', ')}.`);
  }
  return signer;
}

const ONE_PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function createImageSigner(
  library: C2paLibrary,
  openSigner: () => C2paSigner,
  { certFile }: SigningFiles,
): ImageSigner {
  async function signOnce(image: Uint8Array, { actions, ingredients, hasFiles }: Claim): Promise<Uint8Array> {
    const assertions = [{ label: 'c2pa.actions.v2', data: { actions } }];
    const builder = library.Builder.withJson({ claim_generator_info: [TOOL], assertions }, C2PA_SETTINGS);
    for (const { bytes, ...about } of ingredients) {
      const json = JSON.stringify({ ...about, format: mediaTypeOf(bytes) });
      await (hasFiles ? builder.addIngredient(json, assetOf(bytes)) : builder.addIngredient(json));
    }
    const signed: { buffer: Buffer | null } = { buffer: null };
    builder.sign(openSigner(), assetOf(image), signed);
    return signed.buffer as Buffer; // Set by `sign`.
  }
  async function sign(image: Uint8Array, claim: Omit<Claim, 'hasFiles'>): Promise<Uint8Array> {
    try {
      return await signOnce(image, { ...claim, hasFiles: true }).catch((error: unknown) => {
        // A file that was given, or its own manifest, may be damaged. It is an ingredient by its name and hash all the same.
        if (claim.ingredients.length === 0) throw error;
        return signOnce(image, { ...claim, hasFiles: false });
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw withReason(new SigningError(`The image could not be signed with "${certFile}": ${reason}.`, { cause }), {
        code: 'image-not-signed',
        detail: reason,
      });
    }
  }
  return {
    signMade(image, { digitalSourceType }, inputs) {
      const actions = [
        {
          action: 'c2pa.created',
          digitalSourceType: `http://cv.iptc.org/newscodes/digitalsourcetype/${digitalSourceType}`,
          softwareAgent: TOOL,
          ...actionOn(inputs.filter(({ isPart }) => !isPart)),
        },
        ...inputs.filter(({ isPart }) => isPart).map((input) => ({ action: 'c2pa.placed', ...actionOn([input]) })),
      ];
      const ingredients = inputs.map(({ name, isPart, bytes, ...input }) => ({
        ...{ title: name, bytes, relationship: isPart ? 'componentOf' : 'inputTo' },
        ...{ instance_id: idOf(input), label: idOf(input) },
      }));
      return sign(image, { actions, ingredients });
    },
    signConverted(image, original) {
      const parent = { title: 'original', relationship: 'parentOf', label: 'original', bytes: original };
      const on = { parameters: { ingredientIds: [parent.label] } };
      const actions = [{ action: 'c2pa.opened', ...on }, { action: 'c2pa.transcoded' }];
      return sign(image, { actions, ingredients: [parent] });
    },
  };
}

interface Claim {
  readonly actions: readonly Action[];
  readonly ingredients: readonly Ingredient[];
  /** Whether the files of ingredients are read, whose own manifests then go along. */
  readonly hasFiles: boolean;
}

interface Action {
  readonly action: string;
  readonly digitalSourceType?: string;
  readonly softwareAgent?: typeof TOOL;
  readonly parameters?: { readonly ingredientIds: readonly string[] };
}

interface Ingredient {
  readonly title: string;
  readonly relationship: string;
  /** By which actions name it. */
  readonly label: string;
  readonly instance_id?: string;
  readonly bytes: Uint8Array;
}

const TOOL = { name: 'unclip-studio', version: programVersion() };

/** What the receipt says of the image: the hash of its content. */
function idOf({ identity }: Pick<GivenImage, 'identity'>): string {
  return `sha256:${identity}`;
}

function actionOn(inputs: readonly GivenImage[]): Pick<Action, 'parameters'> {
  return inputs.length === 0 ? {} : { parameters: { ingredientIds: inputs.map(idOf) } };
}

function mediaTypeOf(bytes: Uint8Array): string {
  return `image/${detectImageFormat(bytes)}`;
}

function assetOf(bytes: Uint8Array): { readonly buffer: Buffer; readonly mimeType: string } {
  return { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), mimeType: mediaTypeOf(bytes) };
}
