import type { OpenedBytes } from '../store/bytes/byte-store.js';

/** What a route answers; one place turns it into bytes and headers. */
export type Reply = JsonReply | TextReply | FileReply | EmptyReply;

export interface JsonReply<Body = unknown> {
  readonly kind: 'json';
  readonly status: number;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

interface TextReply {
  readonly kind: 'text';
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes of an image. `foreign`: made elsewhere, so that a browser must never show it as a page. */
export interface FileReply {
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

export function jsonReply<Body>(
  body: Body,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): JsonReply<Body> {
  return { kind: 'json', status, body, headers };
}
