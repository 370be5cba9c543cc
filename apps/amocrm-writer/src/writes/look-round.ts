import type { Happening } from '../ledger/effect-state.js';
import type { EffectRow } from '../ledger/effect-row.js';
import { longestPauseMs } from '../lanes/pause.js';
import type { Turn } from '../lanes/turn-context.js';
import type { PortalRow } from '../portals/portal.js';
import { look } from './look.js';
import type { FoundByLook } from './made.js';

/**
 * Looks for the doubts of one portal that are due and records what was seen. A look that failed proves nothing; a list that
 * amoCRM will not show keeps only what stands in it in doubt.
 */
export async function lookAt(turn: Turn, portal: PortalRow, effects: readonly EffectRow[]): Promise<void> {
  for (const alike of byKind(effects)) {
    // amoCRM wants to be left alone: what was not looked at is still due.
    if (turn.failures.pause !== null) return;
    await lookAtAlike(turn, portal, alike);
  }
}

function byKind(effects: readonly EffectRow[]): EffectRow[][] {
  const kinds = new Map<string | undefined, EffectRow[]>();
  for (const effect of effects) kinds.set(effect.sent?.kind, [...(kinds.get(effect.sent?.kind) ?? []), effect]);
  return [...kinds.values()];
}

async function lookAtAlike(
  { tools, requests, failures }: Turn,
  portal: PortalRow,
  effects: readonly EffectRow[],
): Promise<void> {
  const { ledger, clock } = tools;
  const lookBegunAt = clock.now();
  let found: Map<string, FoundByLook> | undefined;
  const put = await failures.settling(portal, async () => {
    found = await look(tools, requests.as('read_back'), portal, effects);
  });
  const now = clock.now();
  await ledger.record(
    effects.map((effect) => {
      const one = found?.get(effect.seq);
      const happened = (row: EffectRow): Happening => {
        if (put !== null) return { what: 'look_failed', lookAt: put.isFinal ? now + longestPauseMs : put.until };
        if (one === undefined) return { what: 'not_found', lookBegunAt };
        const newerWanted = row.command.revision > (row.sent?.revision ?? row.command.revision);
        return { what: 'found', at: now, several: one.several, newerWanted };
      };
      const learnt = one ? { entities: one.made.entities, amocrmId: one.made.amocrmId, existed: false } : {};
      return { seq: effect.seq, happened, learnt };
    }),
    now,
    async (memory) => {
      for (const { seq, lane, command } of effects) {
        const made = found?.get(seq)?.made;
        if (made === undefined || command.phone === null) continue;
        const phone = command.phone;
        await memory.rememberOwnCards(made.ownCards.map((card) => ({ ...card, lane, phone })));
        // Nobody remembers what else the client has: ask, so that crm.clients.v1 is right again.
        if (made.ownCards.length > 0) await memory.askOwn(command.portalId, lane, phone);
      }
    },
  );
}
