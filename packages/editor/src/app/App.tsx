import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { useStore } from 'zustand/react';
import { takeDraggedImages } from '../actions/drag-image.js';
import { ImageMenu } from '../actions/image-menu.js';
import { Canvas } from '../canvas/Canvas.js';
import { CanvasTools, WireHint } from '../canvas/CanvasTools.js';
import { Minimap } from '../canvas/Minimap.js';
import { NodeCard } from '../cards/NodeCard.js';
import { EmptyCanvas } from '../guide/EmptyCanvas.js';
import { lazyPart } from '../session/lazy-part.js';
import { Breadcrumb } from '../structure/Breadcrumb.js';
import { endLostPointers } from '../ui/lost-pointers.js';
import { Tooltips } from '../ui/Tooltips.js';
import './app.css';
import { type EditorSession, SessionContext, UiContext, useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { PanelColumn } from './PanelColumn.js';
import { PhoneBar } from './PhoneBar.js';
import { StatusBar } from './StatusBar.js';
import { Toolbar } from './Toolbar.js';
import { useKeys } from './use-keys.js';

// What the first view does not need is fetched when it is.
const NodeSearch = lazyPart(async () => (await import('../canvas/NodeSearch.js')).NodeSearch, closing('search'));
const CanvasMenu = lazyPart(async () => (await import('../canvas/CanvasMenu.js')).CanvasMenu, closing('menu'));
const HelpSheet = lazyPart(async () => (await import('./HelpSheet.js')).HelpSheet, closing('isHelpOpen'));
const CommandPalette = lazyPart(
  async () => (await import('./CommandPalette.js')).CommandPalette,
  closing('isPaletteOpen'),
);
const WorkflowTabBar = lazyPart(async () => (await import('../files/WorkflowTabBar.js')).WorkflowTabBar, {
  placeholder: () => <div className="workflow-tabs" />,
});
const FindNode = lazyPart(async () => (await import('../canvas/FindNode.js')).FindNode, closing('isFindOpen'));
const SettingsDialog = lazyPart(
  async () => (await import('./SettingsDialog.js')).SettingsDialog,
  closing('isSettingsOpen'),
);
const PointName = lazyPart(async () => (await import('../canvas/PointName.js')).PointName, closing('namingPoint'));
const ResultView = lazyPart(async () => (await import('./ResultView.js')).ResultView, closing('viewing'));

const FETCH_SOON_MS = 1200;
const CLOSED = {
  search: undefined,
  menu: undefined,
  isHelpOpen: false,
  isSettingsOpen: false,
  isPaletteOpen: false,
  isFindOpen: false,
  namingPoint: undefined,
  viewing: undefined,
};

function closing(what: keyof typeof CLOSED) {
  return {
    useClose() {
      const { ui } = useSession();
      return () => ui.setState({ [what]: CLOSED[what] });
    },
  };
}

/** The whole page: the canvas and the extensions in `extensions.ts`; this file only arranges them. */
export function App({ session }: { readonly session: EditorSession }) {
  useKeys(session);
  const hasTabs = useStore(session.files.tabs.state, ({ tabs }) => tabs.length > 1);
  useEffect(() => fetchSoon(session), [session]);
  useEffect(() => endLostPointers(window), []);
  useEffect(() => takeDraggedImages(session), [session]);
  return (
    <SessionContext value={session}>
      <UiContext value={session.ui}>
        <div className="app">
          <Toolbar />
          {hasTabs && <WorkflowTabBar />}
          <div className="app-body">
            <PanelColumn side="left" />
            <div className="app-centre">
              <main className="app-canvas">
                <Canvas Card={NodeCard} />
                <EmptyCanvas />
                <div className="canvas-floats">
                  <CanvasTools />
                  <Minimap />
                </div>
                <WireHint />
                <Breadcrumb />
              </main>
              <PanelColumn side="bottom" />
            </div>
            <PanelColumn side="right" />
          </div>
          <PhoneBar />
          <StatusBar />
          <Overlays />
          {session.extensions.map(({ id, Overlay }) => Overlay && <Overlay key={id} />)}
          <Tooltips />
        </div>
      </UiContext>
    </SessionContext>
  );
}

/** Loaded before it is opened: typing into the search while it loads would be lost, and saving must not wait. */
function fetchSoon({ extensions }: EditorSession): () => void {
  const timer = setTimeout(() => {
    NodeSearch.preload();
    FindNode.preload();
    for (const { preload } of extensions) preload?.();
  }, FETCH_SOON_MS);
  return () => clearTimeout(timer);
}

function Overlays() {
  const search = useUi((ui) => ui.search);
  const menu = useUi((ui) => ui.menu);
  const isHelpOpen = useUi((ui) => ui.isHelpOpen);
  const isSettingsOpen = useUi((ui) => ui.isSettingsOpen);
  const isPaletteOpen = useUi((ui) => ui.isPaletteOpen);
  const isFindOpen = useUi((ui) => ui.isFindOpen);
  const namingPoint = useUi((ui) => ui.namingPoint);
  const viewing = useUi((ui) => ui.viewing);
  const isGalleryOpen = useIsGalleryOpen();
  return (
    <>
      {search && <NodeSearch request={search} />}
      {menu && <CanvasMenu request={menu} />}
      {isHelpOpen && <HelpSheet />}
      {isSettingsOpen && <SettingsDialog />}
      {isPaletteOpen && <CommandPalette />}
      {isFindOpen && <FindNode />}
      {namingPoint && <PointName {...namingPoint} />}
      {viewing ? <ResultView {...viewing} /> : !isGalleryOpen && <ImageMenu />}
    </>
  );
}

/** The gallery shows the menus of its images itself. */
function useIsGalleryOpen(): boolean {
  const { gallery } = useSession();
  return useSyncExternalStore(
    useCallback((listener) => gallery?.state.subscribe(listener) ?? (() => undefined), [gallery]),
    () => gallery?.state.getState().isOpen === true,
  );
}
