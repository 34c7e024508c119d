import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.js';
import { openSession } from './app/open-session.js';
import { StartFailure } from './app/StartFailure.js';
import './app/theme.css';
import { installTestHooks } from './testing/install-hooks.js';

const element = document.getElementById('root');
if (element === null) throw new Error('Internal error: the page has no #root');
const root = createRoot(element);

async function start(): Promise<void> {
  try {
    const session = await openSession();
    root.render(<App session={session} />);
    await installTestHooks(session);
  } catch (error) {
    root.render(
      <StrictMode>
        <StartFailure error={error} />
      </StrictMode>,
    );
  }
}

// Not awaited: parts that are fetched later could then not take what they share from this file.
void start();
