/** The model hub did not give what was asked for; the message says what to do. */
export class HubError extends Error {
  override readonly name: string = 'HubError';
}

/** It may do so at another try: the line broke off, or the hub is busy. */
export class PassingHubError extends HubError {
  override readonly name = 'PassingHubError';
}

/** There is no such model there, or none that may be read; another source may have it. */
export class MissingAtHubError extends HubError {
  override readonly name = 'MissingAtHubError';
}
