import { describe, expect, it } from '@jest/globals';
import { callLine, followCalls, type JournalCall } from './call-lines.js';
import { Answer } from './settings-api-client.js';

const answered: JournalCall = {
  callId: 'a',
  startedAt: '2025-03-04T09:12:24.000Z',
  direction: 'in',
  phone: '+79161000101',
  outcome: 'answered',
  talkSec: 41,
  cell: 'answeredUnknown',
  state: 'done',
  effects: [
    { effect: 'contact', state: 'done' },
    { effect: 'deal', state: 'parked' },
  ],
};
const hidden = { ...answered, callId: 'b', phone: null, outcome: 'missed', talkSec: 0, cell: null, effects: [] };

describe('the lines of npm start', () => {
  it('tell what a call was, the cell, and what became of it', () => {
    expect(callLine(answered)).toContain('+79161000101 answered, 41 s: answeredUnknown → contact, deal (parked)');
  });

  it('tell of a call that leaves nothing, too', () => {
    expect(callLine({ ...hidden, state: 'ignored' })).toContain('no number missed: nothing (ignored)');
  });

  it('tell each call once, when it is settled, and none of those that were there before', async () => {
    const polls = [[answered], [{ ...hidden, state: 'waiting' }, answered], [{ ...hidden, state: 'done' }, answered]];
    const stopping = new AbortController();
    const api = {
      call: (method: string, path: string) => {
        const items = polls.shift() ?? [];
        if (polls.length === 0) stopping.abort();
        return Promise.resolve(new Answer(`${method} ${path}`, { items }, undefined));
      },
    };
    const lines: string[] = [];
    await followCalls(api, 'acc-1', (line) => void lines.push(line), stopping.signal);
    expect(lines).toEqual([callLine({ ...hidden, state: 'done' })]);
  });
});
