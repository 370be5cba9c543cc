/** The portal as last seen, and names for its ids. */

/** @type {any} what `GET /_emulator/page-data` answered */
export let page = null;
/** @type {any} the contents of the portal: `page.state` */
export let state = null;

export function look(pageData) {
  page = pageData;
  state = pageData.state;
}

export function userName(id) {
  if (id === 0) return 'Робот';
  return state.users.find((user) => user.id === id)?.name ?? `пользователь ${id}`;
}

export function pipelineOf(lead) {
  return state.pipelines.find((pipeline) => pipeline.id === lead.pipeline_id);
}

export function stageOf(lead) {
  return pipelineOf(lead)?.statuses.find((status) => status.id === lead.status_id);
}

/** Values of a card's field such as PHONE, as texts. */
export function valuesOf(card, code) {
  const fields = card.custom_fields_values.filter((field) => field.field_code === code);
  return fields.flatMap((field) => field.values.map((value) => String(value.value)));
}

/** What a person sees: nothing in the trash or behind a claim. */
export function visible(cards) {
  return cards.filter((card) => !card.is_deleted && card.unsorted_uid === null);
}

export function newestFirst(rows) {
  return [...rows].sort((a, b) => b.id - a.id);
}

/** Stages that a lead can stand in; «Неразобранное» is none. */
export function workingStages(pipeline) {
  return pipeline.statuses.filter((status) => status.type === 0).sort((a, b) => a.sort - b.sort);
}

const WON = 142;
const LOST = 143;

export function isClosed(statusId) {
  return statusId === WON || statusId === LOST;
}
