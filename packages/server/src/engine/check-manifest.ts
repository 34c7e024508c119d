import { C2paMissing, INSTALL_C2PA } from '../services/c2pa/c2pa-library.js';
import { hasManifest } from '../services/c2pa/find-manifest.js';
import { type ImageManifest, readManifest } from '../services/c2pa/read-manifest.js';
import type { Finding } from './check-receipt.js';

/** What the C2PA manifest of an image says, and whether the image is still as it was signed; nothing if it has none. */
export async function checkManifest(image: Uint8Array): Promise<readonly Finding[]> {
  if (!hasManifest(image)) return [];
  try {
    const manifest = await readManifest(image);
    return manifest === undefined ? [] : findingsOf(manifest);
  } catch (error) {
    if (!(error instanceof C2paMissing)) throw error;
    const words = `The image has a C2PA manifest. To check it, install the package that reads it: ${INSTALL_C2PA}`;
    return [{ verdict: 'open', words }];
  }
}

function findingsOf({ signer, digitalSourceType, ingredients, failures }: ImageManifest): readonly Finding[] {
  const by = signer === '' ? '' : ` of "${signer}"`;
  if (failures.length > 0) {
    const words = `The C2PA manifest${by} does not hold: ${failures.join(', ')}. The file was changed after it was signed, or the signature is not valid.`;
    return [{ verdict: 'wrong', words }];
  }
  const source = digitalSourceType === undefined ? '' : ` Source: ${digitalSourceType}.`;
  const list = ingredients.map(({ title, relationship }) => `"${title}" (${relationship})`).join(', ');
  return [
    {
      verdict: 'holds',
      words: `The C2PA manifest was signed with the certificate${by}, and the file was not changed since.${source} Ingredients: ${list || 'none'}.`,
    },
    { verdict: 'open', words: `Whether the certificate${by} can be trusted is not checked here: compare its issuers.` },
  ];
}
