/**
 * Loaded into a writer before its program (`node --import`): stops the process at a named instant, from outside of its
 * code. `CHAOS_AT` is `<instant>#<n>`, or several of them with `;` in between: at the n-th passing of the first that comes so
 * far the process sends itself `CHAOS_SIGNAL` (KILL, or STOP to freeze).
 *
 * Instants are what a writer does to the outside: statements of Postgres (`before sql …`, `after sql …`) and exchanges with
 * amoCRM (`before`, `sending`, `sent`, `answering`, `answered http …`). kill-points.ts lists them.
 */
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { appendFileSync } from 'node:fs';
import { statementName, exchangeName } from './instant-names.js';

/** How many passings each instant is away. */
const awaited = new Map<string, number>();
for (const at of (process.env['CHAOS_AT'] ?? '').split(';')) {
  const [instant = '', nth = '1'] = at.split('#');
  awaited.set(instant, Number(nth));
}
const signal = process.env['CHAOS_SIGNAL'] ?? 'SIGKILL';
/** Where the process says, before it goes, that it came to its instant. */
const tollFile = process.env['CHAOS_TOLL'];

function pass(name: string): void {
  const left = awaited.get(name);
  if (left === undefined) return;
  awaited.set(name, left - 1);
  if (left !== 1) return;
  if (tollFile !== undefined) appendFileSync(tollFile, `${name}\n`);
  process.kill(process.pid, signal);
}

interface Query {
  readonly text: string;
}
type Ask = (this: object, query: string | Query, ...more: unknown[]) => unknown;

// The driver is CommonJS: this is the one copy that the product uses too.
const pg = createRequire(import.meta.url)('pg') as { Client: { prototype: { query: Ask } } };
const { query: ask } = pg.Client.prototype;
/** A transaction is known by its first statement (but `set transaction`): `commit (select lane)` is that of the intents. */
const transactions = new WeakMap<object, string>();
pg.Client.prototype.query = function (this: object, query, ...more) {
  let name = statementName(typeof query === 'string' ? query : query.text);
  if (name === 'start') transactions.delete(this);
  else if (name === 'commit') name = `commit (${transactions.get(this) ?? ''})`;
  else if (name !== 'set' && !transactions.has(this)) transactions.set(this, name);
  pass(`before sql ${name}`);
  const [last] = more.slice(-1);
  // TypeORM's driver gives a callback; the pool itself takes a promise.
  if (typeof last === 'function') {
    const answered = (...results: unknown[]): unknown => {
      pass(`after sql ${name}`);
      return (last as (...results: unknown[]) => unknown)(...results);
    };
    return ask.call(this, query, ...more.slice(0, -1), answered);
  }
  const asked = ask.call(this, query, ...more);
  if (asked instanceof Promise)
    void asked.then(
      () => pass(`after sql ${name}`),
      () => undefined,
    );
  return asked;
};

const { request } = http;
const watched = (options: http.RequestOptions, onResponse?: (response: IncomingMessage) => void): ClientRequest => {
  const name = exchangeName(options.method ?? 'GET', options.path ?? '/');
  pass(`before http ${name}`);
  const outgoing = request(options, onResponse);
  outgoing.once('socket', () => pass(`sending http ${name}`));
  outgoing.once('finish', () => pass(`sent http ${name}`));
  outgoing.prependOnceListener('response', (response: IncomingMessage) => {
    pass(`answering http ${name}`);
    response.once('end', () => pass(`answered http ${name}`));
  });
  return outgoing;
};
http.request = watched as typeof http.request;
syncBuiltinESMExports();
