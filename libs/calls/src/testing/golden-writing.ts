import type { EffectCommand } from '@perezvon/contracts';
import type { CardNow, PortalNow, Resolution } from '../resolution.js';
import { resolve } from '../resolve.js';
import { reasonLine } from './golden-reason.js';
import type { History, Writing } from './histories/history.js';
import type { Outcome } from './playback.js';
import { portalNow } from './portal-now.js';

/** An effect of a history at the moment of writing (R12): what amoCRM holds by then, and what is written. */
export interface Written {
  readonly writing: Writing;
  readonly portal: PortalNow;
  readonly resolution: Resolution;
}

export function writtenOf({ name, writing = [], portal = portalNow() }: History, outcomes: readonly Outcome[]) {
  return writing.map((one): Written => {
    const command = commandOf(one, outcomes);
    if (!command) throw new Error(`${name} writes ${one.effect}/${String(one.revision ?? 1)}, which was not decided`);
    const { at, card = null, note = null, isInUnsorted = false } = one;
    return { writing: one, portal, resolution: resolve(command, { at, card, portal, note, isInUnsorted }) };
  });
}

function commandOf({ effect, revision = 1 }: Writing, outcomes: readonly Outcome[]): EffectCommand | undefined {
  const commands = outcomes.flatMap((outcome) => outcome.commands).filter((command) => command.type === 'effect');
  return commands.find((command) => command.effect === effect && command.revision === revision);
}

export function portalLines({ pipelines, users, isUnsortedOn }: PortalNow): unknown {
  const deactivated = users.filter((user) => !user.isActive).map(({ id }) => id);
  return {
    pipelines: pipelines.map(({ id, isMain, statuses, isUnsortedOn: takesUnsorted }) => {
      const working = statuses.filter((status) => status.type === 0 && status.id !== 142 && status.id !== 143);
      const stages = [...working]
        .sort((a, b) => a.sort - b.sort)
        .map((status) => status.id)
        .join(', ');
      return `${String(id)}${isMain ? ' (main)' : ''}: ${stages || 'no working stage'}${takesUnsorted ? '' : ', unsorted off'}`;
    }),
    ...(isUnsortedOn === false && { unsorted: 'off' }),
    ...(deactivated.length > 0 && { deactivated }),
  };
}

export function writtenLines({ writing, resolution }: Written, clockTime: (instant: string) => string): unknown {
  const { kind, ruleIds, reasons, ...write } = resolution;
  const { at, effect, revision = 1, card = null, note, isInUnsorted } = writing;
  return {
    at: `${clockTime(at)} ${effect}/${String(revision)}`,
    card: cardLine(card),
    ...(note && { noteStands: `no. ${String(note.id)} on ${note.on.type} ${String(note.on.id)}` }),
    ...(isInUnsorted && { unsortedRecord: 'stands' }),
    then: { [kind]: write },
    rules: ruleIds.join(', '),
    ...(reasons.length > 0 && { because: reasons.map(reasonLine) }),
  };
}

function cardLine(card: CardNow | null): string {
  if (card === null) return 'nobody has the number';
  const deals = card.activeDeals.map(({ id, pipelineId }) => `${String(id)} in pipeline ${String(pipelineId)}`);
  const owner = card.responsibleUserId === null ? 'nobody' : String(card.responsibleUserId);
  return `${card.type} ${String(card.id)} of ${owner}, active deals: ${deals.join(', ') || 'none'}`;
}
