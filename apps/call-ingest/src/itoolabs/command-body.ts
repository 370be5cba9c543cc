import { parseJsonObject } from '../adapters/json-object.js';

/** The fields of an ITooLabs command, by name; everything on this wire is text (reference/pbx-events.md §1.1). */
export type Command = ReadonlyMap<string, string>;

/** The body as a form, or as the JSON that the vendor's document shows in its samples. Null = neither. */
export function readCommand(body: Buffer): Command | null {
  const text = body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text.startsWith('{')) return fromJson(text);
  return text.includes('=') ? filled([...new URLSearchParams(text)]) : null;
}

function fromJson(text: string): Command | null {
  const object = parseJsonObject(text);
  if (object === null) return null;
  const texts = Object.entries(object).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, String(value)]] : [],
  );
  return filled(texts);
}

/** An empty value says as much as an absent one. */
function filled(fields: readonly (readonly [string, string])[]): Command {
  return new Map(
    fields
      .map(([name, value]) => [name.trim().toLowerCase(), value.trim()] as const)
      .filter(([, value]) => value !== '' && value.toLowerCase() !== 'null'),
  );
}

/**
 * The command as it may be stored: the shared secret travels in its body and must reach no topic and no table. What is
 * left is a form again, whichever way it came.
 */
export function withoutToken(command: Command): Buffer {
  const fields = [...command].filter(([name]) => name !== 'crm_token');
  return Buffer.from(new URLSearchParams(fields).toString());
}
