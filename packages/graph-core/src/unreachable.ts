/** Closes a `switch` over a union: the compiler refuses the call while a member has no case. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected ${JSON.stringify(value)}`);
}
