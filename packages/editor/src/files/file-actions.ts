import type { EditorAction } from '../actions/action.js';
import { openPanel } from '../app/panel-state.js';
import type { EditorSession } from '../app/session.js';
import { panelStrings } from '../panels/strings.js';
import { sharingStrings } from '../sharing/strings.js';
import { copyWorkflowLink, downloadForComfyUi, downloadJson, downloadPng } from './download.js';
import { filesOf } from './files.js';
import { chooseFile } from './open-file.js';

const words = panelStrings.files;

/** In the order of the menu. */
export const fileActions: readonly (EditorAction & { readonly startsGroup?: boolean })[] = [
  {
    id: 'new-workflow',
    label: words.newFile,
    group: 'files',
    run(session) {
      const { guard, openNew } = filesOf(session);
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
    run: (session) => void filesOf(session).save(),
  },
  {
    id: 'save-as',
    label: words.saveAs,
    group: 'files',
    keys: ['Mod+Shift+S'],
    worksInFields: true,
    isEnabled: isOnline,
    run: (session) => filesOf(session).ask({ kind: 'save-as', name: session.store.whole.title ?? '' }),
  },
  {
    id: 'versions',
    label: words.versions,
    group: 'files',
    isEnabled: (session) => nameOf(session) !== undefined,
    run(session) {
      const name = nameOf(session);
      if (name !== undefined) filesOf(session).ask({ kind: 'versions', name });
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
    run: (session) => filesOf(session).share('view'),
  },
  { id: 'copy-link', label: words.copyLink, group: 'files', run: (session) => void copyWorkflowLink(session) },
];

function isOnline({ api }: EditorSession): boolean {
  return api.isOnline;
}

function nameOf(session: EditorSession): string | undefined {
  return filesOf(session).state.getState().name;
}
