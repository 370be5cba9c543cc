import { digitsOf, type Card, type CustomField } from './model.js';
import { Relation } from './relation.js';

export type PhoneOwnerType = 'contacts' | 'companies';

export interface PhoneOwner {
  readonly type: PhoneOwnerType;
  readonly id: number;
}

/** What `/calls` and the pop-up compare of a number (§6.1). */
const COMPARED_DIGITS = 10;

/** Who has a number: contacts and companies by the last ten digits of their phones. */
export class PhoneIndex {
  constructor(
    private readonly contacts = new Relation<string>(),
    private readonly companies = new Relation<string>(),
  ) {}

  update(type: PhoneOwnerType, phoneField: CustomField | undefined, before: Card | undefined, after: Card): void {
    if (before?.fields === after.fields) return;
    for (const key of keysOf(phoneField, before)) this[type].remove(key, after.id);
    for (const key of keysOf(phoneField, after)) this[type].add(key, after.id);
  }

  owners(phone: string): PhoneOwner[] {
    const key = keyOf(phone);
    if (key === '') return [];
    return [
      ...this.contacts.of(key).map((id) => ({ type: 'contacts' as const, id })),
      ...this.companies.of(key).map((id) => ({ type: 'companies' as const, id })),
    ];
  }

  copy(): PhoneIndex {
    return new PhoneIndex(this.contacts.copy(), this.companies.copy());
  }
}

function keysOf(phoneField: CustomField | undefined, card: Card | undefined): string[] {
  const phones = card?.fields.find((entry) => entry.field_id === phoneField?.id);
  return (phones?.values ?? []).map((value) => keyOf(String(value.value))).filter((key) => key !== '');
}

function keyOf(phone: string): string {
  return digitsOf(phone).slice(-COMPARED_DIGITS);
}
