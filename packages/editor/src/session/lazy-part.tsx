import { Component, type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { texts } from '../messages/texts.js';
import { Button } from '../ui/Button.js';
import { type EditorSession, useSession } from './session.js';

/** Fetches code when a command first needs it; the status line says why where it cannot be fetched or fails. */
export async function withPart<Part>(
  { ui }: Pick<EditorSession, 'ui'>,
  load: () => Promise<Part>,
  use: (part: Part) => unknown,
): Promise<void> {
  try {
    await use(await load());
  } catch (error) {
    ui.setState({ message: errorWords(error) });
  }
}

export interface LazyPartOptions<Props> {
  /** Shown until it is loaded. */
  readonly placeholder?: (props: Props) => ReactNode;
  /** A hook that returns how to close the part, for one that covers the page: its failure can then be closed too. */
  readonly useClose?: () => () => void;
}

export type LazyPart<Props> = ComponentType<Props> & {
  /** Fetches the part before anybody needs it. A failure is not remembered. */
  preload(): void;
};

/**
 * A part of the page that is loaded when it is first shown. If it cannot be loaded or fails, it shows the reason in its
 * place, with a way to try again; the rest of the page keeps working.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  options: LazyPartOptions<Props> = {},
): LazyPart<Props> {
  let loaded: ComponentType<Props> | undefined;
  let pending: Promise<ComponentType<Props>> | undefined;

  function get(): Promise<ComponentType<Props>> {
    pending ??= load().then(
      (part) => {
        loaded = part;
        return part;
      },
      (error: unknown) => {
        pending = undefined;
        throw error;
      },
    );
    return pending;
  }

  function Part(props: Props) {
    const [attempt, setAttempt] = useState(0);
    const [error, setError] = useState<unknown>();
    // In an object: React calls a function that it is to keep.
    const [found, setFound] = useState(() => ({ part: loaded }));
    useEffect(() => {
      if (loaded !== undefined) return;
      get().then(
        (part) => setFound({ part }),
        (reason: unknown) => setError(reason ?? new Error(texts.part.unknown)),
      );
    }, [attempt]);
    const retry = () => {
      setError(undefined);
      setAttempt((count) => count + 1);
    };
    if (error !== undefined) return <PartFailure error={error} onRetry={retry} useClose={options.useClose} />;
    if (found.part === undefined) return options.placeholder?.(props) ?? null;
    return (
      <PartBoundary key={attempt} onError={setError}>
        <found.part {...props} />
      </PartBoundary>
    );
  }

  return Object.assign(Part, { preload: () => void get().catch(() => undefined) });
}

interface PartBoundaryProps {
  readonly children: ReactNode;
  readonly onError: (error: unknown) => void;
}

/** React reports rendering errors only to classes. */
class PartBoundary extends Component<PartBoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError(error);
  }

  override render(): ReactNode {
    return this.state.hasFailed ? null : this.props.children;
  }
}

interface PartFailureProps {
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly useClose: (() => () => void) | undefined;
}

function PartFailure({ error, onRetry, useClose }: PartFailureProps) {
  const { autosave } = useSession();
  const close = useClose?.();
  const [isUpgraded, setIsUpgraded] = useState(false);
  useEffect(() => {
    void isNewVersion().then(setIsUpgraded);
  }, []);
  const reload = () => void Promise.resolve(autosave?.flush()).finally(() => location.reload());
  return (
    <div className="part-failure" data-over={close !== undefined || undefined} role="alert" data-testid="part-failure">
      <p>
        {isUpgraded ? texts.part.upgraded : texts.part.failed}
        <small>{errorWords(error)}</small>
      </p>
      {!isUpgraded && <Button onClick={onRetry}>{texts.part.tryAgain}</Button>}
      <Button variant={isUpgraded ? 'primary' : 'plain'} onClick={reload}>
        {isUpgraded ? texts.part.reloadNew : texts.part.reload}
      </Button>
      {close && <Button onClick={close}>{texts.files.close}</Button>}
    </div>
  );
}

/** Whether the server has another build of the page: the names of its files are made of their content. */
async function isNewVersion(): Promise<boolean> {
  try {
    const response = await fetch(location.pathname, { cache: 'no-store', credentials: 'same-origin' });
    const own = new URL(import.meta.url).pathname.split('/').pop() ?? '';
    return response.ok && !(await response.text()).includes(own);
  } catch {
    // The server is down: not known yet.
    return false;
  }
}
