import { z } from 'zod';
import type { EffectCommand } from '@perezvon/contracts';
import type { EffectRow } from '../ledger/effect-row.js';
import { maxInFlight } from '../lanes/lane-requests.js';
import type { Entity } from './model-amocrm.js';
import type { Seen } from './model-wire.js';
import type { World } from './world.js';

/** A promise that a run broke, by the number that it has among the product's invariants (docs/protocol.md). */
export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I9';
  readonly what: string;
}

/** In what state an effect may stay. */
const terminal = new Set<EffectRow['state']['is']>(['done', 'skipped', 'parked', 'discarded']);

/** Those that have not ended; one that a parked one of its call holds waits for a person, as that does. */
const openOf = ({ ledger, queries }: World): EffectRow[] =>
  [...ledger.rows.values()].filter((row) => !terminal.has(row.state.is) && !queries.isBlocked(row));

export const isSettled = (world: World): boolean => openOf(world).length === 0;

/** What holds at every moment. */
export function safety(world: World): Violation[] {
  return [...duplicates(world), ...blindResends(world), ...overLimit(world), ...strayWrites(world), ...failures(world)];
}

/** What holds besides when a run is over. @param produced everything that Kafka took */
export function atTheEnd(world: World, produced: readonly EffectCommand[]): Violation[] {
  const rows = [...world.ledger.rows.values()];
  const lost = produced.filter(
    ({ callId, effect, revision }) =>
      !rows.some(
        ({ command }) => command.callId === callId && command.effect === effect && command.revision >= revision,
      ),
  );
  const absent = rows.filter((row) => row.state.is === 'done' && !row.existed && madeFor(world, row).length === 0);
  return [
    ...lost.map((command): Violation => ({ invariant: 'I1', what: `${command.effect} was accepted and is nowhere` })),
    ...absent.map((row): Violation => ({
      invariant: 'I1',
      what: `${nameOf(row)} is done and does not stand in amoCRM`,
    })),
    ...openOf(world).map((row): Violation => ({
      invariant: 'I9',
      what: `${nameOf(row)} never ends: ${JSON.stringify(row.state)}`,
    })),
    ...disorder(world),
  ];
}

const nameOf = ({ seq, command }: EffectRow): string => `effect ${seq} (${command.effect})`;

function duplicates(world: World): Violation[] {
  return [...world.ledger.rows.values()].flatMap((row): Violation[] => {
    const count = madeFor(world, row).length;
    return count > 1 ? [{ invariant: 'I2', what: `${nameOf(row)} stands ${count} times in amoCRM` }] : [];
  });
}

/** Its entities, by what tells them apart (design: markers). */
function madeFor({ amocrm }: World, row: EffectRow): Entity[] {
  return (amocrm.get(row.lane)?.entities ?? []).filter((entity) => isOf(entity.kind, entity.fields, row));
}

const marked = z.object({
  custom_fields_values: z.array(
    z.looseObject({ field_code: z.string(), values: z.array(z.object({ value: z.string() })) }),
  ),
});

function isOf(kind: Entity['kind'], fields: Entity['fields'], { command, marker }: EffectRow): boolean {
  switch (command.intent.kind) {
    case 'ensure_contact':
      return kind === 'contacts' && carries(fields, marker);
    case 'create_deal':
      return kind === 'leads' && carries(fields, marker);
    case 'call_note':
      return kind === 'notes' && JSON.stringify(fields['params']).includes(`"${marker}"`);
    case 'create_task':
      return kind === 'tasks' && fields['text'] === command.intent.text;
    case 'create_unsorted':
      return kind === 'unsorted' && fields['source_uid'] === marker;
  }
}

function carries(fields: unknown, marker: string): boolean {
  const parsed = marked.safeParse(fields);
  return (
    parsed.success &&
    parsed.data.custom_fields_values.some(({ values }) => values.some(({ value }) => value === marker))
  );
}

/** The clock of the database is known to a writer to within half a round trip. */
const clockErrorMs = 400;

