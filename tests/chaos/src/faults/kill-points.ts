/** Where a writer is killed or frozen: `preload/instants.ts` stops it there, from outside of its code. */
const statements = [
  'insert effect',
  'lock effect',
  'update effect',
  'insert outbox',
  'delete outbox',
  'update lane',
  'with lane',
  'insert account',
  'insert client',
  'insert own_card',
  'insert lane_high_water',
  // Of commands that came, of intents, of outcomes, of a lane given back.
  'commit (insert effect)',
  'commit (select lane)',
  'commit (lock effect)',
  'commit (lock lane)',
] as const;

const writes = [
  'POST contacts',
  'POST leads',
  'POST leads/complex',
  'POST leads/unsorted/sip',
  'POST leads/notes',
  'POST contacts/notes',
  'PATCH leads/notes',
  'POST tasks',
] as const;

const reads = ['GET contacts', 'GET leads', 'GET leads/notes', 'GET tasks'] as const;

/** Before the request, with its bytes on the way, sent, with the answer's head here, and with all of the answer here. */
const ofExchanges = ['before', 'sending', 'sent', 'answering', 'answered'] as const;

export const killPoints: readonly string[] = [
  ...statements.flatMap((name) => [`before sql ${name}`, `after sql ${name}`]),
  ...writes.flatMap((name) => ofExchanges.map((moment) => `${moment} http ${name}`)),
  ...reads.flatMap((name) => [`before http ${name}`, `answered http ${name}`]),
];
