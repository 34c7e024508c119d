import { dataOf, isWorthRetrying, type ServerClient } from '@unclip-studio/client';

/**
 * Exchanges the server's token for the browser's cookie.
 *
 * @param text the token, or the address that the server printed
 * @throws ApiError with the server's own words
 */
export async function signIn(server: ServerClient, text: string): Promise<void> {
  const typed = text.trim();
  const token = new URLSearchParams(typed.slice(typed.indexOf('#') + 1)).get('t') ?? typed;
  await dataOf(server.POST('/api/session', { body: { token } }));
}

/**
 * Signs in with the token in the page's address, if there is one. It is in the fragment, which browsers never send, and
 * is removed from the address bar.
 *
 * @returns whether there was a token
 */
export async function signInFromAddress(server: ServerClient): Promise<boolean> {
  const params = new URLSearchParams(location.hash.slice(1));
  const token = params.get('t');
  if (token === null) return false;
  params.delete('t');
  try {
    await signIn(server, token);
  } catch (error) {
    // A server that was down is tried again, and then needs the token again.
    if (!isWorthRetrying(error)) forgetToken(params);
    throw error;
  }
  forgetToken(params);
  return true;
}

function forgetToken(rest: URLSearchParams): void {
  const fragment = rest.size === 0 ? '' : `#${rest}`;
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
}
