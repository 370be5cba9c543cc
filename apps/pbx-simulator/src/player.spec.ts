import { describe, expect, it } from '@jest/globals';
import { playForever, playOnce, startOfRecorded } from './player.js';
import { type RenderedDelivery } from './render.js';
import { readSample } from './sample.js';

const scenes = readSample();
const deliveries = scenes.flatMap((s) => s.deliveries).length;

function recorder(refuse: (d: RenderedDelivery) => boolean = () => false) {
  const taken: RenderedDelivery[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const playing = {
    doors: {
      deliver: (d: RenderedDelivery) => {
        if (refuse(d)) return Promise.reject(new Error('refused'));
        taken.push(d);
        return Promise.resolve();
      },
    },
    speed: Infinity,
    signal: stopping.signal,
    print: (line: string) => void lines.push(line),
  };
  return { taken, lines, stopping, playing };
}

describe('playOnce', () => {
  it('sends every recorded delivery, in times that are past', async () => {
    const { taken, lines, playing } = recorder();
    const nowMs = Date.now();
    const run = { accountId: 'acc-1', startedAtMs: startOfRecorded(scenes, nowMs), fresh: null };
    expect(await playOnce(scenes, run, playing)).toBe(0);
    expect(taken).toHaveLength(deliveries);
    expect(Math.max(...taken.map((d) => d.atMs))).toBe(nowMs);
    expect(lines).toHaveLength(scenes.length);
  });

  it('counts what nobody took and goes on', async () => {
    const { taken, playing } = recorder((d) => d.door === 'uis-get');
    const run = { accountId: 'acc-1', startedAtMs: 0, fresh: null };
    const failed = scenes.flatMap((s) => s.deliveries).filter((d) => d.door === 'uis-get').length;
    expect(failed).toBeGreaterThan(0);
    expect(await playOnce(scenes, run, playing)).toBe(failed);
    expect(taken).toHaveLength(deliveries - failed);
  });
});

describe('playForever', () => {
  it('ends no call in the future, though it plays faster than calls go', async () => {
    const { taken, stopping, playing } = recorder();
    const endless = { ...playing, print: () => (taken.length > deliveries ? stopping.abort() : undefined) };
    const nowMs = Date.now();
    await playForever(scenes, 'acc-1', endless);
    expect(Math.min(...taken.map((d) => d.atMs))).toBeLessThan(nowMs);
    expect(Math.max(...taken.map((d) => d.atMs))).toBeLessThanOrEqual(Date.now());
  });

  it('brings new calls in every round and ends by its signal', async () => {
    const { taken, stopping, playing } = recorder();
    const endless = { ...playing, print: () => (taken.length > deliveries * 2 ? stopping.abort() : undefined) };
    await playForever(scenes, 'acc-1', endless);
    const bodies = taken.map((d) => JSON.stringify(d.body));
    expect(taken.length).toBeGreaterThan(deliveries * 2);
    expect(new Set(bodies).size).toBeGreaterThan(deliveries);
  });
});
