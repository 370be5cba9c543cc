import { createPacer, type Clock, type Pacer, type Wire, type WireConnection } from '@perezvon/amocrm';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import type { Move } from '../ledger/move-effect.js';
import type { TurnTools } from '../lanes/turn-tools.js';

/** Where a mistake can be put into a writer from outside: its ports. */
export interface Defects {
  tools(tools: TurnTools): TurnTools;
  wire(wire: Wire): Wire;
  pacer(clock: Clock): Pacer | undefined;
  /** The consumer moves its offset before it stores. */
  readonly offsetFirst: boolean;
}

export const asShipped: Defects = {
  tools: (tools) => tools,
  wire: (wire) => wire,
  pacer: (clock) => createPacer({ clock }),
  offsetFirst: false,
};

/** Mistakes that others make, each of which the exploration has to find: one that cannot proves nothing. */
export const plantedBugs = {
  /** A missing answer is taken for "not applied". */
  'skip read-back': {
    ...asShipped,
    tools: (tools) =>
      recording(tools, (happening) =>
        happening.what === 'answer_missing'
          ? { what: 'not_applied', sentUnder: happening.sentUnder, notBefore: happening.at, reason: happening.reason }
          : happening,
      ),
  },
  /** A write asks nobody whether the lane is still held. */
  'ignore epoch': {
    ...asShipped,
    wire: (wire) => ({
      host: wire.host,
      close: () => wire.close(),
      connect: async (signal) => {
        const attempt = await wire.connect(signal);
        return attempt.ok ? { ok: true, connection: unchecked(attempt.connection) } : attempt;
      },
    }),
  },
  /** Kafka is told that a batch is stored before it is. */
  'commit offset early': { ...asShipped, offsetFirst: true },
  /** What a look says of one item of a batch is taken for all of it. */
  'drop half a batch': {
    ...asShipped,
    tools: (tools) => ({
      ...tools,
      ledger: {
        ...tools.ledger,
        record: (moves, now, also) => tools.ledger.record(asTheFirstFound(moves, [...moves]), now, also),
      },
    }),
  },
  /** Every request has its own budget. */
  'share no budget': { ...asShipped, pacer: () => undefined },
} as const satisfies Record<string, Defects>;

export type PlantedBug = keyof typeof plantedBugs;

function recording(tools: TurnTools, instead: (happening: Happening) => Happening): TurnTools {
  const record: TurnTools['ledger']['record'] = (moves, now, also) =>
    tools.ledger.record(
      moves.map((one) => ({ ...one, happened: (row: EffectRow) => instead(one.happened(row)) })),
      now,
      also,
    );
  return { ...tools, ledger: { ...tools.ledger, record } };
}

function asTheFirstFound(moves: readonly Move[], all: readonly Move[]): Move[] {
  const found = all.find(({ learnt }) => learnt?.existed === false && learnt.entities !== undefined);
  if (found === undefined) return [...moves];
  return moves.map((one) => ({
    ...one,
    happened: (row) => {
      const own = one.happened(row);
      return own.what === 'not_found'
        ? { what: 'found', at: own.lookBegunAt, several: false, newerWanted: false }
        : own;
    },
  }));
}

const unchecked = (connection: WireConnection): WireConnection => ({
  ...connection,
  send: (request) => connection.send(request),
});
