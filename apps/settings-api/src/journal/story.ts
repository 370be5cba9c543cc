import { fallbackWords } from '@perezvon/calls';
import { type CallDecision, type CallEvent, type ClientLookup, type CrmResult, type Route } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { type NameOf } from './employee-names.js';
import { effectNames, effectStates, reasonWords, writerReason } from './effect-words.js';
import { type JournalCall, journalStateOf, silentAt } from './journal-call.js';
import {
  callStateWords,
  cellName,
  entityNames,
  eventWarning,
  eventWords,
  momentWords,
  outcomeWords,
  silenceWords,
} from './story-words.js';

/** One line of a call's account (rules.md R16), in the order in which it happened. */
export interface StoryLine {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly kind: 'event' | 'routing' | 'decision' | 'reason' | 'lookup' | 'operation' | 'state';
  readonly text: Localized;
  /** Rule of rules.md that the line rests on. */
  readonly ruleId: string | null;
  readonly links: readonly StoryLink[];
}

export interface StoryLink {
  readonly text: Localized;
  readonly url: string;
}

/**
 * The whole account of a call: events received → whom the PBX was told to connect → decisions with what was found and
 * why → each operation in amoCRM with its attempts and links.
 *
 * @param calls the call and those that are the same one under another id
 * @param portalUrls origin of each portal that is still there, for links into amoCRM
 * @param now ISO 8601 UTC
 */
export function storyOf(
  calls: readonly JournalCall[],
  portalUrls: ReadonlyMap<string, string>,
  nameOf: NameOf,
  now: string,
): StoryLine[] {
  const lines = calls.flatMap((call) => [
    ...Object.values(call.events).map((event) => eventLine(event, nameOf(event.employee))),
    ...Object.values(call.routes).map((route) => routeLine(route, nameOf(route.employee) ?? '')),
    ...Object.values(call.decisions).flatMap((decision) => decisionLines(decision, portalUrls)),
    ...Object.values(call.results).map((result) => operationLine(result, portalUrls)),
    ...waitLine(call),
    ...silenceLine(call, now),
  ]);
  return lines
    .map((line, index) => ({ line, index }))
    .sort((a, b) => (a.line.at === b.line.at ? a.index - b.index : a.line.at < b.line.at ? -1 : 1))
    .map(({ line }) => line);
}

function line(
  at: string,
  kind: StoryLine['kind'],
  text: Localized,
  ruleId: string | null = null,
  links: readonly StoryLink[] = [],
): StoryLine {
  return { at, kind, text, ruleId, links };
}

function eventLine(event: CallEvent, who: string | null): StoryLine {
  const outcome = event.outcome == null ? null : outcomeWords[event.outcome];
  const talk = event.talk_sec == null || event.talk_sec === 0 ? null : seconds(event.talk_sec);
  const words = eventWords[event.type];
  const text = (language: keyof Localized): string =>
    [
      words[language] + (who === null ? '' : `: ${who}`),
      ...(outcome === null ? [] : [outcome[language]]),
      ...(talk === null ? [] : [talk[language]]),
      ...(event.warnings ?? []).map((code) => eventWarning(code)[language]),
    ].join(', ');
  return line(event.occurred_at ?? event.received_at, 'event', { ru: text('ru'), en: text('en') });
}

function routeLine({ askedAt, reason }: Route, name: string): StoryLine {
  const why = reason === 'responsible_of_contact' ? null : fallbackWords(reason);
  const text: Localized =
    why === null
      ? { ru: `АТС предложен персональный менеджер: ${name}`, en: `The PBX was told the personal manager: ${name}` }
      : {
          ru: `Персональный менеджер не предложен: ${why.ru}`,
          en: `No personal manager was told: ${why.en}`,
        };
  return line(askedAt, 'routing', text, 'R13');
}

