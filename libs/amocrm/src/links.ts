import { z } from 'zod';
import { type EntityType } from './inputs.js';
import { writeOne } from './one-write.js';
import { type CallOptions, type Requester } from './requester.js';
import { exchangeOf, type ReadResult, type WriteResult } from './result.js';
import { settleRead, whereItChanged } from './settle.js';

/** One card at the other end of a link. */
export interface LinkedCard {
  type: EntityType;
  id: number;
  /** The main contact of a lead; null where the question does not arise. */
  isMain: boolean | null;
}

const linksSchema = z
  .object({
    _embedded: z.object({
      links: z.array(
        z.object({
          to_entity_id: z.number().int(),
          to_entity_type: z.string(),
          metadata: z.object({ main_contact: z.boolean().nullish() }).nullish(),
        }),
      ),
    }),
  })
  .transform(({ _embedded }) =>
    _embedded.links.flatMap(({ to_entity_id, to_entity_type, metadata }): LinkedCard[] =>
      isEntityType(to_entity_type)
        ? [{ type: to_entity_type, id: to_entity_id, isMain: metadata?.main_contact ?? null }]
        : [],
    ),
  );

/** Customers and catalogue elements can be linked too; the product has no use for them. */
function isEntityType(type: string): type is EntityType {
  return type === 'leads' || type === 'contacts' || type === 'companies';
}

/** Links between cards (amocrm-api.md §4.4). A contact and a lead are linked from the lead's side. */
export function createLinks(requester: Requester) {
  return {
    async links(entityType: EntityType, id: number, options?: CallOptions): Promise<ReadResult<LinkedCard[]>> {
      const request = {
        method: 'GET',
        route: `/api/v4/${entityType}/{id}/links`,
        path: `/api/v4/${entityType}/${id}/links`,
      } as const;
      const answer = await requester.request(request, options);
      if (!answer.ok) return settleRead(answer.failure);
      const exchange = exchangeOf(answer);
      if (answer.empty) return { kind: 'done', value: [], ...exchange };
      const parsed = linksSchema.safeParse(answer.value);
      if (parsed.success) return { kind: 'done', value: parsed.data, ...exchange };
      return settleRead({ code: 'answer_changed', detail: whereItChanged(parsed.error), ...exchange });
    },

    /** Expected to be repeatable (§4.4, unverified): a doubt is better looked at with {@link links}. */
    link(
      entityType: EntityType,
      id: number,
      to: readonly { type: EntityType; id: number; isMain?: boolean }[],
      options?: CallOptions,
    ): Promise<WriteResult<LinkedCard[]>> {
      const request = {
        method: 'POST',
        route: `/api/v4/${entityType}/{id}/link`,
        path: `/api/v4/${entityType}/${id}/link`,
        body: to.map((card) => ({
          to_entity_id: card.id,
          to_entity_type: card.type,
          ...(card.isMain === undefined ? {} : { metadata: { is_main: card.isMain } }),
        })),
      } as const;
      return writeOne(requester, request, linksSchema, options);
    },
  };
}
