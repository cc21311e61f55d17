import { makeClusterId } from './kafka-cluster-id';

test('a cluster’s name is no option of a command, whatever its first byte', () => {
  for (let first = 0; first < 256; first += 1) {
    const id = makeClusterId((size) => Buffer.alloc(size, first));
    expect(id).toMatch(/^[A-Za-z][\w-]{21}$/);
    expect(Buffer.from(id, 'base64url')).toHaveLength(16);
  }
});

test('two clusters have different names', () => {
  expect(makeClusterId()).not.toBe(makeClusterId());
});
