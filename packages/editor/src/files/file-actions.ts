import { texts } from '../messages/texts.js';
import { withPart } from '../session/lazy-part.js';
import { openPanel } from '../session/panel-state.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { copyWorkflowLink, downloadForComfyUi, downloadJson } from './download.js';
import { chooseFile } from './open-file.js';

/** In the order of the menu. */
export const fileActions: readonly (EditorAction & { readonly startsGroup?: boolean })[] = [
  {
    id: 'new-workflow',
    label: () => texts.files.newFile,
    group: 'files',
    run(session) {
      const { guard, openNew } = session.files;
      guard(() => openNew(undefined));
    },
  },
  {
    id: 'new-tab',
    label: () => texts.tabs.open,
    group: 'files',
    keys: ['Alt+T'],
    run: ({ files }) => void files.tabs.open(),
  },
  {
    id: 'next-tab',
    label: () => texts.tabs.next,
    group: 'files',
    keys: ['Alt+PageDown'],
    isEnabled: hasTabs,
    run: ({ files }) => void files.tabs.step(1),
  },
  {
    id: 'previous-tab',
    label: () => texts.tabs.previous,
    group: 'files',
    keys: ['Alt+PageUp'],
    isEnabled: hasTabs,
    run: ({ files }) => void files.tabs.step(-1),
  },
  { id: 'open-file', label: () => texts.files.open, group: 'files', keys: ['Mod+O'], run: chooseFile },
  {
    id: 'open-url',
    label: () => texts.files.openUrl,
    group: 'files',
    keywords: ['url', 'link', 'import'],
    isEnabled: isOnline,
    run: ({ files }) => files.ask({ kind: 'open-url' }),
  },
  {
    id: 'library',
    label: () => texts.files.library,
    group: 'files',
    keywords: ['template', 'example'],
    keys: ['Mod+Shift+O'],
    isEnabled: isOnline,
    run: ({ panels }) => openPanel(panels, 'library'),
  },
  {
    id: 'save',
    label: () => texts.files.save,
    group: 'files',
    keys: ['Mod+S'],
    worksInFields: true,
    startsGroup: true,
    isEnabled: isOnline,
    run: (session) => void session.files.save(),
  },
  {
    id: 'save-as',
    label: () => texts.files.saveAs,
    group: 'files',
    keys: ['Mod+Shift+S'],
    worksInFields: true,
    isEnabled: isOnline,
    run: (session) => session.files.ask({ kind: 'save-as', name: session.store.whole.title ?? '' }),
  },
  {
    id: 'versions',
    label: () => texts.files.versions,
    group: 'files',
    isEnabled: (session) => nameOf(session) !== undefined,
    run(session) {
      const name = nameOf(session);
      if (name !== undefined) session.files.ask({ kind: 'versions', name });
    },
  },
  {
    id: 'download-json',
    label: () => texts.files.downloadJson,
    group: 'files',
    startsGroup: true,
    run: downloadJson,
  },
  {
    id: 'download-zip',
    label: () => texts.files.downloadZip,
    group: 'files',
    isEnabled: isOnline,
    run: (session) =>
      void withPart(
        session,
        () => import('./workflow-zip.js'),
        ({ downloadWithImages }) => downloadWithImages(session),
      ),
  },
  {
    id: 'download-png',
    label: () => texts.files.downloadPng,
    group: 'files',
    run: (session) =>
      void withPart(
        session,
        () => import('./graph-image.js'),
        ({ downloadPng }) => downloadPng(session),
      ),
  },
  {
    id: 'download-comfyui-page',
    label: () => texts.comfyui.downloadPage,
    group: 'files',
    isEnabled: isOnline,
    run: (session) => void downloadForComfyUi(session, 'page'),
  },
  {
    id: 'download-comfyui',
    label: () => texts.comfyui.downloadApi,
    group: 'files',
    isEnabled: isOnline,
    run: (session) => void downloadForComfyUi(session, 'api'),
  },
  {
    id: 'share',
    label: () => texts.sharing.share,
    group: 'files',
    keys: ['Mod+Alt+S'],
    isEnabled: isOnline,
    startsGroup: true,
    run: (session) => session.files.share('view'),
  },
  {
    id: 'copy-link',
    label: () => texts.files.copyLink,
    group: 'files',
    run: (session) => void copyWorkflowLink(session),
  },
];

function isOnline({ api }: EditorSession): boolean {
  return api.isOnline;
}

function hasTabs({ files }: EditorSession): boolean {
  return files.tabs.state.getState().tabs.length > 1;
}

function nameOf(session: EditorSession): string | undefined {
  return session.files.state.getState().name;
}
