import { refuseInvalid, type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { ELEMENT_TYPES } from '../store/model.js';
import { chooseCallCard } from './call-card.js';
import { ItemReader } from './item-reader.js';
import { objectOf } from './batch.js';

/**
 * `POST /api/v2/events/` (§8): the pop-up of an incoming call. Nothing is stored; an unknown number shows an offer to
 * create a contact, here null as its element.
 */
export function showIncomingCall(x: Exchange): Answer {
  const reader = new ItemReader(objectOf(x));
  const events = reader.objects('add', { required: true }) ?? [];
  const items = events.map((event) => {
    if (event.string('type', { required: true }) !== 'phone_call') event.notSupported('type');
    const users = event.value('users', { nullable: true });
    const areUsers = users === undefined || (Array.isArray(users) && users.every((id) => x.store.user(Number(id))));
    if (!areUsers) event.notSupported('users');
    return event.stringOrInteger('phone_number', { required: true });
  });
  refuseInvalid(reader.errors);
  const shown = items.map((phone) => {
    const chosen = chooseCallCard(x, String(phone));
    return {
      element_id: chosen?.card.id ?? null,
      element_type: chosen === undefined ? null : ELEMENT_TYPES[chosen.type],
      uid: x.store.newUid(),
      phone_number: String(phone),
    };
  });
  return { status: 202, body: { _embedded: { items: shown } } };
}
