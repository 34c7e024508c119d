import { canonicalJson, migrateNodes, withPackageVersions } from '@unclip-studio/graph-core';
import { errorWords } from '../api/error-words.js';
import { type EditorCatalog, readCatalog } from '../catalog/definitions.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from './session.js';

export interface FollowedNodes {
  catalog(): EditorCatalog;
  replace(catalog: EditorCatalog): void;
  /** The errors of plug-ins when the page was opened. */
  readonly problems: readonly string[];
}

/** Applies changes of plug-ins' nodes while the page is open, and reports their errors. */
export function followNodes(session: EditorSession, nodes: FollowedNodes): void {
  const { running, ui } = session;
  if (nodes.problems.length > 0) ui.setState({ message: nodes.problems.join('\n') });
  if (running === undefined) return;
  let turns = Promise.resolve();
  const askAgain = (isSilent: boolean) => {
    turns = turns
      .then(() => update(session, nodes, isSilent))
      .catch((error: unknown) => ui.setState({ message: errorWords(error) }));
  };
  running.onEvent(({ type }) => type === 'nodes-changed' && askAgain(false));
  // Events during a disconnect were missed.
  let wasAway = false;
  running.connection.subscribe(({ phase }) => {
    if (phase === 'open' && wasAway) askAgain(true);
    wasAway = phase === 'lost' || phase === 'signed-out' || (wasAway && phase === 'connecting');
  });
}

/** @param isSilent without a message that something is new */
async function update(
  { api, store, problems, ui }: EditorSession,
  nodes: FollowedNodes,
  isSilent: boolean,
): Promise<void> {
  const { nodes: definitions, packages, pluginProblems = [] } = await api.definitions();
  const before = nodes.catalog();
  const now = readCatalog(definitions, packages);
  const changed = changedTypes(before, now);
  if (isSilent && changed.size === 0) return;
  if (changed.size > 0) {
    const made = withPackageVersions(store.whole, before);
    nodes.replace(now);
    const migrated = migrateNodes(made, now);
    if (migrated !== made) {
      store.editWhole(texts.messages.nodesChanged, (draft) => {
        Object.assign(draft, migrated);
      });
    }
    store.renew((type) => changed.has(type));
    problems.refresh();
  }
  // Also when the error is fixed and the nodes are the previous ones again.
  ui.setState({ message: pluginProblems.join('\n') || texts.messages.nodesChanged });
}

function changedTypes(before: EditorCatalog, now: EditorCatalog): ReadonlySet<string> {
  const all = new Set([...before.types.keys(), ...now.types.keys()]);
  const textOf = ({ types }: EditorCatalog, type: string) => canonicalJson(types.get(type) ?? null);
  return new Set([...all].filter((type) => textOf(before, type) !== textOf(now, type)));
}
