import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

describe('the options of npm start', () => {
  it('play calls until Ctrl-C by default', () => {
    expect(parseOptions([])).toEqual({ isOnce: false, isReset: false, hasSimulator: true });
  });

  it('may be combined', () => {
    const options = parseOptions(['--reset', '--no-simulator']);
    expect(options).toEqual({ isOnce: false, isReset: true, hasSimulator: false });
    expect(parseOptions(['--once'])).toEqual({ isOnce: true, isReset: false, hasSimulator: true });
  });

  it.each([['--onse'], ['once'], ['--once', '--no-simulator']])('refuse %s with the usage', (...args) => {
    expect(() => parseOptions(args)).toThrow(/npm start -- --once/);
  });
});
