import { Refusal, type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { SINGULAR, type NoteParams } from '../store/model.js';
import { itemsOf, writeBatch, type BatchItem } from './batch.js';
import { chooseCallCard } from './call-card.js';
import { readUser } from './card-fields.js';
import { reference } from './card-lists.js';
import { readCallParams } from './note-params.js';

type Written = { readonly call: object } | { readonly error: object };

/**
 * `POST /api/v4/calls` (§6.1): a call note on the card that amoCRM chooses. A call without a card is not stored: an entry
 * "Entity not found", and 400 when nothing else was stored.
 */
export function createCalls(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareCall(x, item),
    (written) => {
      const calls = written.flatMap((each) => ('call' in each ? [each.call] : []));
      const isSilent = x.portal.settings.callWithoutCard === 'ignore';
      const errors = isSilent ? [] : written.flatMap((each) => ('error' in each ? [each.error] : []));
      const body = { _total_items: calls.length, errors, _embedded: { calls } };
      if (calls.length === 0 && errors.length > 0) {
        throw new Refusal({ status: 400, contentType: 'application/problem+json', body });
      }
      return body;
    },
  );
}

function prepareCall(x: Exchange, { reader, requestId }: BatchItem): () => Written {
  const direction = reader.string('direction', { required: true });
  if (direction !== undefined && direction !== 'inbound' && direction !== 'outbound') reader.notSupported('direction');
  const params = readCallParams(reader, true);
  const responsible = readUser(x, reader, 'responsible_user_id', { robot: true });
  const createdBy = readUser(x, reader, 'created_by', { robot: true });
  const updatedBy = readUser(x, reader, 'updated_by', { robot: true });
  const createdAt = reader.integer('created_at', { min: 1 });
  const updatedAt = reader.integer('updated_at', { min: 1 });

  return () => {
    const chosen = chooseCallCard(x, String(params['phone']));
    if (chosen === undefined) {
      const title = 'Entity not found';
      return { error: { title, detail: 'Entity not found', request_id: requestId } };
    }
    const { type, card } = chosen;
    const author = employeeOf(x, params) ?? createdBy ?? 0;
    const now = x.store.nowSec();
    const note = x.store.putNote({
      id: x.store.newId('notes'),
      entity_type: type,
      entity_id: card.id,
      note_type: direction === 'inbound' ? 'call_in' : 'call_out',
      params,
      created_by: author,
      updated_by: updatedBy ?? author,
      created_at: createdAt ?? now,
      updated_at: updatedAt ?? now,
      responsible_user_id: responsible ?? author,
      group_id: 0,
    });
    return {
      call: {
        id: note.id,
        entity_id: card.id,
        entity_type: SINGULAR[type],
        account_id: x.store.accountId,
        request_id: requestId,
        _embedded: { entity: reference(x, type, card.id) },
      },
    };
  };
}

/** `call_responsible` that is a user's id is who made or took the call; a name or a number is only shown. */
function employeeOf(x: Exchange, params: NoteParams): number | undefined {
  const { call_responsible: said } = params;
  return x.store.user(Number(said))?.id;
}
