import { type Fields, parseJsonObject } from '../adapters/json-object.js';
import { type PushRequest } from '../adapters/push-adapter.js';

/**
 * From the bytes of a UIS notification to its fields. Method, encoding and body template are typed by hand in the
 * cabinet (reference/pbx-events.md §2.1), so what arrives is repaired where its meaning is beyond doubt.
 */

/** The fields of query and body together, the body's first. Null = no fields can be made out. */
export function readNotification(request: PushRequest): Fields | null {
  const fromQuery = readQuery(request.query);
  const text = request.body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text === '') return Object.keys(fromQuery).length === 0 ? null : fromQuery;
  const fromBody = text.startsWith('{') ? readJson(text) : text.startsWith('[') ? null : readForm(text);
  return fromBody === null ? null : { ...fromQuery, ...fromBody };
}

function readForm(text: string): Fields | null {
  const fields = readQuery(text);
  return text.includes('=') ? fields : null;
}

function readQuery(query: string): Record<string, string> {
  const repaired = query
    .split('&')
    .flatMap(splitGluedParameters)
    .filter((parameter) => parameter !== '')
    .join('&');
  return Object.fromEntries(new URLSearchParams(repaired));
}

/**
 * A template without one of its `&` sends `call_session_id=1virtual_phone_number=2`: a value never holds a bare `=`, so
 * a known variable's name before a second `=` begins the next parameter.
 */
function splitGluedParameters(parameter: string): string[] {
  const parts: string[] = [];
  let rest = parameter;
  for (;;) {
    const cut = nextGluedName(rest);
    if (cut === -1) return [...parts, rest];
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
}

function nextGluedName(parameter: string): number {
  const first = parameter.indexOf('=');
  const second = first === -1 ? -1 : parameter.indexOf('=', first + 1);
  if (second === -1) return -1;
  const before = parameter.slice(first + 1, second);
  const name = VARIABLES.find((variable) => before.endsWith(variable));
  return name === undefined ? -1 : second - name.length;
}

/** Variables of the cabinet's templates (§2.1), the longest first: `last_talked_employee_id` ends in `employee_id`. */
const VARIABLES = [
  'notification_mnemonic',
  'notification_name',
  'notification_time',
  'notification_timestamp',
  'virtual_phone_number',
  'scenario_name',
  'scenario_id',
  'contact_phone_number',
  'contact_id',
  'contact_full_name',
  'communication_number',
  'communication_id',
  'communication_type',
  'call_session_id',
  'employee_id',
  'employee_ids',
  'employee_full_name',
  'employee_phone_number',
  'extension_phone_number',
  'last_talked_employee_id',
  'call_source',
  'direction',
  'external_id',
  'leg_id',
  'leg_ids',
  'calling_phone_number',
  'called_phone_number',
  'talk_time_duration',
  'total_time_duration',
  'wait_time_duration',
  'is_lost',
  'is_internal',
  'is_transfer',
  'start_time',
  'finish_reason',
  'lost_reason',
  'tag_names',
  'file_link',
  'full_record_file_link',
  'file_duration',
  'call_record_id',
  'call_record_duration',
].sort((a, b) => b.length - a.length);

function readJson(text: string): Fields | null {
  return parseJsonObject(text) ?? parseJsonObject(repairTemplate(text));
}

/**
 * What templates break JSON with: a quoted variable inside quotes (`""text""`), an unfilled variable or nothing at all
 * where a value should stand, a comma after the last field.
 */
function repairTemplate(json: string): string {
  return json
    .replace(/(:\s*)""([^"\r\n]+)""(?=\s*[,}\]])/g, '$1"$2"')
    .replace(/(:\s*)\{\{[^{}"]*\}\}(?=\s*[,}\]])/g, '$1"{{}}"')
    .replace(/(:\s*)(?=[,}])/g, '$1null')
    .replace(/,(\s*})/g, '$1');
}
