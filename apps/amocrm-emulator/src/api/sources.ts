import { NO_CONTENT, ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, idParam } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { queryBranch, queryList } from '../http/query.js';
import { type Source } from '../store/model.js';
import { itemsOf, writeBatch } from './batch.js';

const MAX_PER_CALL = 50;
const MAX_IN_ACCOUNT = 100;

/** `GET /api/v4/sources`, `filter[external_id][]`. */
export function listSources(x: Exchange): Answer {
  const wanted = queryList(queryBranch(x.query, 'filter'), 'external_id');
  const found = x.store.directory.sources.filter(
    ({ external_id }) => wanted === undefined || wanted.includes(external_id),
  );
  return pageOf(x, 'sources', found, (source) => showSource(x, source), { totals: found.length });
}

/** `GET /api/v4/sources/{id}`. */
export function getSource(x: Exchange): Answer {
  return ok(showSource(x, sourceOf(x)));
}

/** `POST /api/v4/sources` (§2.2): so many per call and per integration, here per account. */
export function createSources(x: Exchange): Answer {
  const items = itemsOf(x, MAX_PER_CALL);
  if (x.store.directory.sources.length + items.length > MAX_IN_ACCOUNT) {
    throw new Refusal(problem(400, `At most ${MAX_IN_ACCOUNT} sources`));
  }
  return writeBatch(
    x,
    items,
    ({ reader, requestId }) => {
      const name = reader.string('name', { required: true, notEmpty: true }) ?? '';
      const external_id = reader.string('external_id', { required: true, notEmpty: true }) ?? '';
      const pipelineId = reader.integer('pipeline_id');
      if (pipelineId !== undefined && x.store.pipeline(pipelineId) === undefined) reader.notSupported('pipeline_id');
      const isDefault = reader.boolean('default') ?? false;
      return () => {
        const pipeline_id = pipelineId ?? x.store.mainPipeline().id;
        const source = { id: x.store.newId('sources'), name, pipeline_id, external_id, default: isDefault };
        x.store.directory.sources = [...x.store.directory.sources, source];
        return { ...showSource(x, source), request_id: requestId };
      };
    },
    (sources) => ({ _total_items: sources.length, ...requestLink(x), _embedded: { sources } }),
  );
}

/** `DELETE /api/v4/sources/{id}`. */
export function deleteSource(x: Exchange): Answer {
  const { id } = sourceOf(x);
  x.store.directory.sources = x.store.directory.sources.filter((source) => source.id !== id);
  return NO_CONTENT;
}

function sourceOf(x: Exchange): Source {
  const source = x.store.directory.sources.find((candidate) => candidate.id === idParam(x));
  if (source === undefined) throw new Refusal(problem(404, 'Source not found'));
  return source;
}

function showSource(x: Exchange, source: Source) {
  return { ...source, ...selfLink(x, `sources/${source.id}`) };
}
