/**
 * Cookies are shared by all ports of a host, so the name carries the port: two servers on one machine do not sign each
 * other's users out.
 */
function sessionCookieName(port: number): string {
  return `unclip_session_${port}`;
}

/** Not readable by scripts, and not sent with requests that other sites start. */
export function formatSessionCookie(options: {
  readonly port: number;
  readonly value: string;
  readonly maxAgeS: number;
}): string {
  const { port, value, maxAgeS } = options;
  return [`${sessionCookieName(port)}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeS}`].join(
    '; ',
  );
}

/** The value of our cookie in a `Cookie` header. */
export function readSessionCookie(header: string | undefined, port: number): string | undefined {
  const start = `${sessionCookieName(port)}=`;
  const pair = header?.split(';').find((part) => part.trim().startsWith(start));
  return pair?.trim().slice(start.length);
}
