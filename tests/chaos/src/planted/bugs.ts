/**
 * Five bugs that a writer must not have, each as a module of the writer with one export wrapped. They live here alone:
 * `preload/plant.ts` puts one of them into a writer process as it is loaded, by the name in `CHAOS_BUG`.
 */
export interface Bug {
  /** As the report names it. */
  readonly name: string;
  /** The end of the URL of the module that it is planted into. */
  readonly module: string;
  /** Exports of that module that are replaced. */
  readonly replaces: readonly string[];
  /** The module here whose `plant(real)` gives the replacements. */
  readonly plant: string;
}

export const bugs = {
  skip_read_back: {
    name: 'skip the read-back: what was not answered is sent again',
    module: 'apps/amocrm-writer/dist/ledger/effect-state.js',
    replaces: ['move'],
    plant: 'skip-read-back.js',
  },
  ignore_epoch: {
    name: 'ignore the epoch: a lease is believed for ever',
    module: 'apps/amocrm-writer/dist/lanes/lane-lease.js',
    replaces: ['LaneLease'],
    plant: 'ignore-epoch.js',
  },
  early_offset: {
    name: 'commit the offset early: commands are stored after their offset has moved',
    module: 'apps/amocrm-writer/dist/take-commands.js',
    replaces: ['TakeCommands'],
    plant: 'early-offset.js',
  },
  half_a_batch: {
    name: 'drop half a batch',
    module: 'apps/amocrm-writer/dist/take-commands.js',
    replaces: ['TakeCommands'],
    plant: 'half-a-batch.js',
  },
  no_budget: {
    name: 'share no budget: every request has one of its own',
    module: 'libs/amocrm/dist/pacer.js',
    replaces: ['createPacer'],
    plant: 'no-budget.js',
  },
} as const satisfies Record<string, Bug>;

export type BugId = keyof typeof bugs;

export const isBugId = (text: string): text is BugId => Object.hasOwn(bugs, text);
