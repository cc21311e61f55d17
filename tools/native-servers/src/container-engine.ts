import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const pingMs = 5_000;

/** Asks with this program whether a daemon answers; a client on PATH says nothing about that. */
const ping = `
const options = JSON.parse(process.argv[1]);
const request = require('node:http').get({ ...options, path: '/_ping', timeout: ${pingMs} }, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
`;

/** Whether a container engine answers: the one `DOCKER_HOST` names, or else one on a usual socket. Takes 0.1 s where there is a socket. */
export function containerEngineAnswers(env: NodeJS.ProcessEnv = process.env): boolean {
  return placesOfEngines(env).some((place) => {
    if ('socketPath' in place && !existsSync(place.socketPath)) return false;
    return spawnSync(process.execPath, ['-e', ping, JSON.stringify(place)], { timeout: 2 * pingMs }).status === 0;
  });
}

type EnginePlace = { readonly socketPath: string } | { readonly host: string; readonly port: string };

function placesOfEngines(env: NodeJS.ProcessEnv): readonly EnginePlace[] {
  const named = env['DOCKER_HOST'];
  if (named !== undefined && named !== '') {
    if (named.startsWith('unix://')) return [{ socketPath: named.slice('unix://'.length) }];
    const { hostname, port } = new URL(named);
    return [{ host: hostname, port: port === '' ? '2375' : port }];
  }
  const folders = [env['XDG_RUNTIME_DIR'], join(homedir(), '.docker', 'run'), '/var/run', '/run'];
  return folders
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => ({ socketPath: join(folder as string, 'docker.sock') }));
}
