import { withReason } from '@unclip-studio/graph-core';
import { MAX_SCHEDULE_DEPTH, MAX_SCHEDULED_TEXTS } from '../limits.js';
import type { Period, Span } from '../port-types/conditioning.js';

/** A text, and when it is the prompt; always when `periods` is `null`. */
export interface ScheduledText {
  readonly text: string;
  readonly periods: readonly Period[] | null;
}

/** What of a prompt's brackets cannot be encoded. */
class PromptScheduleError extends Error {
  override readonly name = 'PromptScheduleError';
}

type Piece = string | Switch | Turn;

/** `[before:after:0.4]` */
interface Switch {
  readonly kind: 'switch';
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
  readonly at: Moment;
}

/** `[one|another]`: one a step, in turn. */
interface Turn {
  readonly kind: 'turn';
  readonly options: readonly (readonly Piece[])[];
}

/** With a decimal point it is a share of the steps, otherwise a number of steps. */
interface Moment {
  readonly unit: 'share' | 'steps';
  readonly value: number;
}

/**
 * Reads `[from:to:0.4]` (from one to the other after that share of the steps; `[to:0.4]` and `[from::0.4]` add and remove), with
 * a whole number of steps in place of the share, and `[a|b]` (in turn). Both may hold others. `\[`, `\]` and `\|` are plain
 * characters, and so are brackets of another form.
 *
 * @returns the texts there are, each with the periods in which it is the prompt
 * @throws PromptScheduleError for more texts than can be encoded
 * @see Stable Diffusion web UI 1.10, modules/prompt_parser.py, get_learned_conditioning_prompt_schedules
 */
export function readPromptSchedule(prompt: string): readonly ScheduledText[] {
  const pieces = readPieces(prompt, 0);
  const moments = momentsOf(pieces);
  const shares = sortedValues(moments, 'share');
  const steps = sortedValues(moments, 'steps');
  const turns = turnsOf(pieces).reduce(leastCommonMultiple, 1);
  if ((shares.length + 1) * (steps.length + 1) * turns > MAX_SCHEDULED_TEXTS ** 2) throw tooMany();
  const periodsOf = new Map<string, Period[]>();
  for (const share of spansBetween(shares)) {
    for (const span of spansBetween(steps)) {
      for (let index = 0; index < turns; index++) {
        const text = textAt(pieces, { share, steps: span, index });
        const period: Period = {
          ...(shares.length === 0 ? {} : { share }),
          ...(steps.length === 0 ? {} : { steps: span }),
          ...(turns === 1 ? {} : { turn: { index, of: turns } }),
        };
        periodsOf.set(text, [...(periodsOf.get(text) ?? []), period]);
      }
    }
  }
  if (periodsOf.size > MAX_SCHEDULED_TEXTS) throw tooMany();
  if (periodsOf.size === 1) return [...periodsOf.keys()].map((text) => ({ text, periods: null }));
  return [...periodsOf].map(([text, periods]) => ({ text, periods }));
}

function tooMany(): PromptScheduleError {
  return withReason(
    new PromptScheduleError(
      `TextEncode: the brackets of the prompt make more than ${MAX_SCHEDULED_TEXTS} different texts. Use fewer of them.`,
    ),
    { code: 'prompt-limit', of: 'texts', limit: MAX_SCHEDULED_TEXTS },
  );
}

/** The parts of a text: brackets with a meaning, and the text between them. */
function readPieces(text: string, depth: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const closing = findClosing(text);
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') {
      const end = closing.get(at);
      const group = end === undefined ? null : readGroup(text.slice(at + 1, end), depth + 1);
      if (group === null || end === undefined) continue;
      pieces.push(unescapeBrackets(text.slice(from, at)), group);
      from = end + 1;
      at = end;
    }
  }
  return [...pieces, unescapeBrackets(text.slice(from))];
}

const NUMBER = /^\s*(\d+\.\d*|\.\d+|\d+)\s*$/;

function readGroup(content: string, depth: number): Switch | Turn | null {
  if (depth > MAX_SCHEDULE_DEPTH)
    throw withReason(new PromptScheduleError(`TextEncode: brackets are nested more than ${MAX_SCHEDULE_DEPTH} deep.`), {
      code: 'prompt-limit',
      of: 'nesting',
      limit: MAX_SCHEDULE_DEPTH,
    });
  const options = splitOutside(content, '|');
  if (options.length > 1) return { kind: 'turn', options: options.map((option) => readPieces(option, depth)) };
  const parts = splitOutside(content, ':');
  const [, number] = NUMBER.exec(parts.at(-1) ?? '') ?? [];
  if (number === undefined || parts.length < 2 || parts.length > 3) return null;
  const [before = '', after = ''] = parts.length === 3 ? parts : ['', ...parts];
  const at: Moment = { unit: number.includes('.') ? 'share' : 'steps', value: Number(number) };
  return { kind: 'switch', before: readPieces(before, depth), after: readPieces(after, depth), at };
}

/** Splits where no bracket or parenthesis is open. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let open = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') at++;
    else if ('[('.includes(character)) open++;
    else if ('])'.includes(character)) open = Math.max(open - 1, 0);
    else if (character === separator && open === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** Opening bracket -> the one that closes it. */
function findClosing(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') open.push(at);
    else if (text[at] === ']') {
      const start = open.pop();
      if (start !== undefined) closing.set(start, at);
    }
  }
  return closing;
}

function unescapeBrackets(text: string): string {
  return text.replace(/\\([[\]|])/g, '$1');
}

function momentsOf(pieces: readonly Piece[]): readonly Moment[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string') return [];
    if (piece.kind === 'turn') return piece.options.flatMap(momentsOf);
    return [piece.at, ...momentsOf(piece.before), ...momentsOf(piece.after)];
  });
}

function turnsOf(pieces: readonly Piece[]): readonly number[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string') return [];
    if (piece.kind === 'turn') return [piece.options.length, ...piece.options.flatMap(turnsOf)];
    return [...turnsOf(piece.before), ...turnsOf(piece.after)];
  });
}

function sortedValues(moments: readonly Moment[], unit: Moment['unit']): readonly number[] {
  const values = moments.filter((moment) => moment.unit === unit).map(({ value }) => value);
  return [...new Set(values)].sort((a, b) => a - b);
}

/** From 0 to the first, from each to the next, and from the last on. */
function spansBetween(moments: readonly number[]): readonly Span[] {
  return [0, ...moments].map((from, i) => ({ from, to: moments[i] ?? null }));
}

interface Cell {
  readonly share: Span;
  readonly steps: Span;
  readonly index: number;
}

function textAt(pieces: readonly Piece[], cell: Cell): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.kind === 'turn') return textAt(piece.options[cell.index % piece.options.length] ?? [], cell);
      const now = piece.at.unit === 'share' ? cell.share.from : cell.steps.from;
      return textAt(now < piece.at.value ? piece.before : piece.after, cell);
    })
    .join('');
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
