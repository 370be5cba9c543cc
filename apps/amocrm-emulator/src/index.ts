export { SystemClock, VirtualClock, type Clock } from './clock.js';
export { type InvariantReport } from './report/report.js';
export { type LogEntry } from './control/request-log.js';
export {
  startEmulator,
  type EmulatedPortal,
  type EmulatorControl,
  type EmulatorOptions,
  type RunningEmulator,
} from './emulator.js';
export { type FaultAction } from './faults/fault-kinds.js';
export { type FaultRule } from './faults/fault-rule.js';
export { type PortalSettings } from './settings.js';
