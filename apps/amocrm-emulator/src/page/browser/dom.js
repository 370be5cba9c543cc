/**
 * Builds the document. Data reaches it as text nodes only and links only when they are http(s), so nothing that a caller
 * stored can become markup.
 */

const ICONS = {
  in: 'M17 7 7 17M7 9v8h8',
  out: 'M7 17 17 7M9 7h8v8',
  missed: 'M17 7 7 17M7 9v8h8',
  lead: 'M4 7h16v12H4zM9 7V5h6v2',
  task: 'M5 12l5 5L20 7',
  note: 'M5 6h14M5 12h14M5 18h8',
  form: 'M6 4h12v16H6zM9 9h6M9 13h6',
};

export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no #${id}`);
  return node;
}

/** Children that are null, undefined or false are left out; lists are flattened. */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children.flat(2)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** `key` names the button across renderings, so that the keyboard focus survives one. */
export function button(text, key, onClick, className = 'button') {
  const node = el('button', className, text);
  node.type = 'button';
  node.dataset.key = key;
  node.addEventListener('click', onClick);
  return node;
}

/** A switch as screen readers know it. */
export function toggle(label, key, isOn, onChange) {
  const input = el('input', 'switch');
  input.type = 'checkbox';
  input.setAttribute('role', 'switch');
  input.setAttribute('aria-label', label);
  input.dataset.key = key;
  input.checked = isOn;
  input.addEventListener('change', () => onChange(input.checked));
  return input;
}

export function icon(name, tone = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return el('span', `icon ${tone}`, svg);
}

/** @returns null for anything but http(s) */
export function link(text, href, className = '') {
  let url;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const a = el('a', className, text);
  a.href = url.href;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return a;
}

/** Facts in one line with dots between them. */
export function facts(...parts) {
  const given = parts.flat().filter(Boolean);
  return (
    given.length > 0 &&
    el(
      'p',
      'facts',
      given.map((part) => el('span', '', part)),
    )
  );
}

export function tags(names) {
  return (
    names.length > 0 &&
    el(
      'p',
      'tags',
      names.map((name) => el('span', 'tag', name)),
    )
  );
}

/** Puts new children in place; the element with the same key keeps the focus. */
export function replaceKeepingFocus(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : null;
  parent.replaceChildren(...children);
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Says what happened to a click, for eyes and for screen readers. */
export function say(text, tone = '') {
  const place = byId('messages');
  const message = el('p', `message ${tone}`, text);
  place.replaceChildren(message);
  setTimeout(() => message.remove(), 6000);
}
