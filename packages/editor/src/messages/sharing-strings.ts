/** What the pages of share links say, and the dialog that makes them. */
export const sharingStrings = {
  share: 'Share a link …',
  title: (name: string) => `Share links of ${name}`,
  about:
    'A share link works without the token, for anyone who has it, until it expires or you revoke it. It opens nothing but what it names.',
  none: 'No link can be used just now.',
  kind: 'What it shows',
  kinds: {
    view: 'The workflow, to look at',
    form: 'The form, to run it',
  },
  newest: 'always its newest version',
  revision: (revision: number) => `version ${revision}`,
  days: 'Valid for (days)',
  runsPerHour: 'Runs an hour',
  make: 'Make a link',
  made: 'The link is in the clipboard. It is shown here once:',
  madeOnly: 'The link is shown here once:',
  revoke: 'Revoke',
  revoked: 'The link no longer works.',
  until: (when: string) => `valid until ${when}`,
  failed: (reason: string) => `That did not work: ${reason}`,

  looking: 'You are looking at a shared workflow. It cannot be run or saved here.',
  onlyToLook: 'This link only shows a workflow.',
  chooseImage: (label: string) => `${label}: choose an image`,
  noImage: 'Choose an image, or drop one here',
  sending: 'Sending …',
  cancel: 'Cancel',
  waiting: 'Waiting for its turn …',
  step: (step: number, steps: number) => `Step ${step} of ${steps} …`,
} as const;
