import { PORT_CODECS, type PortCodec, type StoredValue } from '@unclip-studio/nodes-unclip';

/**
 * Values of a plug-in's own port types are stored and passed on here as its codec wrote them; only the plug-in reads
 * them. The fingerprint contains everything they are made from, including the content of the plug-in, so their format
 * needs no version.
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
