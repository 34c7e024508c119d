import { formatExactJson } from './exact-json.js';
/** Where an input of a ComfyUI node gets its value from. */
export interface ComfyLink {
  readonly node: string;
  /** Place among the outputs of that node. */
  readonly slot: number;
}

/** One node of a ComfyUI graph, whichever format it came in. */
export interface ComfyNode {
  readonly id: string;
  /** The class, such as `KSampler`. */
  readonly type: string;
  /** The user's own name for it. */
  readonly title?: string;
  readonly mode: 'run' | 'mute' | 'bypass';
  readonly place?: ComfyBox;
  /** Widget -> value, what the server never sees left out. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Values whose widgets have no known name, as they came. */
  readonly unnamed?: readonly unknown[];
  readonly links: Readonly<Record<string, ComfyLink>>;
  /** Whether the values are those sent to the server, with all choices in texts resolved. */
  readonly isSent?: boolean;
  /** Inputs as the file has them whose links lead nowhere, or to a number. */
  readonly written?: Readonly<Record<string, unknown>>;
  /** Those of `values` that come from a link to a primitive node. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Other data in the file: colors, size, properties. Not interpreted, but kept. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Type names of the inputs that can be linked, and of the outputs, as far as the file contains them. */
  readonly inputTypes: Readonly<Record<string, string>>;
  readonly outputTypes: readonly string[];
  /** For a sampler configured by several nodes: the equivalent KSampler. */
  readonly custom?: CustomSampling;
}

export interface CustomSampling {
  /** As it is in the file. */
  readonly node: ComfyNode;
  /** The nodes that configure it, by role. */
  readonly parts: Readonly<Record<string, ComfyNode>>;
  /** What differs in the numbers, as a message. */
  readonly remark?: string;
}

export interface ComfyBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ComfyGroup extends ComfyBox {
  readonly title: string;
}

export interface ComfyNote extends ComfyBox {
  readonly id: string;
  readonly text: string;
}

export interface ComfyGraph {
  /** `ui`: as the page saves it, with places. `api`: as it is sent to the server. */
  readonly format: 'ui' | 'api';
  readonly nodes: ReadonlyMap<string, ComfyNode>;
  readonly groups: readonly ComfyGroup[];
  readonly notes: readonly ComfyNote[];
  /** The page as it is. Is kept, for an export. */
  readonly page?: Readonly<Record<string, unknown>>;
  /** Other parts of a prompt. Kept. */
  readonly rest?: Readonly<Record<string, unknown>>;
  /** What in the file could not be read, as a message. */
  readonly problems: readonly string[];
}

/** The file is not a ComfyUI workflow. */
export class ComfyFormatError extends Error {
  override readonly name = 'ComfyFormatError';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Names that are something else in every object of JavaScript, so that none of them can be the name of an input. */
export function isReservedName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

/** Ids are numbers in one format and texts in the other. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
    ? String(value)
    : undefined;
}

/**
 * A value of a file as text; empty if missing. JavaScript's own conversion would call a function named in the file,
 * "toString", and fail.
 */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? formatExactJson(value) : String(value);
}

/** The text that ComfyUI's server makes of a value with Python's `str`; lists and objects are written as JSON. */
export function sentText(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return textOf(value);
}

/** A value of a file as a number; NaN for lists and objects. */
export function plainNumber(value: unknown): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value);
}
