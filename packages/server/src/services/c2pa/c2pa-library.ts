import { createRequire } from 'node:module';

/** The optional package that signs and reads manifests, and the version that this program was tested with. */
const C2PA_PACKAGE = '@contentauth/c2pa-node';
const VERSION = '0.5.5';

interface Asset {
  readonly buffer: Buffer;
  readonly mimeType: string;
}

/** What is used of the package, whose own types need a package that it does not bring. */
export interface C2paLibrary {
  readonly Builder: { withJson(manifest: object, settings: object): C2paBuilder };
  readonly LocalSigner: { newSigner(certificates: Buffer, key: Buffer, algorithm: string): C2paSigner };
  readonly Reader: {
    /** @returns `null` where there is no manifest */
    fromAsset(asset: Asset, settings: object): Promise<{ json(): unknown } | null>;
  };
}

export interface C2paSigner {
  alg(): string;
}

interface C2paBuilder {
  addIngredient(json: string, asset?: Asset): Promise<void>;
  /** Checks what it has made. @throws if the certificate or the key cannot be used */
  sign(signer: C2paSigner, from: Asset, to: { buffer: Buffer | null }): Buffer;
}

/** Nothing is fetched, whatever a file names. A manifest without thumbnails is a tenth as large. */
export const C2PA_SETTINGS = {
  builder: { thumbnail: { enabled: false } },
  verify: { verify_after_sign: true, remote_manifest_fetch: false, ocsp_fetch: false },
};

/** The package is not installed, or not for this machine. */
export class C2paMissing extends Error {
  override readonly name = 'C2paMissing';
}

const ownRequire = createRequire(import.meta.url);
let loaded: C2paLibrary | undefined;

/**
 * Loads the package from beside this program, once a process.
 *
 * @throws C2paMissing with the command that installs it
 */
export function loadC2pa(): C2paLibrary {
  loaded ??= requirePackage();
  return loaded;
}

function requirePackage(): C2paLibrary {
  try {
    // Not imported: a worker that starts from compiled code can only require what is not in its bundle.
    const library = ownRequire(C2PA_PACKAGE) as C2paLibrary;
    // Its native part is loaded at the first use.
    library.Builder.withJson({}, C2PA_SETTINGS);
    return library;
  } catch (cause) {
    throw new C2paMissing(
      `C2PA manifests need the package ${C2PA_PACKAGE}, which is not installed beside unclip-studio or does not run on ` +
        `${process.platform} with ${process.arch}. On Linux with x64 it is installed by: ${INSTALL_C2PA}`,
      { cause },
    );
  }
}

// Its installation script would download the native part, which the package brings for Linux on x64.
export const INSTALL_C2PA = `npm install --ignore-scripts ${C2PA_PACKAGE}@${VERSION}`;
