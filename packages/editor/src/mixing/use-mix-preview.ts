import type { OutputRecord } from '@unclip-studio/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { definitionOf } from '../catalog/definitions.js';
import { texts } from '../messages/texts.js';
import { useRunning, useSession } from '../session/session.js';
import { LatestPreview } from './latest-preview.js';
import { previewWorkflow } from './preview-workflow.js';

/** The preview of the mixture that was requested last; `run` counts the requests. */
export type MixImage = { readonly run: number } & (
  | { readonly kind: 'half-done'; readonly bytes: Blob }
  | { readonly kind: 'finished'; readonly output: OutputRecord }
  /** `output`: the previous result stays visible. */
  | { readonly kind: 'problem'; readonly words: string; readonly output?: OutputRecord }
);

export interface MixPreview {
  /** The newest one. */
  readonly image: MixImage | undefined;
  /** Asks for another. */
  show(params: Readonly<Record<string, number>>): void;
  /** It belongs to other settings than the current ones. */
  clear(): void;
}

/** Shows at low cost what a node's changed params lead to. */
export function useMixPreview(node: string): MixPreview {
  const { store, catalog, problems } = useSession();
  const running = useRunning();
  const [image, setImage] = useState<MixImage>();
  const latest = useRef<LatestPreview>(undefined);
  const run = useRef(0);
  useEffect(() => {
    if (running === undefined) return undefined;
    const preview = new LatestPreview({
      running,
      client: running.runner.client,
      onPreview: (bytes) => setImage({ kind: 'half-done', bytes, run: run.current }),
      onImage: (output) => setImage({ kind: 'finished', output, run: run.current }),
      onProblem: (error) => setImage(problem(run.current, errorWords(error))),
    });
    latest.current = preview;
    return () => {
      latest.current = undefined;
      preview.close();
    };
  }, [running]);

  const clear = useCallback(() => {
    latest.current?.callOff();
    setImage(undefined);
  }, []);

  function whyNot(): string | undefined {
    if (latest.current === undefined) return texts.mixing.offline;
    if (store.scope.length > 0) return texts.mixing.inside;
    problems.refresh();
    return problems.all.length > 0 ? texts.mixing.problems : undefined;
  }

  function show(params: Readonly<Record<string, number>>): void {
    const { whole } = store;
    run.current++;
    const reason = whyNot();
    const request =
      reason === undefined
        ? previewWorkflow(whole, { node, params }, (id) => definitionOf(catalog, whole.nodes, id))
        : undefined;
    if (request === undefined) {
      setImage(problem(run.current, reason ?? texts.mixing.noImage));
    } else latest.current?.show(request);
  }
  return { image, show, clear };
}

/** A problem in place of the image, over the previous result. */
function problem(run: number, why: string): (before: MixImage | undefined) => MixImage {
  return (before) => {
    const output = before !== undefined && 'output' in before ? before.output : undefined;
    return { kind: 'problem', words: why, run, ...(output && { output }) };
  };
}
