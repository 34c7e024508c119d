import type { z } from 'zod';

/**
 * What a schema describes, as values are handed around: read-only, and a key that may be missing is missing. zod would
 * also let it be there with the value `undefined`, which JSON cannot hold.
 */
export type Wire<Schema extends z.ZodType> = ReadOnly<z.output<Schema>>;

type ReadOnly<T> = T extends readonly (infer Element)[]
  ? readonly ReadOnly<Element>[]
  : T extends object
    ? [keyof T] extends [never]
      ? T
      : { readonly [Key in keyof T]: ReadOnly<Exclude<T[Key], undefined>> }
    : T;

/** The same with arrays that may be written to, which is all that the types of openapi-fetch know. */
export type Writable<T> = T extends readonly (infer Element)[]
  ? Writable<Element>[]
  : T extends object
    ? [keyof T] extends [never]
      ? T
      : { -readonly [Key in keyof T]: Writable<Exclude<T[Key], undefined>> }
    : T;
