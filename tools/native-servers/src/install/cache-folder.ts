import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where servers are kept between runs, outside the repository: `FAEMBAN_SERVERS_CACHE`, or else a folder in the user's cache folder.
 * Removing it loses nothing but the time to install again.
 */
export function serversCacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const chosen = env['FAEMBAN_SERVERS_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return join(userCacheFolder(env, platform), 'faemban', 'servers');
}

function userCacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return xdg;
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
