import { fileProblems } from '../checkpoint-error.js';
import { isJsonObject, type JsonObject } from '../json-object.js';
import { parseJsonFile } from './checkpoint-folder.js';
import type { CheckpointLayout } from './checkpoint-layout.js';

/** Reads text files and keeps them, for the checkpoint's identity. */
export class TextFiles {
  readonly #layout: CheckpointLayout;
  readonly #texts = new Map<string, string>();

  constructor(layout: CheckpointLayout) {
    this.#layout = layout;
  }

  async text(path: string): Promise<string> {
    const text = await this.#layout.readText(path);
    this.#texts.set(path, text);
    return text;
  }

  async json(path: string): Promise<JsonObject> {
    const json = parseJsonFile(path, await this.text(path));
    if (isJsonObject(json)) return json;
    throw fileProblems(path, ['expected a JSON object'], 'Copy or download the checkpoint again');
  }

  has(path: string): Promise<boolean> {
    return this.#layout.has(path);
  }

  async optionalJson(path: string): Promise<JsonObject | null> {
    return (await this.#layout.has(path)) ? this.json(path) : null;
  }

  /** By path, whatever order the reads ended in. */
  inOrder(): readonly string[] {
    return [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => `${path}\n${text}`);
  }
}
