/**
 * Cookies are shared by all ports of a host, so the name carries the port: two servers on one machine do not sign each
 * other's users out.
 */
function sessionCookieName(port: number): string {
  return `unclip_session_${port}`;
}

/** The cookie of a share link; its path is the grant's own, so that several may be open in one browser. */
function grantCookieName(port: number): string {
  return `unclip_grant_${port}`;
}

interface CookieOptions {
  readonly port: number;
  readonly value: string;
  readonly maxAgeS: number;
  /** To which addresses it is sent, such as `/`. */
  readonly path: string;
  /** The browser came by https, so the cookie is never sent any other way. */
  readonly isSecure: boolean;
}

/** Not readable by scripts, and not sent with requests that other sites start. */
export function formatSessionCookie(options: CookieOptions): string {
  return formatCookie(sessionCookieName(options.port), options);
}

export function formatGrantCookie(options: CookieOptions): string {
  return formatCookie(grantCookieName(options.port), options);
}

function formatCookie(name: string, { value, maxAgeS, path, isSecure }: CookieOptions): string {
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeS}`];
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ');
}

/** The value of our cookie in a `Cookie` header. */
export function readSessionCookie(header: string | undefined, port: number): string | undefined {
  return readCookie(header, sessionCookieName(port));
}

export function readGrantCookie(header: string | undefined, port: number): string | undefined {
  return readCookie(header, grantCookieName(port));
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(';').find((part) => part.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
