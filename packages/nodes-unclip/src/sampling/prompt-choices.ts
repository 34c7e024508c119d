import type { Seed } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import { MAX_CHOICE_DEPTH, MAX_CHOICE_DRAWS, MAX_DRAWN_CHARACTERS, MAX_WILDCARD_CHARACTERS } from '../limits.js';
import { TorchGenerator } from '../random/torch-generator.js';

/** A prompt's choices that cannot be made. */
class PromptChoiceError extends Error {
  override readonly name = 'PromptChoiceError';
}

/** Draws among options, one draw after the other from a seed. */
export class ChoiceDrawer {
  readonly #generator: TorchGenerator;
  readonly #lists: ReadonlyMap<string, readonly string[]>;
  #draws = 0;

  /** @param lists by name, as {@link readWildcardLists} gives them */
  constructor(seed: Seed, lists: ReadonlyMap<string, readonly string[]>) {
    this.#generator = new TorchGenerator(seed);
    this.#lists = lists;
  }

  /**
   * Replaces each `{one|another}` and `__list__` by one option, from left to right; options may contain others. `\{`,
   * `\}`, `\|` and `\_` are plain characters.
   *
   * @throws PromptChoiceError for an unknown list, lists that name each other, or too many choices
   */
  choose(prompt: string): string {
    return unescapeChoices(this.#expand(prompt, 0));
  }

  #expand(text: string, depth: number): string {
    if (depth > MAX_CHOICE_DEPTH) {
      throw withReason(
        new PromptChoiceError(
          `TextEncode: choices are nested more than ${MAX_CHOICE_DEPTH} deep. Do lists name themselves?`,
        ),
        { code: 'prompt-limit', of: 'nesting', limit: MAX_CHOICE_DEPTH },
      );
    }
    let out = '';
    for (let at = 0; at < text.length; ) {
      if (text[at] === '\\') {
        out += text.slice(at, at + 2);
        at += 2;
        continue;
      }
      const options = optionsAt(text, at) ?? this.#listAt(text, at);
      if (options === null) out += text[at++];
      else {
        out += this.#expand(this.#draw(options.options), depth + 1);
        at = options.end;
      }
      if (out.length > MAX_DRAWN_CHARACTERS)
        throw withReason(
          new PromptChoiceError(`TextEncode: the chosen prompt is longer than ${MAX_DRAWN_CHARACTERS} characters.`),
          { code: 'prompt-limit', of: 'characters', limit: MAX_DRAWN_CHARACTERS },
        );
    }
    return out;
  }

  #listAt(text: string, at: number): Options | null {
    const [found, name = ''] =
      /^__([A-Za-z0-9 /.-]+(?:_[A-Za-z0-9 /.-]+)*)__/.exec(text.slice(at, at + MAX_WILDCARD_CHARACTERS)) ?? [];
    if (found === undefined) return null;
    const options = this.#lists.get(name);
    if (options !== undefined) return { options, end: at + found.length };
    const known = [...this.#lists.keys()];
    throw withReason(
      new PromptChoiceError(
        `TextEncode: the prompt names the list "${name}", which is not among the wildcards. ` +
          (known.length === 0
            ? `Write it there, such as "${name}: one | another".`
            : `There are: ${known.join(', ')}.`),
      ),
      { code: 'wildcard-not-found', name, known },
    );
  }

  #draw(options: readonly string[]): string {
    if (++this.#draws > MAX_CHOICE_DRAWS)
      throw withReason(new PromptChoiceError(`TextEncode: a prompt can have ${MAX_CHOICE_DRAWS} choices, not more.`), {
        code: 'prompt-limit',
        of: 'choices',
        limit: MAX_CHOICE_DRAWS,
      });
    const [share = 0] = this.#generator.rand(1);
    return options[Math.min(Math.floor(share * options.length), options.length - 1)] ?? '';
  }
}

interface Options {
  readonly options: readonly string[];
  /** The start of the text after them. */
  readonly end: number;
}

/** `{one|another}` at a position; `null` if there is none. */
function optionsAt(text: string, start: number): Options | null {
  if (text[start] !== '{') return null;
  const options: string[] = [];
  let open = 0;
  // Brackets have their own options.
  let square = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') open++;
    else if (character === '}' && --open === 0) return { options: [...options, text.slice(from, at)], end: at + 1 };
    else if (character === '[') square++;
    else if (character === ']') square = Math.max(square - 1, 0);
    else if (character === '|' && open === 1 && square === 0) {
      options.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return null;
}

/**
 * Reads one list a line: `animal: cat | dog | red fox`.
 *
 * @throws PromptChoiceError naming the line that is none
 */
export function readWildcardLists(text: string): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const [, name = '', options] = /^\s*([^:|]+?)\s*:(.*)$/.exec(line) ?? [];
    if (options === undefined) {
      throw withReason(
        new PromptChoiceError(`TextEncode: line ${i + 1} of the wildcards is not a list. Write "name: one | another".`),
        { code: 'wildcard-line', line: i + 1 },
      );
    }
    lists.set(name, splitOptions(options));
  }
  return lists;
}

function splitOptions(text: string): readonly string[] {
  const inBraces = optionsAt(`{${text}}`, 0);
  return (inBraces?.options ?? [text]).map((option) => option.trim());
}

function unescapeChoices(text: string): string {
  return text.replace(/\\([{}|_])/g, '$1');
}
