import { keyLines } from './seals';

test('keys are told with when they were announced, which the first one was not', () => {
  const keys = {
    items: [
      { keyId: '0a', line: 'faemban.one+0a+x' },
      { keyId: '0b', line: 'faemban.one+0b+y' },
    ],
    changes: [{ document: { newKey: { keyId: '0b' }, changedAt: '2026-11-26T00:00:00.000Z' } }],
  };
  expect(keyLines(keys)).toEqual([
    'faemban.one+0a+x',
    '  กุญแจแรก · the first key',
    'faemban.one+0b+y',
    '  ใช้ตั้งแต่ · since 2026-11-26T00:00:00.000Z (UTC)',
  ]);
});
