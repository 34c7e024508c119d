import { isDeepStrictEqual } from 'node:util';
import { problem } from '@unclip-studio/protocol';
import { ROUTES } from '@unclip-studio/server';

/**
 * Holds an answer to its declaration: all that it has is declared, and all that is declared is there.
 *
 * @throws Error that says what does not fit
 */
export function checkAnswer(method: string, path: string, status: number, body: unknown): void {
  const [pathname = ''] = path.split('?');
  const route = ROUTES.find((one) => one.method === method.toLowerCase() && patternOf(one.path).test(pathname));
  if (route === undefined) return;
  const refused = route.errorBodies as Readonly<Record<number, typeof problem>> | undefined;
  const schema = status in route.answers ? route.answers[status]?.schema : (refused?.[status] ?? problem);
  const result = schema?.safeParse(body);
  if (result === undefined || (result.success && isDeepStrictEqual(result.data, body))) return;
  const wrong = result.success ? `undeclared keys: got ${JSON.stringify(body)}` : result.error.message;
  throw new Error(`The answer ${status} to ${method} ${path} is not as declared: ${wrong}`);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}
