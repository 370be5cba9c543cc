import type { World } from './world.js';

/** The client's number of the n-th contact of {@link fillAccount}. */
export const phoneOf = (n: number): string => `+7916${String(1_000_000 + n)}`;

/** A contact as a person makes it; `leads` are made with it. */
export const contactWith = (phone: string, more: object = {}): object => ({
  name: `Клиент ${phone}`,
  responsible_user_id: 102,
  custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }],
  ...more,
});

const daySec = 24 * 60 * 60;

/** What an account holds before we come: contacts, oldest first, as many as asked for, unchanged since yesterday. */
export async function fillAccount(world: World, contacts: number): Promise<void> {
  const all = Array.from({ length: contacts }, (_, n) => contactWith(phoneOf(n)));
  for (let at = 0; at < all.length; at += 250) await world.byHand('/api/v4/contacts', all.slice(at, at + 250));
  const { store } = world.emulator.control.portal();
  for (const contact of [...store.contacts.values()]) {
    store.putContact({ ...contact, updated_at: contact.updated_at - daySec });
  }
}
