/** Loaded into a writer before its program: plants the bug that `CHAOS_BUG` names, as the module it lives in is loaded. */
import { register } from 'node:module';

register('./plant-hooks.js', import.meta.url, { data: process.env['CHAOS_BUG'] ?? '' });
