/** The recorded calls and their rendering. Other packages read `sample/calls.json` itself: nobody imports an app. */
export { readHistories, readSample, type SampleDelivery, type Scene } from './sample.js';
export { Doors, type DoorSettings } from './doors.js';
export { clientPhone, renderScene, type RenderedDelivery, type Run } from './render.js';
