import { type Settings } from '@perezvon/contracts';
import { Problem } from '@perezvon/service';

/**
 * Bytes of one `settings.v1` document. Below 1 MiB, the most that a Kafka broker takes by default, with room for the
 * record's key, headers and trace. One that the broker refuses would stand in the outbox before every account's.
 */
const maxDocumentBytes = 900_000;

/**
 * The document as it goes to the topic.
 *
 * @throws Problem 422 `settings_too_large`: each of its lists is within its limit, but not all of them together
 */
export function publishable(document: Settings): string {
  const json = JSON.stringify(document);
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxDocumentBytes) return json;
  const [isKb, mayKb] = [Math.ceil(bytes / 1_000), maxDocumentBytes / 1_000];
  throw new Problem({
    status: 422,
    code: 'settings_too_large',
    message: {
      ru: `Настройки аккаунта занимают ${isKb} КБ, а могут не больше ${mayKb} КБ. Сократите список сотрудников, их сопоставление или фильтруемые номера.`,
      en: `The account's settings take ${isKb} KB and may take ${mayKb} KB. Shorten the employees, their mapping or the filtered numbers.`,
    },
  });
}
