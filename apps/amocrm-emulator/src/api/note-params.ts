import { type NoteParams } from '../store/model.js';
import { isObject, type ItemReader } from './item-reader.js';

/** Kinds of notes that can be written (§6.2). */
export const NOTE_TYPES = new Set([
  'call_in',
  'call_out',
  'common',
  'service_message',
  'extended_service_message',
  'sms_in',
  'sms_out',
  'geolocation',
  'message_cashier',
  'attachment',
  'invoice_paid',
]);

const NOTE_TEXT_MAX = 20_000;

/**
 * `params` by note type. `complete`: a new note needs what its type needs; a change may name a part. Optional keys may
 * be absent but never null (§6.2 `NotNullable`).
 */
export function readNoteParams(reader: ItemReader, noteType: string, options: { complete: boolean }): NoteParams {
  const required = options.complete;
  const params = reader.object('params', { required });
  if (params === undefined) return {};
  switch (noteType) {
    case 'call_in':
    case 'call_out':
      return readCallParams(params, required);
    case 'common':
      return present({ text: readText(params, required) });
    case 'service_message':
    case 'extended_service_message':
      return present({ service: params.string('service', { required }), text: readText(params, required) });
    case 'sms_in':
    case 'sms_out':
      return present({ text: readText(params, required), phone: params.string('phone', { required }) });
    default: {
      const raw = reader.value('params');
      return isObject(raw) ? raw : {};
    }
  }
}

/** What a call tells of itself, in a note's `params` or as an item of `/calls` (§6.1). */
export function readCallParams(params: ItemReader, required: boolean): NoteParams {
  const status = params.integer('call_status', { min: 1 });
  if (status !== undefined && status > 8) params.notSupported('call_status');
  return present({
    uniq: params.string('uniq'),
    duration: params.integer('duration', { required, min: 0 }),
    source: params.string('source', { required }),
    link: params.string('link'),
    phone: params.string('phone', { required }),
    call_responsible: params.isNull('call_responsible') ? undefined : params.stringOrInteger('call_responsible'),
    call_result: params.string('call_result'),
    call_status: status,
  });
}

function readText(params: ItemReader, required: boolean): string | undefined {
  return params.string('text', { required, maxLength: NOTE_TEXT_MAX });
}

function present(values: Record<string, unknown>): NoteParams {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
