import { readSample } from './sample.js';

/** Contacts that amoCRM has before the first call, as a manager would have typed them in: the sample's known clients. */
export async function createKnownClients(amocrmUrl: string, token: string): Promise<void> {
  const known = (await readSample()).filter((scene) => scene.known !== null);
  const contacts = known.map((scene) => ({
    name: scene.known,
    custom_fields_values: [{ field_code: 'PHONE', values: [{ value: scene.phone, enum_code: 'MOB' }] }],
  }));
  const answer = await fetch(`${amocrmUrl}/api/v4/contacts`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(contacts),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the known clients could not be made: amoCRM answered ${String(answer.status)}`);
}
