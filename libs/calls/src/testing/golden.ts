import { stringify } from 'yaml';
import type { CallEvent, CrmCommand, DirectionSettings } from '@perezvon/contracts';
import { defaultIntegration } from '@perezvon/contracts';
import { DEFAULT_INCOMING, DEFAULT_OUTGOING, settingsWith } from './given.js';
import { reasonLine } from './golden-reason.js';
import { routedLines, routedOf } from './golden-routing.js';
import { portalLines, writtenLines, writtenOf } from './golden-writing.js';
import { clientsOf, type History } from './histories/history.js';
import { playback, type Outcome } from './playback.js';
import { portalNow } from './portal-now.js';

/** A history and what came of it, as a person reviews it: libs/calls/golden/<name>.yaml. */
export function goldenText(history: History): string {
  const outcomes = outcomesOf(history);
  const routed = routedOf(history);
  const written = writtenOf(history, outcomes);
  const body = {
    title: history.title,
    ...(history.fixture !== undefined && { fixture: `pbx-events.md §4.12, ${history.fixture}` }),
    settings: settingsOf(history),
    ...(history.switchedOffAt !== undefined && { switchedOffAt: clockTime(history.switchedOffAt) }),
    ...(routed.length > 0 && { asked: routed.map((one) => routedLines(one, clockTime)) }),
    ...(history.events.length > 0 && {
      client: clientOf(history),
      events: history.events.map(eventLine),
      then: outcomes.map(outcomeOf),
    }),
    ...(written.length > 0 && {
      portalWhenWritten: portalLines(history.portal ?? portalNow()),
      written: written.map((one) => writtenLines(one, clockTime)),
    }),
  };
  return stringify(body, { lineWidth: 120, aliasDuplicateObjects: false });
}

export const outcomesOf = (history: History): readonly Outcome[] =>
  playback(
    {
      settings: settingsWith(history.settings),
      clients: clientsOf(history),
      isDirectoryComplete: history.isAsked !== true,
      ...(history.switchedOffAt !== undefined && { switchedOffAt: history.switchedOffAt }),
    },
    history.events,
  );

/** Only what differs from the defaults of R1. */
function settingsOf({ settings }: History): unknown {
  const { integration, employees, mapping } = settingsWith(settings);
  const defaults = defaultIntegration();
  return {
    ...(integration.active ? {} : { active: false }),
    incoming: difference(integration.incoming, { ...defaults.incoming, defaultResponsibleUserId: DEFAULT_INCOMING }),
    outgoing: difference(integration.outgoing, { ...defaults.outgoing, defaultResponsibleUserId: DEFAULT_OUTGOING }),
    ...(settings.employees && {
      employees: employees.map(({ employeeId, ...known }) => ({
        ...known,
        crmUser: mapping.find((pair) => pair.employeeId === employeeId)?.crmUserId ?? null,
      })),
    }),
  };
}

function difference(settings: DirectionSettings, defaults: DirectionSettings): Record<string, unknown> {
  const cells = Object.entries(settings.cells).filter(([, cell]) => cell.enabled);
  const others = Object.entries(settings).filter(
    ([key, value]) =>
      key !== 'cells' && JSON.stringify(value) !== JSON.stringify(defaults[key as keyof DirectionSettings]),
  );
  return {
    ...Object.fromEntries(cells.map(([name, { action }]) => [name, action])),
    ...Object.fromEntries(others),
  };
}

function clientOf({ client, isAsked }: History): string {
  const cards = client?.candidates.map(({ type, id }) => `${type} ${id}`).join(', ');
  return `${cards ? `known: ${cards}` : 'unknown'}${isAsked ? ', amoCRM must be asked' : ''}`;
}

/** What tells one event from another; ids and hashes do not. */
function eventLine(event: CallEvent): unknown {
  const { type, call_id, direction, client, received_at, occurred_at, occurred_at_quality, ...rest } = event;
  const told = Object.entries(rest).filter(([key, value]) => value != null && !NOISE.has(key));
  return {
    at: clockTime(received_at),
    ...(occurred_at !== null && occurred_at !== received_at && { occurred: clockTime(occurred_at) }),
    ...(occurred_at_quality !== 'pbx_utc' && { quality: occurred_at_quality }),
    type,
    call: call_id,
    direction,
    client: client.e164 ?? `${client.kind} (${client.raw ?? ''})`,
    ...Object.fromEntries(told),
  };
}

const NOISE = new Set([
  'schema_version',
  'event_id',
  'content_hash',
  'account_id',
  'source',
  'origin',
  'virtual_number',
]);

function outcomeOf({ at, cause, pbxCallId, decision, commands, stateChange }: Outcome): unknown {
  return {
    at: `${clockTime(at)} ${cause}`,
    call: pbxCallId,
    ...(stateChange && {
      state: [stateChange.state, stateChange.until && clockTime(stateChange.until)].filter(Boolean).join(' until '),
    }),
    ...(decision && {
      decision: {
        moment: decision.moment,
        outcome: decision.outcome,
        ...(decision.cell && { cell: decision.cell }),
        because: decision.reasons.map(reasonLine),
        ...(decision.warnings && { warnings: decision.warnings }),
      },
    }),
    ...(commands.length > 0 && { commands: commands.map(commandLine) }),
  };
}

function commandLine(command: CrmCommand): unknown {
  switch (command.type) {
    case 'lookup':
      return { lookup: command.phone };
    case 'cancel':
      return { cancel: command.effects };
    case 'effect':
      return {
        [`${command.effect}/${command.revision}`]: command.intent,
        ...(command.after.length > 0 && { after: command.after }),
        causedAt: clockTime(command.causedAt),
      };
  }
}

/** The histories happen around one day; the date says more than it costs only on another one. */
const clockTime = (instant: string) => instant.replace('2025-03-04T', '').replace('.000Z', '').replace('T', ' ');
