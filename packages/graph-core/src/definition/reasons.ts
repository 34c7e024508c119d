import type { Reason } from '@unclip-studio/protocol';

export type { Reason };

/** Gives an error the data of its message, so that clients can say it in the language of their user. */
export function withReason<Failure extends Error>(error: Failure, because: Reason): Failure {
  // Not enumerable, as `message` and `cause` are: an error is printed and compared by its message.
  return Object.defineProperty(error, 'because', { value: because, configurable: true });
}

/** What {@link withReason} gave the error, or the error that caused it. */
export function reasonOf(error: unknown): Reason | undefined {
  if (!(error instanceof Error)) return undefined;
  return (error as { readonly because?: Reason }).because ?? reasonOf(error.cause);
}

/** The same as a part of an object, left out where there is none. */
export function becauseOf(error: unknown): { readonly because?: Reason } {
  const because = reasonOf(error);
  return because === undefined ? {} : { because };
}

/** The reason with a code. */
export type ReasonOf<Code, One = Reason> = One extends { readonly code: Code } ? One : never;

/** The sentences for reasons in one language. */
export type ReasonMessages = { readonly [Code in Reason['code']]: (reason: ReasonOf<Code>) => string };

/** The sentence for a reason; `undefined` where there is none, as for one that a newer server sends. */
export function describeReason(messages: Partial<ReasonMessages>, reason: Reason): string | undefined {
  // The compiler does not see that the function is the one for this very code.
  const words = (messages as Readonly<Record<string, ((reason: Reason) => string) | undefined>>)[reason.code];
  return words?.(reason);
}
