/** Says whether a name matches a pattern, in steps that grow with the product of their lengths at the most. */
export type NamePattern = (name: string) => boolean;

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'set'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/**
 * Reads a pattern for one name: `*` matches any letters, `?` one, `[abc]` and `[a-z]` one of them, `[!abc]` any other.
 * A reversed range matches nothing. It is not converted to a regular expression, which would take exponential time for
 * `*a*a*a*b`.
 */
export function parseNamePattern(text: string): NamePattern {
  const tokens = tokensOf(text);
  return (name) => matches(tokens, [...name]);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [part = ''] of text.matchAll(/\[!?[^\]]+\]|[\s\S]/gu)) {
    if (part === '*') {
      // Two of them mean the same as one.
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (part === '?') tokens.push({ kind: 'any' });
    else if (part.length > 2 && part.startsWith('[')) tokens.push(toSet(part.slice(1, -1)));
    else tokens.push({ kind: 'letter', letter: part });
  }
  return tokens;
}

function toSet(inside: string): Token {
  const isNegated = inside.startsWith('!');
  const ranges = [...(isNegated ? inside.slice(1) : inside).matchAll(/([\s\S])-([\s\S])|[\s\S]/gu)].map(
    ([one, from = one, to = one]) => [from, to] as const,
  );
  return { kind: 'set', isNegated, ranges };
}

function matches(tokens: readonly Token[], letters: readonly string[]): boolean {
  let [token, at] = [0, 0];
  // Where to continue if what follows the last star does not match: the star takes one letter more.
  let retry: { readonly token: number; at: number } | undefined;
  while (at < letters.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      retry = { token: ++token, at };
    } else if (current !== undefined && fits(current, letters[at] ?? '')) {
      token++;
      at++;
    } else if (retry !== undefined) {
      token = retry.token;
      at = ++retry.at;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token++;
  return token === tokens.length;
}

function fits(token: Token, letter: string): boolean {
  switch (token.kind) {
    case 'any':
    case 'star':
      return true;
    case 'letter':
      return token.letter === letter;
    case 'set':
      return token.ranges.some(([from, to]) => from <= letter && letter <= to) !== token.isNegated;
  }
}
