const KEY = 'unclip-shown-run';

/** The run that this tab shows, kept over a reload of the page. */
export function rememberShownRun(runId: string | undefined): void {
  try {
    if (runId === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, runId);
  } catch {
    // A page that may not store anything begins anew after a reload.
  }
}

export function rememberedShownRun(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
