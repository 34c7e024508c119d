import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { texts } from '../messages/texts.js';
import { goToNextProblem } from '../session/core.js';
import { useSession } from '../session/session.js';
import { useDocument, useShownProblems, useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';

/** The last message, the selection, and the problems. */
export function StatusBar() {
  const session = useSession();
  const message = useUi((ui) => ui.message);
  const selected = useUi((ui) => ui.selection.size);
  const nodes = useDocument((document) => document.nodes);
  const problems = useShownProblems();
  return (
    <footer className="status-bar">
      {/* Read out by screen readers as it changes. */}
      <output className="status-message" aria-live="polite" data-testid="message" data-tip={message}>
        {message}
      </output>
      {session.extensions.map(({ id, Status }) => Status && <Status key={id} />)}
      {!session.api.isOnline && session.api.shared === undefined && (
        <span className="status-offline">{texts.app.offline}</span>
      )}
      {problems.length > 0 && (
        <Button
          variant="bare"
          className="status-problems"
          tip={texts.actions.nextProblem}
          onClick={() => goToNextProblem(session)}
        >
          <TriangleAlert size={13} aria-hidden />
          {texts.messages.problems(problems.length)}
        </Button>
      )}
      {selected > 0 && <span>{texts.messages.selected(selected)}</span>}
      <span>{texts.messages.nodes(Object.keys(nodes).length)}</span>
    </footer>
  );
}
