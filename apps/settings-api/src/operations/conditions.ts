import { type ParkedEffects, type PortalStatus } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { reasonWords } from '../journal/effect-words.js';
import { advice } from './advice-words.js';

/**
 * Why something is not written to amoCRM now, for a person: what is the matter, what waits, since when, what to do.
 *
 * `stop`: nothing is sent. `trouble`: requests are put off. `limit`: creations alone wait. `parked`: waits for a person.
 * `notice`: everything goes out, and a person should do something before it stops.
 */
export interface Condition {
  readonly kind: 'stop' | 'trouble' | 'limit' | 'parked' | 'notice';
  /** Stable; the runbook page is named by it. */
  readonly code: string;
  readonly text: string;
  readonly advice: string;
  readonly waiting: number;
  readonly since: string;
  /** When it is tried again by itself; null: not by a clock. */
  readonly until: string | null;
  /** A page of the repository. */
  readonly runbook: string;
}

type Language = keyof Localized;

/** The worst first. */
export function conditionsOf(
  { stop, trouble, limit, effects, moved, lookupsWaiting }: PortalStatus,
  language: Language,
): Condition[] {
  // A call whose client is still to be looked up waits as well, before there is an operation of it.
  const waiting = sum(effects.filter(({ state }) => state !== 'parked')) + lookupsWaiting;
  const conditions: Condition[] = [];
  if (stop !== null) {
    const { reason, cause, since, until } = stop;
    const precise = moved != null && reason === 'not_found' ? 'renamed' : (cause ?? reason);
    const words = withAddress(explained(reason, precise, language), moved);
    conditions.push({ kind: 'stop', ...words, waiting, since, until });
  } else if (moved != null) {
    const words = withAddress(explained('renamed', 'renamed', language), moved);
    conditions.push({ kind: 'notice', ...words, waiting: 0, since: moved.since, until: null });
  }
  if (trouble != null) {
    const { reason, since, until } = trouble;
    const code = familyOf(reason);
    conditions.push({ kind: 'trouble', ...explained(code, code, language), waiting, since, until });
  }
  if (limit != null) {
    const held = sum(effects.filter(({ reason }) => reason === 'tariff_limit'));
    conditions.push({ kind: 'limit', ...explained('tariff_limit', 'tariff_limit', language), waiting: held, ...limit });
  }
  return conditions;
}

/** Of a whole account, portals that are gone included. */
export function parkedConditions(parked: ParkedEffects, language: Language): Condition[] {
  return parked.map(({ reason, count, oldestAt }) => {
    const code = ownPages.has(reason) ? reason : 'parked';
    const { text, ...rest } = explained(code, code, language);
    const why = reasonWords({ code: reason })[language];
    return {
      kind: 'parked',
      ...rest,
      text: code === 'parked' ? why : text,
      waiting: count,
      since: oldestAt,
      until: null,
    };
  });
}

/** Reasons for parking that have a runbook page of their own; of the others the journal tells. */
const ownPages: ReadonlySet<string> = new Set(['portal_deleted', 'portal_unknown', 'expired']);

function explained(
  code: string,
  precise: string,
  language: Language,
): Pick<Condition, 'code' | 'text' | 'advice' | 'runbook'> {
  const words = reasonWords({ code: precise });
  return {
    code,
    text: words[language],
    advice: (advice[precise] ?? advice[code] ?? words)[language],
    runbook: `docs/runbooks/${code}.md`,
  };
}

/** The words of a move name the place. */
function withAddress<Words extends Pick<Condition, 'text'>>(words: Words, moved: PortalStatus['moved']): Words {
  return moved == null ? words : { ...words, text: `${words.text}: ${moved.to}` };
}

/** What a person does is the same for each of a family's codes (libs/amocrm, error-table.ts). */
function familyOf(reason: string): string {
  if (reason === 'rate_limited' || reason === 'token_unavailable' || reason === 'writer_failed') return reason;
  return serverErrors.has(reason) ? 'server_errors' : 'no_connection';
}

const serverErrors: ReadonlySet<string> = new Set([
  'request_timeout',
  'server_error',
  'bad_gateway',
  'unavailable',
  'gateway_timeout',
  'not_json',
  'answer_changed',
  'unexpected_empty',
  'unexpected_status',
]);

const sum = (rows: readonly { readonly count: number }[]): number => rows.reduce((all, { count }) => all + count, 0);
