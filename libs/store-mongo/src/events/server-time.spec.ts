import type { mongo } from 'mongoose';
import { followedServerTime } from './server-time';

/** A server whose clock is set by a test. */
function aServer() {
  const server = { time: 5_000, asked: 0 };
  const command = async () => {
    server.asked += 1;
    return { localTime: new Date(server.time) };
  };
  return { server, db: { admin: () => ({ command }) } as unknown as mongo.Db };
}

describe('the time of a server that is followed', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('is asked once a second, and goes on in between, whatever the clock on the wall does', async () => {
    const { server, db } = aServer();
    const now = followedServerTime(db);
    expect(await now()).toBe(5_000);
    jest.advanceTimersByTime(400);
    jest.setSystemTime(Date.now() + 3_600_000);
    expect(await now()).toBe(5_400);
    expect(server.asked).toBe(1);
    server.time = 90_000;
    jest.advanceTimersByTime(600);
    expect(await now()).toBe(90_000);
    expect(server.asked).toBe(2);
  });
});
