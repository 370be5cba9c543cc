/** The emulator's control API, as a person at the page uses it. */
import { say } from './dom.js';

let afterChange = () => {};

/** What to do when a click has changed something: look again at once. */
export function onChange(look) {
  afterChange = look;
}

export async function read(path) {
  const answer = await fetch(`/_emulator/${path}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** A refusal is told to the person; either way the page looks again. */
export async function change(method, path, body, done) {
  try {
    const json = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`/_emulator/${path}`, { method, ...(body === undefined ? {} : json) });
    const text = await answer.text();
    if (answer.ok) say(done ?? 'Сделано', 'good');
    else say(`Отказ: ${detailOf(text)}`, 'bad');
  } catch {
    say('Эмулятор не отвечает', 'bad');
  }
  afterChange();
}

/** What an administrator does in amoCRM by hand: the API's own request, without token, limits, faults and log. */
export function byHand(method, path, body, done) {
  return change('POST', 'by-hand', { method, path, body }, done);
}

function detailOf(text) {
  try {
    const problem = JSON.parse(text);
    const errors = (problem['validation-errors'] ?? []).flatMap((item) => item.errors);
    return [problem.detail, ...errors.map((error) => `${error.path}: ${error.code}`)].join('; ');
  } catch {
    return text.slice(0, 200);
  }
}
