import type { OpenedBytes } from '../store/bytes/byte-store.js';

/** What a route answers; one place turns it into bytes and headers. */
export type Reply = JsonReply | TextReply | FileReply | EmptyReply;

interface JsonReply {
  readonly kind: 'json';
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface TextReply {
  readonly kind: 'text';
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes of a picture. `foreign`: made elsewhere, so that a browser must never show it as a page. */
interface FileReply {
  readonly kind: 'file';
  readonly mediaType: string;
  readonly content: OpenedBytes;
  /** Names the bytes: equal tags, equal bytes. */
  readonly etag: string;
  /** The address holds these bytes for ever. */
  readonly immutable: boolean;
  readonly foreign: boolean;
}

interface EmptyReply {
  readonly kind: 'empty';
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonReply(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: 'json', status, body, headers };
}
