import {
  type AmocrmClient,
  type BatchResult,
  type CallOptions,
  type Created,
  type CreatedUnsorted,
  type ItemOutcome,
} from '@perezvon/amocrm';
import type { Made } from './made.js';
import {
  contactItem,
  entityTypeOf,
  leadItem,
  noteItem,
  notePatch,
  unsortedFormItem,
  unsortedSipItem,
} from './items.js';
import type { Outgoing, WriteResolution } from './prepare.js';

/** Writes with one key go out in one request: one portal's token, one method, one route. */
export function routeKey({ portal, resolution }: Outgoing): string {
  switch (resolution.kind) {
    case 'create_contact':
    case 'create_lead':
      return `${portal.portalId}|${resolution.kind}`;
    case 'create_unsorted':
      return `${portal.portalId}|${resolution.kind}|${resolution.category}`;
    case 'create_note':
    case 'update_note':
      return `${portal.portalId}|${resolution.kind}|${resolution.on.type}`;
  }
}

/** One request for writes of one route; the answer's items in their order. */
export async function post(
  client: AmocrmClient,
  writes: readonly Outgoing[],
  options: CallOptions,
): Promise<BatchResult<Made>> {
  const first = writes[0];
  if (first === undefined) throw new Error('a request needs at least one item');
  switch (first.resolution.kind) {
    case 'create_contact': {
      const items = of(writes, 'create_contact').map(({ effect, resolution }) => contactItem(effect, resolution));
      return mapMade(await client.createContacts(items, options), contactMade);
    }
    case 'create_lead': {
      const leads = of(writes, 'create_lead');
      const items = leads.map(({ effect, resolution }) => leadItem(effect, resolution));
      return mapMade(await client.createLeads(items, options), ({ id }, index) =>
        leadMade(id, leads[index]?.resolution.on),
      );
    }
    case 'create_unsorted': {
      const claims = of(writes, 'create_unsorted');
      const result =
        first.resolution.category === 'sip'
          ? await client.createUnsortedSip(
              claims.map(({ effect, resolution }) => unsortedSipItem(effect, resolution)),
              options,
            )
          : await client.createUnsortedForms(
              claims.map(({ effect, resolution }) => unsortedFormItem(effect, resolution)),
              options,
            );
      return mapMade(result, unsortedMade);
    }
    case 'create_note': {
      const items = of(writes, 'create_note').map(({ effect, resolution }) => noteItem(effect, resolution));
      return mapMade(await client.createNotes(entityTypeOf(first.resolution.on), items, options), noteMade);
    }
    case 'update_note': {
      const items = of(writes, 'update_note').map(({ resolution }) => notePatch(resolution));
      return mapMade(await client.patchNotes(entityTypeOf(first.resolution.on), items, options), noteMade);
    }
  }
}

export const contactMade = ({ id }: Created): Made => ({
  entities: [{ type: 'contact', id }],
  amocrmId: id,
  ownCards: [{ type: 'contact', id }],
});

/** `on`: the card it was linked to, whose deals a listing may show too late. */
export const leadMade = (id: number, on: { type: 'contact' | 'company'; id: number } | null | undefined): Made => ({
  entities: [{ type: 'lead', id }],
  amocrmId: id,
  ownCards: on ? [{ type: on.type, id: on.id }] : [],
});

export const unsortedMade = ({
  uid,
  leadIds,
  contactIds,
}: Pick<CreatedUnsorted, 'uid' | 'leadIds' | 'contactIds'>): Made => ({
  entities: [
    { type: 'unsorted', id: uid },
    ...leadIds.map((id) => ({ type: 'lead' as const, id })),
    ...contactIds.map((id) => ({ type: 'contact' as const, id })),
  ],
  amocrmId: leadIds[0] ?? null,
  // Hidden until a person accepts the claim; then the client is known (R5).
  ownCards: contactIds.map((id) => ({ type: 'contact', id })),
});

export const noteMade = ({ id }: Created): Made => ({ entities: [{ type: 'note', id }], amocrmId: id, ownCards: [] });

type With<Kind extends WriteResolution['kind']> = Outgoing & {
  readonly resolution: Extract<WriteResolution, { kind: Kind }>;
};

/** @throws Error if writes of different routes were put together */
function of<Kind extends WriteResolution['kind']>(writes: readonly Outgoing[], kind: Kind): With<Kind>[] {
  const mine = writes.filter((write): write is With<Kind> => write.resolution.kind === kind);
  if (mine.length !== writes.length) throw new Error('one request was given writes of different routes');
  return mine;
}

function mapMade<T>(result: BatchResult<T>, made: (value: T, index: number) => Made): BatchResult<Made> {
  if (result.kind !== 'done') return result;
  const value = result.value.map((item, index): ItemOutcome<Made> =>
    item.kind === 'done' ? { kind: 'done', value: made(item.value, index) } : item,
  );
  return { ...result, value };
}
