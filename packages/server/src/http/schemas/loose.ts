/**
 * A type as zod infers it: there an optional key may also be present with the value `undefined`. With
 * `satisfies z.ZodType<Loose<T>>` the compiler finds a schema that has fallen behind the type it describes.
 */
export type Loose<T> = T extends readonly (infer Element)[]
  ? readonly Loose<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Loose<T[Key]> | (Record<never, never> extends Pick<T, Key> ? undefined : never) }
    : T;
