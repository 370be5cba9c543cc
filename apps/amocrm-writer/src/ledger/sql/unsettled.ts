/**
 * Of an effect `e`: something about it is still open. Said like this, and not as a list of states, it is what the index
 * effect_unsettled (account_id, seq) is of, and of no other question (migration 1764250000000).
 */
export const isUnsettled = `array[e.state] && '{waiting,sending,in_doubt,parked}'::text[]`;
