import { PORT_CODECS, type PortCodec, type StoredValue } from '@unclip-studio/nodes-unclip';

/**
 * Values of a plug-in's own port types are kept and handed on here as its codec wrote them; only the plug-in reads them.
 * What they are made of is in the fingerprint, with the content of the plug-in, so that their form has no version.
 */
const OPAQUE_CODEC: PortCodec<StoredValue> = {
  version: 1,
  encode: ({ fields, arrays }) => ({ fields, arrays }),
  decode: async ({ fields, arrays }) => ({ fields, arrays }),
};

/** The codec of a port type, of this program or of a plug-in; models have none. */
export function codecOf(portType: string): PortCodec | undefined {
  return PORT_CODECS.get(portType) ?? (portType.includes('/') ? (OPAQUE_CODEC as PortCodec) : undefined);
}
