import { ModelCall } from './calls.js';
import type { Bounds } from './explorer.js';
import { stepFaults } from './driver.js';
import type { Defects } from './planted-bugs.js';
import { writeFaults } from './model-wire.js';
import type { WorldSettings } from './world.js';

/** D, and what amoCRM really takes: a list lags by 1 s, a request is applied up to 3 s after its answer. */
const settings = {
  leaseMs: 3_000,
  pollMs: 3_000,
  visibilityDelayMs: 5_000,
  lagMs: 1_000,
  timeoutMs: 1_500,
  lateMs: 3_000,
  // Its promise is about lengths of time, which the random runs have.
  isPaced: false,
} as const satisfies Omit<WorldSettings, 'lanes'>;

const anything: readonly string[] = [...stepFaults, ...writeFaults];
/** Of what befalls a process, what is not the same as another of these one step later. */
const deathAndFreezing: readonly string[] = ['killed before', 'frozen after'];
/** Of what befalls a request, what leaves the writer in doubt and differs in what stands. */
const doubts: readonly string[] = ['applied, the answer is lost', 'never arrives', 'half applied, then 500'];

/** Just past the lease; and past the doubt of whoever takes over. */
const freezes = { short: 4_000, long: 12_000 } as const;

const choices = (faults: number, freezeMs: number, of = anything) => ({
  faults,
  freezeMs,
  possible: (fault: string) => of.includes(fault),
});

const [oneLane, twoLanes] = [['ru:1'], ['ru:1', 'ru:2']];
const one = (now: number) => new ModelCall(0, 0, 0, now).commands(['unsorted']);
const batch = (now: number) => [0, 1].flatMap((number) => new ModelCall(number, number, 0, now).commands(['unsorted']));
const oneEach = (now: number) =>
  [0, 1].flatMap((number) => new ModelCall(number, number, number, now).commands(['unsorted']));
const contactWithDeal = (now: number) => [
  ...new ModelCall(0, 0, 0, now).commands(['contact', 'deal']),
  ...new ModelCall(1, 1, 1, now).commands(['unsorted']),
];

/** Explored in every test run: seconds. */
export function smallBounds(planted?: Defects): Bounds[] {
  const world = { ...settings, ...(planted ? { planted } : {}) };
  return [
    {
      name: '2 writers, 1 lane, 1 effect, 2 deaths or freezes past the doubt',
      writers: 2,
      commands: one,
      settings: { ...world, lanes: oneLane },
      choices: choices(2, freezes.long, deathAndFreezing),
    },
    {
      name: '2 writers, 1 lane, a batch of 2 effects, 1 fault of any kind',
      writers: 2,
      commands: batch,
      settings: { ...world, lanes: oneLane },
      choices: choices(1, freezes.short),
    },
    {
      name: '2 writers, 2 lanes, 2 effects, 1 death, freeze past the lease, or doubt',
      writers: 2,
      commands: oneEach,
      settings: { ...world, lanes: twoLanes },
      choices: choices(1, freezes.short, [...deathAndFreezing, ...doubts]),
    },
    {
      name: '2 writers, 2 lanes, 3 effects (contact with its deal; unsorted), 1 death',
      writers: 2,
      commands: contactWithDeal,
      settings: { ...world, lanes: twoLanes },
      choices: choices(1, freezes.short, ['killed before']),
    },
  ];
}

/** Explored for the report besides: minutes. */
export function wideBounds(): Bounds[] {
  return [
    {
      name: '2 writers, 1 lane, 1 effect, 2 faults of any kind, freezes past the lease',
      writers: 2,
      commands: one,
      settings: { ...settings, lanes: oneLane },
      choices: choices(2, freezes.short),
    },
    {
      name: '2 writers, 1 lane, 1 effect, 2 faults of any kind, freezes past the doubt',
      writers: 2,
      commands: one,
      settings: { ...settings, lanes: oneLane },
      choices: choices(2, freezes.long),
    },
    {
      name: '2 writers, 1 lane, a batch of 2 effects, 2 deaths or freezes past the doubt',
      writers: 2,
      commands: batch,
      settings: { ...settings, lanes: oneLane },
      choices: choices(2, freezes.long, deathAndFreezing),
    },
    {
      name: '2 writers, 2 lanes, 2 effects, 1 fault of any kind',
      writers: 2,
      commands: oneEach,
      settings: { ...settings, lanes: twoLanes },
      choices: choices(1, freezes.long),
    },
    {
      name: '2 writers, 2 lanes, 3 effects (contact with its deal; unsorted), 1 fault of any kind',
      writers: 2,
      commands: contactWithDeal,
      settings: { ...settings, lanes: twoLanes },
      choices: choices(1, freezes.short),
    },
  ];
}
