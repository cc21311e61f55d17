import { endedWithin } from './ended-within';

describe('what is to end in time', () => {
  test('has ended, or is left to itself', async () => {
    expect(await endedWithin(10_000, Promise.resolve())).toBe(true);
    expect(await endedWithin(5, new Promise(() => undefined))).toBe(false);
  });

  test('says what it failed with, as long as somebody waits', async () => {
    await expect(endedWithin(10_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 20));
    expect(await endedWithin(5, late)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
});
