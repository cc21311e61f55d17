// The image's health check: `node health.mjs live|ready` asks the process beside it, and ends with 1 where it is not.
// What the process says it waits for is printed, so that `docker inspect` shows it.
const [path = 'live'] = process.argv.slice(2);
const port = process.env.FAEMBAN_PORT ?? '8420';
const answerMsMax = 4_000;

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${path}`, { signal: AbortSignal.timeout(answerMsMax) });
  console.log(answer.status, await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`No answer on port ${port}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
