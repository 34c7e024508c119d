declare module 'virtual:offline-catalogue' {
  /** The node types there were when the page was built. */
  export const definitions: readonly unknown[];
}

declare module 'virtual:first-workflow' {
  /** The workflow file which a new user sees first. */
  export const text: string;
}
