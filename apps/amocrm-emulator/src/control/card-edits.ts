import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { mergeCards } from '../store/merge-cards.js';
import { CARD_TYPES, type CardType } from '../store/model.js';
import { badRequest, bodyInteger, bodyText, chosenPortal, notFound, type ControlExchange } from './control-exchange.js';

const TRASH_KEEPS_SEC = 30 * 86_400;

/** `POST /_emulator/portal/cards/merge` `{ type, fromId, intoId }`: two duplicates become one, `fromId` is dead. */
export function mergeTwoCards(x: ControlExchange): Answer {
  const { store } = chosenPortal(x);
  const type = cardType(x);
  const [fromId, intoId] = [bodyInteger(x, 'fromId'), bodyInteger(x, 'intoId')];
  if (fromId === intoId) throw badRequest('a card cannot be merged with itself');
  for (const id of [fromId, intoId]) if (store.card(type, id)?.is_deleted !== false) throw notFound(`${type} ${id}`);
  mergeCards(store, type, fromId, intoId, administrator(x));
  return NO_CONTENT;
}

/** `POST /_emulator/portal/cards/delete` `{ type, id }`: into the trash; the API itself cannot delete cards. */
export function deleteCard(x: ControlExchange): Answer {
  return setDeleted(x, true);
}

/** `POST /_emulator/portal/cards/restore` `{ type, id }`: out of the trash, within 30 days and unless it was merged. */
export function restoreCard(x: ControlExchange): Answer {
  return setDeleted(x, false);
}

function setDeleted(x: ControlExchange, is_deleted: boolean): Answer {
  const { store } = chosenPortal(x);
  const [type, id] = [cardType(x), bodyInteger(x, 'id')];
  const card = store.card(type, id);
  if (card === undefined || card.is_deleted === is_deleted) throw notFound(`${type} ${id}`);
  const isLost = card.merged_into !== null || card.updated_at + TRASH_KEEPS_SEC <= store.nowSec();
  if (!is_deleted && isLost) throw badRequest('the trash does not hold it any more');
  store.amend(type, id, { is_deleted, updated_at: store.nowSec(), updated_by: administrator(x) });
  return ok({ id });
}

function cardType(x: ControlExchange): CardType {
  const name = bodyText(x, 'type');
  const type = CARD_TYPES.find((known) => known === name);
  if (type === undefined) throw badRequest(`type: ${CARD_TYPES.join(', ')}`);
  return type;
}

function administrator(x: ControlExchange): number {
  return chosenPortal(x).store.directory.users.find((user) => user.is_admin)?.id ?? 0;
}
