import preset from '../../jest.preset.mjs';

/** Whole stacks, each with a broker and a database of its own: one at a time. */
export default { ...preset, maxWorkers: 1, testTimeout: 300_000 };
