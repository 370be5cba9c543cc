/** Loaded into a writer before its program: after `CHAOS_AFTER_MS` it eats memory until V8 ends the process. */
const hoard: number[][] = [];

setTimeout(() => {
  for (;;) hoard.push(Array.from({ length: 1_000_000 }, (_, i) => i + hoard.length));
}, Number(process.env['CHAOS_AFTER_MS'])).unref();
