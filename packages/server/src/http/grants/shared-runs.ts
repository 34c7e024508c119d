import { formShows, type NodeDefinition, type Plan, type Workflow } from '@unclip-studio/graph-core';
import type { EventBus } from '../../events/event-bus.js';
import type { RunService } from '../../runs/run-service.js';
import type { Grant } from '../../store/grants-table.js';
import type { ServerParts, SharedRuns } from '../server-parts.js';
import { readSharedWorkflow } from './shared-workflow.js';

/** A page asks once a second. */
const WATCH_MS = 5000;

/** Each takes as much memory as its workflow; forms in use at the same time are few. */
const MAX_FORMS = 64;

interface SharedRunsOptions extends Pick<ServerParts, 'store' | 'config'> {
  readonly runs: RunService;
  readonly events: Pick<EventBus, 'onPreview'>;
  readonly catalog: () => ServerParts['catalog'];
  /** Says whether any page watches. */
  watch(watching: boolean): void;
}

interface Watched {
  /** Those whose previews are shown; empty until the run is planned. */
  nodes: ReadonlySet<string>;
  preview?: string;
  readonly timer: NodeJS.Timeout;
}

export function createSharedRuns({ store, config, runs, events, catalog, watch }: SharedRunsOptions): SharedRuns {
  const forms = new Map<string, Pick<Workflow, 'form' | 'nodes'>>();
  const watched = new Map<string, Watched>();

  /** A revision never changes, and no other has its number, so it is read once. */
  function formOf(grant: Grant): Pick<Workflow, 'form' | 'nodes'> {
    const key = JSON.stringify([grant.workflowName, grant.revision]);
    const known = forms.get(key);
    if (known !== undefined) return known;
    const { form, nodes } = readSharedWorkflow(grant, { store, config, catalog: catalog() }).workflow;
    const read = form === undefined ? { nodes } : { form, nodes };
    const [oldest] = forms.keys();
    if (forms.size >= MAX_FORMS && oldest !== undefined) forms.delete(oldest);
    forms.set(key, read);
    return read;
  }

  function forget(id: string): void {
    clearTimeout(watched.get(id)?.timer);
    watched.delete(id);
    if (watched.size === 0) watch(false);
  }

  function begin(grant: Grant, id: string): Watched {
    const timer = setTimeout(() => forget(id), WATCH_MS);
    timer.unref();
    const made: Watched = { nodes: new Set(), timer };
    watched.set(id, made);
    watch(true);
    runs.prepare(runs.readWorkflow(id)).then(
      (plan) => {
        const form = formOf(grant);
        if (plan.ok) made.nodes = shownInTheMaking(plan.value, (node) => formShows(form, node));
      },
      // The run itself reports why it cannot be planned.
      () => undefined,
    );
    return made;
  }

  const stop = events.onPreview(({ runId, node, mime, bytes }) => {
    const one = watched.get(runId);
    if (one?.nodes.has(node)) one.preview = `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;
  });

  return {
    shows: (grant, node) => formShows(formOf(grant), node),
    preview(grant, { id, state }) {
      if (state !== 'queued' && state !== 'running') return undefined;
      const one = watched.get(id) ?? begin(grant, id);
      one.timer.refresh();
      return one.preview;
    },
    close() {
      stop();
      for (const { timer } of watched.values()) clearTimeout(timer);
      watched.clear();
    },
  };
}

/**
 * The nodes whose previews show nothing that the results do not show as well: those whose latent images are only
 * decoded on the way to a result. What is cropped, blurred or otherwise changed on the way could be visible in a preview.
 *
 * @param shows whether the results of a node are shown
 */
function shownInTheMaking(plan: Plan<NodeDefinition>, shows: (node: string) => boolean): ReadonlySet<string> {
  const sourceOf = ({ definition, inputs }: PlannedNode) => {
    const link = inputs.find(({ input }) => input === definition.imagesFrom);
    return link && plan.nodes[link.source];
  };
  const shown = new Set<string>();
  for (const result of plan.nodes) {
    if (result.definition.sideEffects !== true || !shows(result.id)) continue;
    let at = sourceOf(result);
    while (at !== undefined && isDecoder(at.definition)) at = sourceOf(at);
    if (at !== undefined) shown.add(at.id);
  }
  return shown;
}

type PlannedNode = Plan<NodeDefinition>['nodes'][number];

/** Its images are those that it gets, in another form. */
function isDecoder({ imagesFrom = '', inputs, outputs }: NodeDefinition): boolean {
  const from = inputs[imagesFrom]?.type;
  return from !== undefined && Object.values(outputs).every(({ type }) => type !== from);
}
