import {
  type AmocrmClient,
  type BatchResult,
  type CallOptions,
  type Created,
  type CreatedComplex,
  type CreatedUnsorted,
  type ItemOutcome,
  type NewLeadComplex,
} from '@perezvon/amocrm';
import type { Made } from './made.js';
import {
  complexItem,
  contactItem,
  entityTypeOf,
  leadItem,
  noteItem,
  notePatch,
  taskItem,
  unsortedFormItem,
  unsortedSipItem,
} from './items.js';
import type { Outgoing, WriteItem, WriteResolution } from './prepare.js';

/** Items of one portal with one key go out in one request: one method, one route. */
export function routeKey([{ resolution }, deal]: WriteItem): string {
  if (deal !== undefined || resolution.kind === 'create_contact_and_lead') return 'complex';
  switch (resolution.kind) {
    case 'create_contact':
    case 'create_lead':
    case 'create_task':
      return resolution.kind;
    case 'create_unsorted':
      return `${resolution.kind}|${resolution.category}`;
    case 'create_note':
    case 'update_note':
      return `${resolution.kind}|${resolution.on.type}`;
  }
}

/** One request for items of one route; the outcomes of their effects, in the order of `items.flat()`. */
export async function post(
  client: AmocrmClient,
  items: readonly WriteItem[],
  options: CallOptions,
): Promise<BatchResult<Made>> {
  const complex = items.flatMap((item) => complexOf(item) ?? []);
  if (complex.length === 0) return postSingles(client, items.flat(), options);
  if (complex.length !== items.length) throw new Error('one request was given items of different routes');
  return perEffect(items, await client.createLeadsComplex(complex, options));
}

/** Null = not a contact with its deal. */
function complexOf([first, deal]: WriteItem): NewLeadComplex | null {
  const { effect, resolution } = first;
  if (resolution.kind === 'create_contact_and_lead') {
    return complexItem({ effect, wanted: resolution.contact }, { effect, wanted: resolution.lead });
  }
  if (resolution.kind !== 'create_contact' || deal?.resolution.kind !== 'create_lead') return null;
  return complexItem({ effect, wanted: resolution }, { effect: deal.effect, wanted: deal.resolution });
}

async function postSingles(
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
      const items = leads.map(({ effect, resolution }) => leadItem(effect, resolution, resolution.on));
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
    case 'create_task': {
      const items = of(writes, 'create_task').map(({ effect, resolution }) => taskItem(effect, resolution));
      return mapMade(await client.createTasks(items, options), taskMade);
    }
    case 'create_contact_and_lead':
      throw new Error('a contact with its deal has a route of its own');
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

export const taskMade = ({ id }: Created): Made => ({ entities: [{ type: 'task', id }], amocrmId: id, ownCards: [] });

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

/** The answer names a contact and a deal for each item; without a contact in it that one is looked for. */
function perEffect(items: readonly WriteItem[], result: BatchResult<CreatedComplex>): BatchResult<Made> {
  if (result.kind !== 'done') return result;
  const value = result.value.flatMap((outcome, index): ItemOutcome<Made>[] => {
    const isPair = items[index]?.length === 2;
    if (outcome.kind !== 'done') return isPair ? [outcome, outcome] : [outcome];
    const { id, contactId, merged: wasMerged } = outcome.value;
    const deal = leadMade(id, contactId === null ? null : { type: 'contact', id: contactId });
    if (!isPair) {
      const contacts = contactId === null ? [] : [{ type: 'contact' as const, id: contactId }];
      return [{ kind: 'done', value: { ...deal, entities: [...deal.entities, ...contacts], wasMerged } }];
    }
    return [
      contactId === null
        ? { kind: 'in_doubt', reason: 'missing_in_answer' }
        : { kind: 'done', value: { ...contactMade({ id: contactId }), wasMerged } },
      { kind: 'done', value: { ...deal, wasMerged } },
    ];
  });
  return { ...result, value };
}
