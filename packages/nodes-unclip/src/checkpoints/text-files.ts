import { isJsonObject, type JsonObject } from '../json-object.js';
import { DAMAGED, fileProblems } from '../weights/checkpoint-error.js';
import { parseJsonFile } from '../weights/checkpoint-folder.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';

/** Reads the text files of a checkpoint. */
export class TextFiles {
  readonly #layout: CheckpointLayout;

  constructor(layout: CheckpointLayout) {
    this.#layout = layout;
  }

  text(path: string): Promise<string> {
    return this.#layout.readText(path);
  }

  async json(path: string): Promise<JsonObject> {
    return parseJsonObject(path, await this.text(path));
  }

  has(path: string): Promise<boolean> {
    return this.#layout.has(path);
  }

  async optionalJson(path: string): Promise<JsonObject | null> {
    return (await this.#layout.has(path)) ? this.json(path) : null;
  }
}

/** @throws CheckpointError if the text is not a JSON object */
export function parseJsonObject(path: string, text: string): JsonObject {
  const json = parseJsonFile(path, text);
  if (isJsonObject(json)) return json;
  throw fileProblems(path, ['expected a JSON object'], DAMAGED);
}
