import { createServerClient, isWorthRetrying } from '@unclip-studio/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openClient } from './api/open-client.js';
import { createSharedViewClient, grantSecretIn, openShared, type Shared } from './api/shared-client.js';
import { App } from './app/App.js';
import { openSession } from './app/open-session.js';
import { StartFailure } from './app/StartFailure.js';
import { preferredLanguage } from './messages/preferred-language.js';
import { setPageLanguage, WITHOUT_TEXTS } from './messages/texts.js';
import { type EditorSession, UiContext } from './session/session.js';
import { Button } from './ui/Button.js';
import { applyTheme, createUiStore } from './view/ui-state.js';
import './app/theme.css';

const element = document.getElementById('root');
if (element === null) throw new Error('Internal error: the page has no #root');
const root = createRoot(element);

const server = createServerClient();
// English is shown where the texts of another language cannot be loaded.
const hasTexts = setPageLanguage(preferredLanguage()).catch(() => setPageLanguage('en'));
const RETRY_DELAYS_MS = [1000, 2000, 4000, 8000];

/** @param attempt counted from 0 */
async function start(attempt = 0): Promise<void> {
  try {
    await hasTexts;
  } catch {
    return showWithoutTexts();
  }
  try {
    const secret = grantSecretIn(location.hash);
    const shared = secret === undefined ? undefined : await openShared(server, secret);
    if (shared?.kind === 'form') return await showForm(shared);
    const session = await openSession(shared ? createSharedViewClient(server, shared) : await openClient(server));
    root.render(<App session={session} />);
    await installTestHooks(session);
  } catch (error) {
    showFailure(error, attempt);
  }
}

/** Browsers do not fetch a module again that failed, so only a new page helps. */
function showWithoutTexts(): void {
  root.render(
    <main className="start-failure" role="alert">
      <p>{WITHOUT_TEXTS.failed}</p>
      <Button onClick={() => location.reload()}>{WITHOUT_TEXTS.reload}</Button>
    </main>,
  );
}

/** Says why the editor did not start, and tries again by itself where that may help. */
function showFailure(error: unknown, attempt: number): void {
  const delayMs = RETRY_DELAYS_MS[Math.min(attempt, RETRY_DELAYS_MS.length - 1)] ?? 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const retry = () => {
    clearTimeout(timer);
    void start(attempt + 1);
  };
  const retryAtMs = isWorthRetrying(error) ? Date.now() + delayMs : undefined;
  if (retryAtMs !== undefined) timer = setTimeout(retry, delayMs);
  root.render(
    <StrictMode>
      <StartFailure server={server} error={error} retryAtMs={retryAtMs} onRetry={retry} />
    </StrictMode>,
  );
}

/** Puts the hooks on the window that tests and measurements need; without `?test` and `?bench` there are none. */
async function installTestHooks(session: EditorSession): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (query.has('test')) (await import('./testing/editor-hooks.js')).installEditorHooks(session);
  if (query.has('bench')) (await import('./testing/bench-hooks.js')).installBenchHooks(session);
}

/** A separate page: people who fill in a form need nothing of the editor. */
async function showForm(shared: Shared): Promise<void> {
  const ui = createUiStore();
  applyTheme(ui);
  const { SharedForm } = await import('./sharing/SharedForm.js');
  document.title = shared.title;
  root.render(
    <StrictMode>
      <UiContext value={ui}>
        <SharedForm server={server} shared={shared} />
      </UiContext>
    </StrictMode>,
  );
}

// Another link in the same tab is another page; so is one that takes the place of a link.
const opened = grantSecretIn(location.hash);
addEventListener('hashchange', () => grantSecretIn(location.hash) !== opened && location.reload());

// Not awaited: otherwise parts that are loaded later could not use the shared modules of this file.
void start();
