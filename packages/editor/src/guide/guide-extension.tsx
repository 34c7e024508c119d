import { entityOf } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import type { EditorExtension, EditorSession } from '../session/session.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import './guide.css';

const NodeGuide = lazyPart(async () => (await import('./NodeGuide.js')).NodeGuide, {
  useClose() {
    const { ui } = useSession();
    return () => ui.setState({ explained: undefined });
  },
});
const Tour = lazyPart(async () => (await import('./Tour.js')).Tour, {
  useClose() {
    const { ui } = useSession();
    return () => ui.setState({ tourStep: undefined });
  },
});

/** What helps in the first minutes: a tour of the page, and what each node is for. */
export const guideExtension: EditorExtension = {
  id: 'guide',
  Status: TourOffer,
  Overlay: GuideOverlay,
  actions: [
    {
      id: 'explain-node',
      label: () => texts.guide.whatIsThis,
      group: 'nodes',
      isEnabled: (session) => selectedType(session) !== undefined,
      run: (session) => session.ui.setState({ explained: selectedType(session) }),
    },
    {
      id: 'tour',
      label: () => texts.guide.tour,
      group: 'app',
      run: ({ ui }) => ui.setState({ tourStep: 0, hasSeenTour: true }),
    },
  ],
};

function selectedType({ ui, store }: EditorSession): string | undefined {
  const [key, ...others] = ui.getState().selection;
  if (key === undefined || others.length > 0 || entityOf(key).kind !== 'node') return undefined;
  return store.document.nodes[key]?.type;
}

function GuideOverlay() {
  const explained = useUi((ui) => ui.explained);
  const tourStep = useUi((ui) => ui.tourStep);
  return (
    <>
      {explained !== undefined && <NodeGuide type={explained} />}
      {tourStep !== undefined && <Tour step={tourStep} />}
    </>
  );
}

/** Offers the tour until somebody has taken it. */
function TourOffer() {
  const { ui } = useSession();
  const isOffered = useUi((state) => !state.hasSeenTour);
  if (!isOffered) return null;
  return (
    <Button variant="bare" className="tour-offer" onClick={() => ui.setState({ tourStep: 0, hasSeenTour: true })}>
      {texts.guide.offer}
    </Button>
  );
}