function decisionLines(decision: CallDecision, portalUrls: ReadonlyMap<string, string>): StoryLine[] {
  const { decidedAt, moment, outcome, cell, reasons, lookup } = decision;
  const parts = (language: keyof Localized): string =>
    [
      momentWords[moment][language],
      ...(outcome === null ? [] : [outcomeWords[outcome][language]]),
      ...(cell === null ? [] : [cellName(cell, decision.direction)[language]]),
    ].join(' · ');
  return [
    ...(lookup == null ? [] : [lookupLine(decidedAt, decision, lookup, portalUrls)]),
    line(decidedAt, 'decision', { ru: parts('ru'), en: parts('en') }),
    ...reasons.map((reason) => {
      const isWarning = decision.warnings?.includes(reason.code) === true;
      return line(decidedAt, 'reason', isWarning ? warning(reasonWords(reason)) : reasonWords(reason), reason.ruleId);
    }),
  ];
}

/** R4: what the operator should look at, and not only read. */
const warning = ({ ru, en }: Localized): Localized => ({ ru: `Внимание: ${ru}`, en: `Warning: ${en}` });

function lookupLine(
  at: string,
  { portalId }: CallDecision,
  { known, origin, candidates, chosen }: ClientLookup,
  portalUrls: ReadonlyMap<string, string>,
): StoryLine {
  const links = chosen === null ? [] : linksTo(portalId, [chosen], portalUrls);
  if (origin === 'pending_creation') {
    const text = { ru: 'Карточка клиента уже создаётся', en: 'A card of the client is being made already' };
    return line(at, 'lookup', text, 'R5');
  }
  const text: Localized = known
    ? {
        ru: `Клиент известен amoCRM, карточек с номером: ${candidates.length}`,
        en: `The client is known to amoCRM, cards with the number: ${candidates.length}`,
      }
    : { ru: 'Клиента в amoCRM нет', en: 'amoCRM does not know the client' };
  return line(at, 'lookup', text, 'R5', links);
}

function operationLine(result: CrmResult, portalUrls: ReadonlyMap<string, string>): StoryLine {
  const why = result.reason === null ? null : writerReason(result.reason);
  const text = (language: keyof Localized): string =>
    [
      `${effectNames[result.effect][language]}: ${stateOf(result)[language]}`,
      ...(why === null ? [] : [why[language]]),
      ...(result.attempts > 1
        ? [{ ru: `попыток: ${result.attempts}`, en: `attempts: ${result.attempts}` }[language]]
        : []),
    ].join(' · ');
  const links = linksTo(result.portalId, result.entities, portalUrls);
  return line(result.at, 'operation', { ru: text('ru'), en: text('en') }, result.ruleIds[0] ?? null, links);
}

function stateOf({ state, existed, revision }: CrmResult): Localized {
  if (state !== 'done') return effectStates[state];
  if (existed) return { ru: 'уже было в amoCRM', en: 'was in amoCRM already' };
  return revision > 1 ? { ru: 'обновлено', en: 'updated' } : { ru: 'создано', en: 'created' };
}

/** What the call waits for now, if it waits before its decision. */
function waitLine({ state }: JournalCall): StoryLine[] {
  const words = state === null ? undefined : callStateWords[state.state];
  return state === null || words === undefined ? [] : [line(state.since, 'state', words)];
}

/** R4: the call should be over, and its end is not known. */
function silenceLine(call: JournalCall, now: string): StoryLine[] {
  return journalStateOf(call, now) === 'end_unknown' ? [line(silentAt(call), 'state', silenceWords, 'R4')] : [];
}

const cardPaths: Readonly<Record<string, string>> = { contact: 'contacts', company: 'companies', lead: 'leads' };

function linksTo(
  portalId: string | null,
  entities: readonly { readonly type: string; readonly id: string | number }[],
  portalUrls: ReadonlyMap<string, string>,
): StoryLink[] {
  const origin = portalUrls.get(portalId ?? '');
  if (origin === undefined) return [];
  return entities.flatMap(({ type, id }) => {
    const path = cardPaths[type];
    const name = entityNames[type];
    if (path === undefined || name === undefined) return [];
    return [{ text: { ru: `${name.ru} ${id}`, en: `${name.en} ${id}` }, url: `${origin}/${path}/detail/${id}` }];
  });
}

function seconds(duration: number): Localized {
  const time = `${Math.floor(duration / 60)}:${String(duration % 60).padStart(2, '0')}`;
  return { ru: `разговор ${time}`, en: `talk ${time}` };
}
