import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { metricsIn, unmeasured } from '../agreed/metrics';
import { processNames } from '../agreed/processes';
import { root, textOf } from '../tree';
import { alerts, rules } from './alert-rules';
import { alertTests } from './alert-tests';

const all = alerts();
/** What a runbook says, under headings that every one has. */
const headings = [
  /## .*What you see/,
  /## .*Who is hurt/,
  /## .*Checks, in order/,
  /## .*Fix/,
  /## .*How you know it is over/,
];

describe.each(all)('the alert $alert', ({ alert, annotations, labels }) => {
  test('says in Thai and English what is the case, and how soon somebody has to look', () => {
    expect(annotations?.summary_th).toMatch(/[ก-๙]/);
    expect(annotations?.summary).toMatch(/[A-Za-z].*\.$/);
    expect(['critical', 'warning', 'info']).toContain(labels?.severity);
  });

  test('names a runbook that names it, and that has every part', () => {
    const file = annotations?.runbook ?? '';
    expect([file, existsSync(join(root, file))]).toEqual([file, true]);
    const text = textOf(file);
    expect(text).toContain(alert);
    for (const heading of headings) expect(text).toMatch(heading);
  });

  test('is tested to fire and to stay quiet', () => {
    const own = alertTests.filter((each) => each.alert === alert);
    expect(own.some(({ fires }) => fires > 0)).toBe(true);
    expect(own.some(({ fires }) => fires === 0)).toBe(true);
  });
});

test('every metric of the rules is measured', () => {
  const recorded = new Set(rules().flatMap(({ record }) => (record === undefined ? [] : [record])));
  const withoutRecorded = rules().map(({ expr }) =>
    [...recorded].reduce((text, name) => text.replaceAll(name, ' '), expr),
  );
  expect(unmeasured(withoutRecorded.flatMap(metricsIn))).toEqual([]);
});

test('every process is missed where there is none of it, and seen to come and go', () => {
  const exprOf = (name: string): string => all.find(({ alert }) => alert === name)?.expr ?? '';
  const absent = Array.from(
    exprOf('FaembanProcessAbsent').matchAll(/absent\(up\{job="([^"]+)"\}\)/g),
    ([, job]) => job,
  );
  expect(absent).toEqual(processNames);
  for (const name of ['FaembanNotScraped', 'FaembanProcessUnsteady']) {
    for (const [, jobs = ''] of exprOf(name).matchAll(/up\{job=~"([^"]+)"\}/g)) {
      expect(jobs.split('|')).toEqual([...processNames, 'otel-collector', 'volumes']);
    }
  }
});

test('an alert that a runbook names is there', () => {
  const known = new Set(all.map(({ alert }) => alert));
  const named = readdirSync(join(root, 'docs/runbooks')).flatMap(
    (file) => textOf(`docs/runbooks/${file}`).match(/\bFaemban[A-Z][A-Za-z]+/g) ?? [],
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
