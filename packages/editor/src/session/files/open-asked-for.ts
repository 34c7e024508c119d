import { errorWords } from '../../api/error-words.js';
import { texts } from '../../messages/texts.js';
import { type SessionCore, showNode } from '../core.js';
import type { Running } from '../running/running.js';
import type { Files } from './files.js';
import { laidOut } from './laid-out.js';
import { type AskedFor, askedForIn } from './page-address.js';
import { unpackWorkflow } from './share-link.js';

interface SessionWithRuns extends SessionCore {
  readonly running: Running | undefined;
}

/** Shows what the page's address asks for, now and whenever it changes. */
export async function openAskedFor(session: SessionWithRuns, files: Files): Promise<void> {
  addEventListener('hashchange', () => {
    const asked = askedForIn(location.hash);
    if (asked !== undefined) files.guard(() => void open(asked, session, files));
  });
  const asked = askedForIn(location.hash);
  if (asked !== undefined) await open(asked, session, files);
  // A message of the start, such as that a draft was recovered, does not belong to the displayed document.
  if (asked !== undefined && session.store.isReadOnly) session.ui.setState({ message: '' });
}

async function open(asked: AskedFor, session: SessionWithRuns, files: Files): Promise<void> {
  try {
    await openThing(asked, session, files);
  } catch (error) {
    const reason = errorWords(error);
    files.say(texts.files.openFailed(location.hash.slice(1, 40), reason));
  }
}

async function openThing(asked: AskedFor, session: SessionWithRuns, files: Files): Promise<void> {
  const { api, running } = session;
  const { client, look, openSaved, openNew } = files;
  switch (asked.kind) {
    case 'shared': {
      const workflow = await unpackWorkflow(asked.packed);
      if (workflow === undefined) throw new Error(texts.files.notAWorkflow);
      look(await laidOut(session, workflow), texts.readOnly.shared);
      break;
    }
    case 'output':
      look(await laidOut(session, await client.readOutputWorkflow(asked.id)), texts.readOnly.output);
      break;
    case 'run': {
      const run = await api.runs.read(asked.id);
      look(await laidOut(session, await api.runs.readWorkflow(asked.id)), texts.readOnly.run);
      // Its cards show how it went.
      await running?.runner.follower.resume(asked.id);
      if (run.error?.node !== undefined) showNode(session, run.error.node);
      break;
    }
    case 'saved': {
      const { name, revision } = asked;
      if (revision === undefined) openSaved(await client.read(name));
      else look((await client.readVersion(name, revision)).workflow, texts.readOnly.version(revision));
      break;
    }
    case 'grant':
      if (api.shared !== undefined) look(api.shared, texts.sharing.looking);
      break;
    case 'template':
      openNew(await client.readTemplate(asked.name));
      break;
  }
}
