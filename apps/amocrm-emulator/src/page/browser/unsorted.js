/** «Неразобранное»: what waits for a person, to be accepted or declined. */
import { byHand } from './control.js';
import { button, el, facts, icon, link, tags } from './dom.js';
import { callItem, feedItem } from './feed.js';
import { newestFirst, state, userName, valuesOf } from './portal.js';
import { prettyPhone } from './words.js';

export function unsortedView() {
  const claims = newestFirst(state.unsorted.filter((claim) => claim.outcome === 'waiting'));
  if (claims.length === 0) return [el('p', 'empty', 'В неразобранном пусто')];
  return [el('div', 'cards', claims.map(claimCard))];
}

function claimCard(claim) {
  const lead = state.leads.find((candidate) => candidate.id === claim.lead_id);
  const contact = state.contacts.find((candidate) => candidate.id === claim.contact_id);
  const phones =
    claim.category === 'sip' ? [String(claim.metadata.phone ?? '')] : contact ? valuesOf(contact, 'PHONE') : [];
  const path = `/api/v4/leads/unsorted/${claim.uid}`;
  const node = el(
    'article',
    'card',
    el(
      'header',
      '',
      el('h3', '', contact?.name || lead?.name || 'Заявка'),
      el('p', 'phone', phones.map(prettyPhone).join(', ')),
      facts(claim.source_name, state.pipelines.find((pipeline) => pipeline.id === claim.pipeline_id)?.name),
      tags([...new Set([...(lead?.tags ?? []), ...(contact?.tags ?? [])])]),
    ),
    el('ul', 'feed', claim.category === 'sip' ? sipRow(claim) : otherRow(claim)),
    el(
      'footer',
      'actions',
      button('Принять', `accept-${claim.uid}`, () => byHand('POST', `${path}/accept`, {}, 'Принято'), 'button primary'),
      button('Отклонить', `decline-${claim.uid}`, () => byHand('DELETE', `${path}/decline`, {}, 'Отклонено')),
    ),
  );
  node.dataset.card = `unsorted/${claim.uid}`;
  return node;
}

function sipRow({ metadata, created_at }) {
  return callItem({
    isIncoming: true,
    seconds: Number(metadata.duration ?? 0),
    phone: metadata.phone,
    link: metadata.link,
    at: metadata.called_at ?? created_at,
    who: responsible(metadata.call_responsible),
  });
}

/** amoCRM takes an id, a number or a name here. */
function responsible(who) {
  return typeof who === 'number' ? userName(who) : who ? String(who) : '';
}

function otherRow({ metadata, created_at, category }) {
  const title = String(metadata.form_name ?? metadata.subject ?? category);
  const place = metadata.form_page ? String(metadata.form_page) : '';
  return feedItem(icon('form'), [title], [place && (link(place, place) ?? place)], metadata.form_sent_at ?? created_at);
}
