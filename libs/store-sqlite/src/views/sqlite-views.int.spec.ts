import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyStoreSuite, viewStoreSuite } from '@faemban/event-sourcing/testing';
import { openSqliteViews, type SqliteViews } from './sqlite-views';

interface Opened extends SqliteViews {
  reopen(): Promise<Opened>;
}

async function open(folder: string): Promise<Opened> {
  const opened = await openSqliteViews({ file: join(folder, 'reporting.views.sqlite') });
  return {
    ...opened,
    async close() {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
    async reopen() {
      await opened.close();
      return open(folder);
    },
  };
}
const onRealFile = (): Promise<Opened> => open(mkdtempSync(join(tmpdir(), 'faemban-views-')));

describe('the view store on SQLite', () => {
  viewStoreSuite(onRealFile);
});

describe('the policy store on SQLite', () => {
  policyStoreSuite(onRealFile);
});
