import { serverOf } from './order';
import { progressText } from './step-watch';

test.each([
  ['mongodb://faemban:s3cret@a:1,b:2/?replicaSet=rs0', 'mongodb://a:1,b:2'],
  ['mongodb+srv://user:p%40ss@cluster.example/admin', 'mongodb+srv://cluster.example'],
  ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017'],
])('the address %s is told without credentials and options', (url, told) => {
  expect(serverOf(url)).toBe(told);
});

test.each([
  [2_000, 8_000, 4, 2_000, '2,000/8,000 events · 500/s · 12 s left'],
  [8_000, 8_000, 4, 8_000, '8,000/8,000 events · 2,000/s'],
  [0, 8_000, 0, 0, '0/8,000 events'],
])('%d of %d after %d s is told with rate and time left', (done, total, seconds, now, text) => {
  expect(progressText(done, total, 'events', seconds, now)).toBe(text);
});
