export {
  startTelemetry,
  stopMsMax,
  type Said,
  type Telemetry,
  type TelemetryEnvironment,
  type TelemetryOptions,
} from './start-telemetry';
