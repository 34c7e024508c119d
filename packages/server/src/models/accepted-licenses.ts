import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ModelType } from '@unclip-studio/protocol';
import { z } from 'zod';
import { sha256 } from '../common/sha256.js';
import { ACCEPTED_LICENSES_FOLDER } from '../store/data-folder.js';
import { recordFiles } from './own-folder.js';

const acceptedLicense = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  type: z.string(),
  model: z.string(),
  license: z.string(),
  /** Of the text that was accepted: another text is another licence. */
  textSha256: z.string(),
  acceptedAt: z.iso.datetime(),
  acceptedBy: z.string(),
});
/** That an operator has accepted the licence of a model, when, who and which text. */
export type AcceptedLicense = z.infer<typeof acceptedLicense>;

/** What {@link AcceptedLicense} is about. */
export type AcceptedText = Pick<AcceptedLicense, 'type' | 'model' | 'textSha256'>;

/** The licences that were accepted for one data folder, each a file, so that a command may add one while a server runs. */
export interface AcceptedLicenses {
  find(accepted: AcceptedText): Promise<AcceptedLicense | undefined>;
  add(accepted: AcceptedText & { readonly type: ModelType; readonly license: string }): Promise<AcceptedLicense>;
}

export function createAcceptedLicenses(dataFolder: string, nowMs: () => number): AcceptedLicenses {
  const records = recordFiles(join(dataFolder, ACCEPTED_LICENSES_FOLDER), acceptedLicense);
  return {
    find: (accepted) => records.find(idOf(accepted)),
    async add({ type, model, license, textSha256 }) {
      const facts = { type, model, textSha256 };
      const acceptedAt = new Date(nowMs()).toISOString();
      const record = { id: idOf(facts), ...facts, license, acceptedAt, acceptedBy: `${userName()}@${hostname()}` };
      await records.write(record);
      return record;
    },
  };
}

function idOf({ type, model, textSha256 }: AcceptedText): string {
  return sha256(`${type}\n${model}\n${textSha256}`).slice(0, 32);
}

/** In a container a user may have only a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
