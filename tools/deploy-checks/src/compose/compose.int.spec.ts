import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithDeployChecks } from '../programs/describe-with';
import { root } from '../tree';
import { composeFile } from './compose-file';

describeWithDeployChecks('the compose file, read by compose-go', (run) => {
  test('is understood as it is meant', () => {
    const { status, stdout, stderr } = run('compose', join(root, 'docker-compose.yml'));
    expect([status, stderr]).toEqual([0, '']);
    const project = JSON.parse(stdout) as { services: Record<string, { environment?: Record<string, string> }> };
    expect(Object.keys(project.services).sort()).toEqual(Object.keys(composeFile().services).sort());
    expect(project.services['reporting']?.environment).toMatchObject({
      FAEMBAN_LOG_LEVEL: 'info',
      FAEMBAN_PORT: '8424',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    });
    expect(project.services['front-door']?.environment).toMatchObject({ FAEMBAN_PUBLIC_NAMES: '' });
  });

  test.each([
    ['a field that compose does not know', 'services: { a: { image: a, read_onyl: true } }', 'read_onyl'],
    ['a network that is not there', 'services: { a: { image: a, networks: [b] } }', 'undefined network b'],
    ['a secret that is not there', 'services: { a: { image: a, secrets: [b] } }', 'undefined secret b'],
    ['a health check that is no list', 'services: { a: { image: a, healthcheck: { test: 1 } } }', 'healthcheck.test'],
  ])('%s is refused', (_, text, named) => {
    const folder = mkdtempSync(join(tmpdir(), 'faemban-compose-'));
    try {
      writeFileSync(join(folder, 'compose.yml'), text);
      const { status, stderr } = run('compose', join(folder, 'compose.yml'));
      expect(status).toBe(1);
      expect(stderr).toContain(named);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
