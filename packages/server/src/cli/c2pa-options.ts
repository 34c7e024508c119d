import { C2paMissing } from '../services/c2pa/c2pa-library.js';
import { SigningError, type SigningFiles } from '../services/c2pa/signing-key.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './exit-codes.js';

interface C2paOptions {
  readonly c2paCert: string | undefined;
  readonly c2paKey: string | undefined;
}

/**
 * The certificate and the key with which images are signed, tried out.
 *
 * @throws BadInput if one is missing, or nothing can be signed with them
 */
export async function readC2pa(
  { c2paCert, c2paKey }: C2paOptions,
  io: Surroundings,
): Promise<SigningFiles | undefined> {
  if (c2paCert === undefined && c2paKey === undefined) return undefined;
  if (c2paCert === undefined || c2paKey === undefined) {
    throw new BadInput(['--c2pa-cert and --c2pa-key belong together: the certificate, and its private key.']);
  }
  const files = { certFile: fromCwd(io, c2paCert), keyFile: fromCwd(io, c2paKey) };
  try {
    // Loaded by those who sign alone.
    const { openImageSigner } = await import('../services/c2pa/image-signer.js');
    await openImageSigner(files);
    return files;
  } catch (error) {
    if (!(error instanceof SigningError || error instanceof C2paMissing)) throw error;
    throw new BadInput([`--c2pa-cert: ${error.message}`]);
  }
}
