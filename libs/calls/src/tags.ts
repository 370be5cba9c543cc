import type { DirectionSettings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';

/** R7: digits of the client's number, the virtual number, or both, on every entity that this call creates. */
export function tagsFor(facts: CallFacts, { tagging }: DirectionSettings): string[] {
  if (!tagging.enabled) return [];
  const numbers = {
    client: [facts.client.e164],
    virtual: [facts.virtualNumber],
    both: [facts.client.e164, facts.virtualNumber],
  }[tagging.number];
  return [...new Set(numbers.filter((n) => n !== null).map((n) => n.replace(/\D/g, '')))];
}
