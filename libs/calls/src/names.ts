import type { CallFacts } from './call-facts.js';

/** What amoCRM users see: the vendor's own defaults for a call (reference/amocrm-api.md §5.2). */

/** R10. */
export const HIDDEN_NUMBER_NAME = 'Номер скрыт';

export const contactName = ({ client }: CallFacts) => `Автоконтакт ${client.e164 ?? ''}`.trim();

export const dealName = ({ client, direction }: CallFacts) =>
  `${direction === 'out' ? 'Звонок на' : 'Звонок от'} ${client.e164 ?? ''}`.trim();
