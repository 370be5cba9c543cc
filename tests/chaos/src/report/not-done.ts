/** Rows of faults.md that are not injected here, and what is left open of others: none is left out in silence. */
export const NOT_DONE: readonly { readonly fault: string; readonly why: string }[] = [
  {
    fault: 'F8 for ten minutes at a time',
    why: 'the rows here are minutes long; ratios of p99 are asserted in virtual time.',
  },
  { fault: 'F8 to 30 s', why: 'the slowest answers here come after 14 s.' },
  { fault: 'F14, loss of the coordinator with a leader that moves', why: 'needs several brokers.' },
  {
    fault: 'F17, disk full',
    why: 'needs a file system of its own for the database, which needs more rights than a test has.',
  },
  {
    fault: 'F22, faults of the PBX’s webhooks',
    why: 'the writer has no part in them; the specs of call-ingest cover them.',
  },
  {
    fault: 'F23, memory and file descriptors',
    why: 'a writer ended by the kernel is F10; running out of descriptors is not injected.',
  },
  { fault: 'F24, an upgrade with both versions running', why: 'there is one version so far.' },
  { fault: 'I11, bounds in a soak of an hour', why: 'no row is that long.' },
  {
    fault: 'F8-1, a window over 7 once',
    why: 'one session beside a full run of the writer’s tests on the same two processors had eight requests arrive within half a second, though each had waited for its turn: the first of them was half a second on its way. The same row again, beside less work, had none (the one above).',
  },
  {
    fault: 'F11, a process frozen between its last check and the socket',
    why: 'that gap of a few instructions cannot be closed. One early session under heavy load (46 freezes) had 10 blind resends and 4 windows over 7, and no duplicate. All of it is what one late request of ten items would look like that met its successor’s window and was turned away with 429; it was not seen again, so that this gap stays a guess. The writer has since been mended where the late word of a zombie spoiled the request of its successor. The sessions since have seen none.',
  },
];
