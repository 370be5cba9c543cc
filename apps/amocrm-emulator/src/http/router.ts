import { type Answer } from './answer.js';
import { type Exchange } from './exchange.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export type Handler<X = Exchange, R = Answer> = (x: X) => R;
export type Route<X = Exchange, R = Answer> = readonly [method: Method, path: string, handler: Handler<X, R>];

export type Match<X, R> =
  | { readonly found: 'route'; readonly handler: Handler<X, R>; readonly params: Record<string, string> }
  | { readonly found: 'other_methods' | 'nothing' };

interface Compiled<X, R> {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler<X, R>;
}

/** Finds a route by its segments: `{id}` and names ending in `Id` take digits only, any other `{name}` takes anything. */
export class Router<X = Exchange, R = Answer> {
  private readonly byLength = new Map<number, Compiled<X, R>[]>();

  constructor(routes: readonly Route<X, R>[]) {
    for (const [method, path, handler] of routes) {
      const segments = path.split('/').slice(1);
      const sameLength = this.byLength.get(segments.length) ?? [];
      sameLength.push({ method, segments, handler });
      this.byLength.set(segments.length, sameLength);
    }
  }

  match(method: string, path: string): Match<X, R> {
    const segments = path.replace(/\/$/, '').split('/').slice(1);
    let found: 'other_methods' | 'nothing' = 'nothing';
    for (const route of this.byLength.get(segments.length) ?? []) {
      const params = paramsOf(route.segments, segments);
      if (params === undefined) continue;
      if (route.method === method) return { found: 'route', handler: route.handler, params };
      found = 'other_methods';
    }
    return { found };
  }
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (!expected.startsWith('{')) {
      if (expected !== actual) return undefined;
      continue;
    }
    const name = expected.slice(1, -1);
    if ((name === 'id' || name.endsWith('Id')) && !/^\d+$/.test(actual)) return undefined;
    params[name] = actual;
  }
  return params;
}
