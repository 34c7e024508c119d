import { lazy, Suspense, useEffect } from 'react';
import { Canvas } from '../canvas/Canvas.js';
import { CanvasTools } from '../canvas/CanvasTools.js';
import { Minimap } from '../canvas/Minimap.js';
import { WireHint } from '../canvas/WireHint.js';
import { Breadcrumb } from '../structure/Breadcrumb.js';
import { Tooltips } from '../ui/Tooltips.js';
import './app.css';
import { extensions } from './extensions.js';
import { PanelColumn } from './PanelColumn.js';
import { StatusBar } from './StatusBar.js';
import { type EditorSession, SessionContext } from './session.js';
import { Toolbar } from './Toolbar.js';
import { useKeys } from './use-keys.js';
import { useUi } from './use-stores.js';

// What the first view does not need is fetched when it is.
const NodeSearch = lazy(() => import('../canvas/NodeSearch.js').then(({ NodeSearch: view }) => ({ default: view })));
const CanvasMenu = lazy(() => import('../canvas/CanvasMenu.js').then(({ CanvasMenu: view }) => ({ default: view })));
const HelpSheet = lazy(() => import('./HelpSheet.js').then(({ HelpSheet: view }) => ({ default: view })));
const CommandPalette = lazy(() =>
  import('./CommandPalette.js').then(({ CommandPalette: view }) => ({ default: view })),
);
const ResultView = lazy(() => import('./ResultView.js').then(({ ResultView: view }) => ({ default: view })));

/**
 * The whole page. It consists of the canvas and of what `extensions.ts` lists; this file only says where things stand.
 */
export function App({ session }: { readonly session: EditorSession }) {
  useKeys(session);
  useEffect(fetchSoon, []);
  return (
    <SessionContext value={session}>
      <div className="app">
        <Toolbar />
        <div className="app-body">
          <PanelColumn side="left" />
          <div className="app-centre">
            <main className="app-canvas">
              <Canvas />
              <CanvasTools />
              <Minimap />
              <WireHint />
              <Breadcrumb />
            </main>
            <PanelColumn side="bottom" />
          </div>
          <PanelColumn side="right" />
        </div>
        <StatusBar />
        <Suspense>
          <Overlays />
          {extensions.map(({ id, Overlay }) => Overlay && <Overlay key={id} />)}
        </Suspense>
        <Tooltips />
      </div>
    </SessionContext>
  );
}

/** The search palette is fetched before anybody opens it: what is typed while it loads would be lost. */
function fetchSoon(): () => void {
  const timer = setTimeout(() => void import('../canvas/NodeSearch.js'), 1200);
  return () => clearTimeout(timer);
}

function Overlays() {
  const search = useUi((ui) => ui.search);
  const menu = useUi((ui) => ui.menu);
  const isHelpOpen = useUi((ui) => ui.isHelpOpen);
  const isPaletteOpen = useUi((ui) => ui.isPaletteOpen);
  const viewing = useUi((ui) => ui.viewing);
  return (
    <>
      {search && <NodeSearch request={search} />}
      {menu && <CanvasMenu request={menu} />}
      {isHelpOpen && <HelpSheet />}
      {isPaletteOpen && <CommandPalette />}
      {viewing && <ResultView outputs={viewing.outputs} index={viewing.index} />}
    </>
  );
}
