/** Requests whose sender lost the lane before it recorded an outcome. Index: effect_sending. */
export const abandonedEffects = `
  select seq::text from effect where lane = $1 and state = 'sending' and epoch < $2::bigint`;
