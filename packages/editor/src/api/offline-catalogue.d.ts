declare module 'virtual:offline-catalogue' {
  /** The node types there were when the page was built. */
  export const definitions: readonly unknown[];
}
