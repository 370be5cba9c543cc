import { describe, expect, it } from '@jest/globals';
import type { ClientCard } from '@perezvon/contracts';
import { chooseCard } from './known-client.js';

const card = (id: number, more: Partial<ClientCard> = {}): ClientCard => ({
  type: 'contact',
  id,
  responsibleUserId: null,
  updatedAt: 100,
  activeDealUpdatedAt: null,
  ...more,
});

describe('R5: which card is the client', () => {
  it.each([
    [
      'the most recently updated active deal wins',
      [card(1, { activeDealUpdatedAt: 5 }), card(2, { activeDealUpdatedAt: 9 })],
      2,
    ],
    ['then the most recently updated contact', [card(1, { updatedAt: 300 }), card(2)], 1],
    ['then the lowest id', [card(2), card(1)], 1],
    ['a company only where no contact matches', [card(1, { type: 'company', activeDealUpdatedAt: 9 }), card(2)], 2],
    ['a lone company is a known client', [card(1, { type: 'company' })], 1],
  ])('%s', (_title, cards, id) => {
    expect(chooseCard(cards)?.id).toBe(id);
  });

  it('no card: the client is unknown', () => {
    expect(chooseCard([])).toBeNull();
  });
});
