import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import { textOf } from '../comfy-graph.js';

export function numberOf(value: unknown, otherwise: number): number {
  const isRead = typeof value === 'bigint' || typeof value === 'boolean' || isNumberText(value);
  const number = isRead ? Number(typeof value === 'string' ? value.replaceAll('_', '') : value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
}

// What Python's `float` reads; finite numbers only.
const FLOAT_TEXT = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

/** A number in quotes, which ComfyUI reads as the number. */
export function isNumberText(value: unknown): value is string {
  return typeof value === 'string' && FLOAT_TEXT.test(value);
}

/** Python's `bool`, which ComfyUI's server makes of every BOOLEAN: 0, null and nothing in quotes are false. */
export function truthOf(value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  // NaN is true there.
  return Boolean(value) || Number.isNaN(value);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** Files carry drift such as 0.30000000000000016. */
export function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

export function sideInPx(value: unknown, otherwise = 0): number {
  return Math.round(clamp(numberOf(value, otherwise), 0, MAX_SIDE_PX));
}

export function shareOf(value: unknown, otherwise: number): number {
  return clamp(rounded(numberOf(value, otherwise)), 0, 1);
}

/** Without the folder that ComfyUI writes behind a name, such as ` [output]`. */
export function fileName(name: unknown): string {
  return textOf(name)
    .replace(/ \[(?:input|output|temp)\]$/, '')
    .replaceAll('\\', '/');
}
