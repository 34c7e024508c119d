/** The id of the run which a user started, of its own or of one of its parts: `7f3k2m9q0x1z` of `7f3k2m9q0x1z.4`. */
export function wholeRunId(runId: string): string {
  return runId.split('.', 1)[0] ?? runId;
}
