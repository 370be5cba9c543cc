#!/usr/bin/env node
/** npm run bench: measures, and writes docs/measurements/bench.{json,md}. */
import { measure } from './measure.mjs';

await measure('tests/bench');
