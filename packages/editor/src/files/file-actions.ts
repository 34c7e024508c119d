import { panelStrings } from '../messages/panel-strings.js';
import { sharingStrings } from '../messages/sharing-strings.js';
import { openPanel } from '../session/panel-state.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { copyWorkflowLink, downloadForComfyUi, downloadJson, downloadPng } from './download.js';
import { chooseFile } from './open-file.js';

const words = panelStrings.files;

/** In the order of the menu. */
export const fileActions: readonly (EditorAction & { readonly startsGroup?: boolean })[] = [
  {
    id: 'new-workflow',
    label: words.newFile,
    group: 'files',
    run(session) {
      const { guard, openNew } = session.files;
      guard(() => openNew(undefined));
    },
  },
  { id: 'open-file', label: words.open, group: 'files', keys: ['Mod+O'], run: chooseFile },
  {
    id: 'library',
    label: words.library,
    group: 'files',
    keys: ['Mod+Shift+O'],
    isEnabled: isOnline,
    run: ({ panels }) => openPanel(panels, 'library'),
  },
  {
    id: 'save',
    label: words.save,
    group: 'files',
    keys: ['Mod+S'],
    worksInFields: true,
    startsGroup: true,
    isEnabled: isOnline,
    run: (session) => void session.files.save(),
  },
  {
    id: 'save-as',
    label: words.saveAs,
    group: 'files',
    keys: ['Mod+Shift+S'],
    worksInFields: true,
    isEnabled: isOnline,
    run: (session) => session.files.ask({ kind: 'save-as', name: session.store.whole.title ?? '' }),
  },
  {
    id: 'versions',
    label: words.versions,
    group: 'files',
    isEnabled: (session) => nameOf(session) !== undefined,
    run(session) {
      const name = nameOf(session);
      if (name !== undefined) session.files.ask({ kind: 'versions', name });
    },
  },
  {
    id: 'download-json',
    label: words.downloadJson,
    group: 'files',
    startsGroup: true,
    run: downloadJson,
  },
  { id: 'download-png', label: words.downloadPng, group: 'files', run: (session) => void downloadPng(session) },
  {
    id: 'download-comfyui-page',
    label: panelStrings.comfyui.downloadPage,
    group: 'files',
    isEnabled: isOnline,
    run: (session) => void downloadForComfyUi(session, 'page'),
  },
  {
    id: 'download-comfyui',
    label: panelStrings.comfyui.downloadApi,
    group: 'files',
    isEnabled: isOnline,
    run: (session) => void downloadForComfyUi(session, 'api'),
  },
  {
    id: 'share',
    label: sharingStrings.share,
    group: 'files',
    isEnabled: isOnline,
    startsGroup: true,
    run: (session) => session.files.share('view'),
  },
  { id: 'copy-link', label: words.copyLink, group: 'files', run: (session) => void copyWorkflowLink(session) },
];

function isOnline({ api }: EditorSession): boolean {
  return api.isOnline;
}

function nameOf(session: EditorSession): string | undefined {
  return session.files.state.getState().name;
}