/** A second POST for an effect, after one that may have taken effect, without a look in between that was begun after D. */
function blindResends(world: World): Violation[] {
  return [...world.ledger.rows.values()].flatMap((row): Violation[] => {
    const text = row.command.intent.kind === 'create_task' ? row.command.intent.text : row.marker;
    const posts = world.requests.filter(
      ({ request }) => request.method === 'POST' && request.body?.includes(text) === true,
    );
    return posts.flatMap((post, index): Violation[] => {
      const before = posts[index - 1];
      if (before === undefined || isSurelyNotApplied(before, text) || hasLook(world, before, post)) return [];
      return [{ invariant: 'I3', what: `${nameOf(row)} was sent again without a look after D` }];
    });
  });
}

const refusal = z.object({ 'validation-errors': z.array(z.object({ request_id: z.string() })) });
const sentItems = z.array(z.looseObject({ request_id: z.string() }));

/** By the error table: a refused right or rate, an item that is alone or named in a refusal, a request that never left. */
function isSurelyNotApplied({ outcome, request }: Seen, text: string): boolean {
  if (outcome?.ok !== true) return false;
  const { status, body } = outcome.answer;
  if (status !== 400) return status === 429 || status === 403;
  const sent = sentItems.parse(JSON.parse(request.body ?? '[]'));
  const named = refusal.parse(JSON.parse(body))['validation-errors'].map(({ request_id: id }) => id);
  const own = sent.find((one) => JSON.stringify(one).includes(text));
  return sent.length === 1 || (own !== undefined && named.includes(own.request_id));
}

function hasLook({ requests, settings }: World, before: Seen, after: Seen): boolean {
  const countsFrom = before.leftAt + settings.visibilityDelayMs - clockErrorMs;
  return requests.some(({ lane, request, arrivedAt }) => {
    if (lane !== before.lane || request.method !== 'GET' || arrivedAt === null) return false;
    return arrivedAt >= countsFrom && arrivedAt <= after.leftAt && request.path.includes('order');
  });
}

const windowMs = 1_000;
const perWindow = 7;

function overLimit({ requests, settings }: World): Violation[] {
  return settings.lanes.flatMap((lane): Violation[] => {
    const times = requests.flatMap((one) => (one.lane === lane && one.arrivedAt !== null ? [one.arrivedAt] : []));
    times.sort((a, b) => a - b);
    const isOver = times.some((at, index) => (times[index + perWindow] ?? Number.POSITIVE_INFINITY) - at < windowMs);
    return isOver && settings.isPaced
      ? [{ invariant: 'I5', what: `${lane} saw more than ${perWindow} requests in a second` }]
      : [];
  });
}

/** What left a process that did not hold the lane any more, and more on the wire than the cap. */
function strayWrites({ requests }: World): Violation[] {
  const stray = requests.filter(({ wasHeld }) => !wasHeld);
  const crowded = requests.filter((one) => {
    const onTheWire = requests.filter((other) => {
      const isSame = other.process === one.process && other.lane === one.lane;
      return isSame && other.leftAt <= one.leftAt && (other.endedAt ?? Number.POSITIVE_INFINITY) > one.leftAt;
    });
    return onTheWire.length > maxInFlight;
  });
  return [
    ...stray.map((one): Violation => ({
      invariant: 'I6',
      what: `${one.process} sent to ${one.lane} without its lease`,
    })),
    ...crowded.map((one): Violation => ({
      invariant: 'I6',
      what: `${one.process} had over ${maxInFlight} on the wire`,
    })),
  ];
}

/** Of one client, in the order in which they were wanted; what was parked meanwhile held nobody else. */
function disorder({ ledger }: World): Violation[] {
  const parked = new Set(ledger.told.filter(({ news }) => news.startsWith('parked')).map(({ seq }) => seq));
  const made = [...ledger.rows.values()].filter(
    (row) => row.state.is === 'done' && !row.existed && row.amocrmId !== null && !parked.has(row.seq),
  );
  return made.flatMap((row): Violation[] => {
    const later = made.find(
      (other) =>
        other.lane === row.lane &&
        other.command.phone === row.command.phone &&
        Number(other.seq) > Number(row.seq) &&
        (other.amocrmId ?? 0) < (row.amocrmId ?? 0),
    );
    return later === undefined ? [] : [{ invariant: 'I4', what: `${nameOf(later)} was made before ${nameOf(row)}` }];
  });
}

function failures({ errors }: World): Violation[] {
  return errors.map((words): Violation => ({ invariant: 'I9', what: `a turn failed by itself: ${words}` }));
}
