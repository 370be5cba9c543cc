import { parentPort } from 'node:worker_threads';
import { configFrom } from '../config.js';
import { comeAfterTheDoor } from './after-the-door.js';
import { runThread } from './run-thread.js';
import { startStream } from './start-stream.js';

if (parentPort === null) throw new Error('this is a thread of decision-engine, not a program');
comeAfterTheDoor();
await runThread(parentPort, () => startStream(configFrom(process.env)));
