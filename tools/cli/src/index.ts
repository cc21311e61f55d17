export { Client, NotReachable, Refused, type ClientOptions, type ImportStatus } from './client';
export { uploadImport } from './commands/import';
export { Progress } from './progress';
