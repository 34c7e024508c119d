import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { addressFor } from '../session/files/page-address.js';
import { useServer } from '../session/server-data.js';
import { useFiles } from '../session/session.js';
import { Button, ButtonLink } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { whenWords } from '../ui/format.js';

/** All states of a workflow, newest first: to look at, and to restore. */
export function VersionsDialog({ name }: { readonly name: string }) {
  const { client, ask, guard, openSaved, say } = useFiles();
  const { data: versions = [] } = useServer((api) => queries.versions(api, name));
  const newest = versions[0]?.revision ?? 0;

  async function restore(revision: number): Promise<void> {
    try {
      // A deleted workflow comes back as if it were new.
      const isListed = (await client.list()).some((saved) => saved.name === name);
      await client.restore(name, revision, isListed ? newest : 0);
      openSaved(await client.read(name));
      say(texts.versions.restored(revision));
    } catch (error) {
      say(texts.files.saveFailed(errorWords(error)));
    }
  }

  return (
    <Dialog title={texts.versions.title(name)} onClose={() => ask(undefined)} testId="modal">
      <ol className="versions">
        {versions.map(({ revision, savedAt }) => (
          <li key={revision}>
            <span>
              {texts.versions.revision(revision)}
              <small>
                {whenWords(savedAt)}
                {revision === newest && ` · ${texts.versions.current}`}
              </small>
            </span>
            <ButtonLink href={addressFor({ kind: 'saved', name, revision })} target="_blank" rel="noreferrer">
              {texts.versions.look}
            </ButtonLink>
            <Button
              disabled={revision === newest}
              onClick={() => {
                ask(undefined);
                guard(() => void restore(revision));
              }}
            >
              {texts.versions.restore}
            </Button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
