import { isJsonObject, type JsonObject } from '../json-object.js';
import { fileProblems } from '../weights/checkpoint-error.js';
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
}

/** What a scheduler_config.json says to a scheduler: who saved it with which release says nothing, nor does `null`. */
export function schedulerContent(json: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(json).filter(([key, value]) => value !== null && (key === '_class_name' || !key.startsWith('_'))),
  );
}
