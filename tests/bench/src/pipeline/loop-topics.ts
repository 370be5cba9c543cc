/** What the hand-written loops write: the only one or the last in a row, and what the first of two hands to the second. */
export const LOOP_OUTPUT = 'bench.durable.v1';
export const LOOP_RELAYED = 'bench.relayed.v1';
