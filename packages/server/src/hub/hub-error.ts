/** The model hub did not return what was requested; the message says what to do. */
export class HubError extends Error {
  override readonly name: string = 'HubError';
}

/** It may do so at another try: the line broke off, or the hub is busy. */
export class PassingHubError extends HubError {
  override readonly name = 'PassingHubError';
}

/** There is no such model there, or no readable one; another source may have it. */
export class MissingAtHubError extends HubError {
  override readonly name = 'MissingAtHubError';
}
