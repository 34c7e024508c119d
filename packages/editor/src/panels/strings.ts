import type { RunState } from '@unclip-studio/graph-core';

const plural = (count: number, one: string, many: string) => (count === 1 ? `1 ${one}` : `${count} ${many}`);

/** Every word of running, files, results and the outline, in one place; `strings.ts` has those of the canvas. */
export const panelStrings = {
  run: {
    run: 'Run',
    runTip: 'Run the workflow',
    runTo: 'Run to the selected node',
    stop: 'Stop',
    stopTip: 'Cancel what this page has started',
    count: 'How often to run',
    countTip: 'How often to run\nEach run takes the next seeds.',
    live: 'Live',
    liveTip: 'Run anew after each change',
    liveOn: 'Live mode is on: each change runs at once',
    liveOff: 'Live mode is off',
    started: (count: number) => (count === 1 ? 'Run started' : `${count} runs queued`),
    ended: (state: RunState, pictures: number) => {
      if (state === 'succeeded')
        return pictures === 0 ? 'Run finished' : `Run finished: ${plural(pictures, 'picture', 'pictures')}`;
      return state === 'cancelled' ? 'Run cancelled' : 'Run failed';
    },
    nothingToRun: 'There is nothing to run yet. Double-click the canvas to add a node, or open a template.',
    refused: (count: number, first: string) =>
      count === 1 ? first : `${count} problems keep this from running. ${first}`,
    unreachable: 'The server did not answer, so nothing was started. Try again in a moment.',
    workerRestarted: 'The process that evaluates ended unexpectedly and was started again; the run goes on.',
    retry: 'Try again',
    show: 'Show the node',
    dismiss: 'Close the message',
    progress: 'Progress of the run',
    timeLeft: (time: string) => `${time} left`,
    working: 'Working …',
    waiting: (place: number) => (place === 0 ? 'Next in the queue' : `Place ${place + 1} in the queue`),
  },

  forecast: {
    nothing: 'Up to date',
    summary: (nodes: number, time: string | undefined) =>
      `${plural(nodes, 'node', 'nodes')}${time === undefined ? '' : ` · ${time}`}`,
    title: 'What a run would do now',
    cached: 'cached',
    unknown: 'time unknown',
    total: 'Together',
    cacheUnknown: 'The server is too busy to say what is cached.',
    tip: 'What would run, and for how long',
  },

  queue: {
    title: 'Queue',
    running: 'Running',
    waiting: 'Waiting',
    ended: 'Done',
    empty: 'Nothing runs and nothing waits.',
    cancel: (title: string) => `Cancel ${title}`,
    cancelAll: 'Cancel all',
    front: (title: string) => `Run ${title} next`,
    retry: (title: string) => `Run ${title} again`,
    pause: 'Pause the queue',
    resume: 'Go on',
    paused: 'The queue is paused',
    place: (place: number) => `${place}.`,
    attempt: (attempt: number) => `attempt ${attempt}`,
    states: {
      queued: 'waiting',
      running: 'running',
      succeeded: 'done',
      failed: 'failed',
      cancelled: 'cancelled',
    } satisfies Readonly<Record<RunState, string>>,
    pictures: (count: number) => plural(count, 'picture', 'pictures'),
    cannotWork: (reason: string) => `The server cannot run anything now: ${reason}`,
    own: 'yours',
  },

  connection: {
    lost: (seconds: number) =>
      `The connection to the server is lost. Trying again${seconds > 0 ? ` in ${seconds} s` : ''} …`,
    connecting: 'Connecting to the server …',
    back: 'Connected again',
    signedOut: 'The server does not know this browser any more. Open the address that it printed when it started.',
    signIn: 'The server prints its address with the token when it starts: http://…/#t=…',
    retry: 'Try now',
    kept: 'Your work is kept in this browser.',
  },

  files: {
    library: 'Library',
    save: 'Save',
    saveTip: 'Save to the library',
    saveAs: 'Save as …',
    open: 'Open a file …',
    newFile: 'New workflow',
    more: 'File',
    downloadJson: 'Download as JSON',
    downloadPng: 'Download as PNG',
    share: 'Copy a link to this workflow',
    versions: 'Versions …',
    remove: (name: string) => `Delete ${name}`,
    removed: (name: string) => `Deleted ${name}; its versions are kept`,
    saved: (name: string) => `Saved as ${name}`,
    saveFailed: (reason: string) => `Not saved: ${reason}`,
    opened: (name: string) => `Opened ${name}`,
    openFailed: (name: string, reason: string) => `${name} was not opened: ${reason}`,
    notAWorkflow: 'it holds no workflow.',
    linkCopied: 'The link is in the clipboard. Whoever opens it sees this workflow, read-only.',
    linkIs: 'The link to this workflow',
    linkTooLong: 'This workflow is too large for a link. Download it as a file instead.',
    unsaved: 'changed since it was saved',
    search: 'Search workflows',
    mine: 'Saved workflows',
    templates: 'Templates',
    none: 'Nothing saved yet. Press Ctrl+S to keep this workflow here.',
    noMatch: 'No workflow of that name',
    savedAt: (when: string) => `saved ${when}`,
    dropHere: 'Drop a workflow, or a picture made here, to open it',
    name: 'Name',
    cancel: 'Cancel',
    close: 'Close',
  },

  unsaved: {
    title: 'Keep the changes?',
    body: (name: string) =>
      `"${name}" has changes that are not in the library. Opening another workflow takes its place in this tab.`,
    save: 'Save, then open',
    discard: 'Open without saving',
  },

  conflict: {
    title: 'Somebody else saved this workflow meanwhile',
    body: (name: string, when: string) =>
      `"${name}" was saved ${when} in another tab or by somebody else. Nothing is lost either way: every state stays among its versions.`,
    early: (name: string) =>
      `"${name}" was saved elsewhere just now. When you save, you are asked which state to keep.`,
    deleted: (name: string) => `"${name}" was deleted in another tab or by somebody else. Your state is still here.`,
    mine: 'Keep mine',
    mineTip: 'Saves your state as the newest version',
    theirs: 'Take theirs',
    theirsTip: 'Shows their state here; yours is saved first, under a name of its own',
    both: 'Keep both',
    bothTip: 'Saves yours under a new name',
    copyName: (name: string) => `${name} (my copy)`,
    exists: (name: string) => `There is already a workflow "${name}".`,
  },

  versions: {
    title: (name: string) => `Versions of ${name}`,
    current: 'newest',
    restore: 'Restore',
    look: 'Look at it',
    restored: (revision: number) => `Version ${revision} is the newest now`,
    revision: (revision: number) => `Version ${revision}`,
  },

  readOnly: {
    shared: 'You are looking at a shared workflow. It can be run, not changed.',
    output: 'You are looking at the workflow that made a picture.',
    version: (revision: number) => `You are looking at version ${revision}.`,
    copy: 'Make a copy to edit',
  },

  results: {
    title: 'Results',
    ofThis: 'This workflow',
    all: 'Everything',
    empty: 'Pictures appear here as runs make them.',
    view: (name: string) => `Look at ${name} in full size`,
    openAsWorkflow: 'Open its workflow in a new tab',
    download: 'Download',
    which: 'Which results',
  },

  outline: {
    title: 'Outline',
    label: 'Nodes and ports, in the order of evaluation',
    hint: 'Arrows move, Enter goes to the card, C connects, Delete removes.',
    add: 'Add a node',
    connected: (source: string) => source,
    open: 'not connected',
    optional: 'optional',
    readBy: (readers: string) => readers,
    unused: 'not used',
    connect: (port: string) => `Connect ${port}`,
    connectTo: (port: string) => `Connect ${port} with`,
    nothingFits: (type: string) => `Nothing here goes with ${type}.`,
    disconnect: (port: string) => `Disconnect ${port}`,
    connectedNow: (from: string, to: string) => `Connected ${from} to ${to}`,
    disconnected: (port: string) => `Disconnected ${port}`,
    added: (title: string) => `Added ${title}`,
    removed: (title: string) => `Removed ${title}`,
    input: 'in',
    output: 'out',
    empty: 'No nodes yet.',
    show: 'Outline of the nodes',
  },
} as const;
