import type { Workflow } from '@unclip-studio/graph-core';
import { errorWords } from '../api/error-words.js';
import type { Library } from '../api/library.js';
import { texts } from '../messages/texts.js';
import type { FileDialog } from '../session/files/file-state.js';
import type { Files } from '../session/files/files.js';

export type Conflict = Extract<FileDialog, { readonly kind: 'conflict' }>;
export type ConflictChoice = 'mine' | 'theirs' | 'both';

/** Does what the user has chosen, and keeps both states in any case. @param mine the document as it is here */
export async function resolveConflict(
  files: Files,
  mine: Workflow,
  { conflict, choice }: { readonly conflict: Conflict; readonly choice: ConflictChoice },
): Promise<void> {
  const { name, revision, current } = conflict;
  const { client, saveUnder, openSaved, ask, say } = files;
  // The state that was there becomes an earlier version.
  if (choice === 'mine') return saveUnder(name, revision);
  try {
    const copyName = await freeName(client, texts.conflict.copyName(name));
    if (choice === 'both') return await saveUnder(copyName, 0);
    const result = await client.save(copyName, { ...mine, title: copyName }, 0);
    // Somebody took the name in between: the question stays, and the next answer finds another name.
    if (result.kind === 'conflict') return;
    if (current !== undefined) openSaved(current);
    ask(undefined);
    say(texts.files.saved(copyName));
  } catch (error) {
    say(texts.files.saveFailed(errorWords(error)));
  }
}

async function freeName(client: Library, name: string): Promise<string> {
  const taken = new Set((await client.list()).map((saved) => saved.name));
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
}
