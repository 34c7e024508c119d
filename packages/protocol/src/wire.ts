import type { z } from 'zod';

/**
 * The type that a schema describes: read-only; optional keys may be missing, where zod would also allow the value
 * `undefined`, which JSON does not have; for an object with further keys only the known ones.
 */
export type Wire<Schema extends z.ZodType> = ReadOnly<z.output<Schema>>;

type ReadOnly<T> = T extends readonly (infer Element)[]
  ? readonly ReadOnly<Element>[]
  : T extends object
    ? [keyof T] extends [never]
      ? T
      : { readonly [Key in keyof T as Declared<T, Key>]: ReadOnly<Exclude<T[Key], undefined>> }
    : T;

/** The same with arrays that may be written to, which are all that the types of openapi-fetch know. */
export type Writable<T> = T extends readonly (infer Element)[]
  ? Writable<Element>[]
  : T extends object
    ? [keyof T] extends [never]
      ? T
      : { -readonly [Key in keyof T as Declared<T, Key>]: Writable<Exclude<T[Key], undefined>> }
    : T;

/** Any string is a key of a record, and of an object of which only some keys are known. */
type Declared<T, Key> = string extends Key ? ([KnownKeys<T>] extends [never] ? Key : never) : Key;
type KnownKeys<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: true };
