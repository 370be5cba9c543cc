import preset from '../../jest.preset.mjs';

/** Worlds of their own, with a broker and writers as processes: one at a time. */
export default { ...preset, maxWorkers: 1, testTimeout: 900_000 };
