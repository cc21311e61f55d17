import { type Actor, areaMappingApproved, areaMappingDeclined, areaMappingProposed } from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { areaMappingAggregate } from './area-mapping.decisions';

const [proposal] = areaMappingProposed.examples;
const { mappingId, source, sourceCode, target } = proposal;
const of = { mappingId, source, sourceCode };
const somchai: Actor = { accountId: 'somchai', office: 'SEC-D 8417', role: 'SEC-D', channel: 'online' };
const malee: Actor = { ...somchai, accountId: 'malee' };

const proposed = { type: 'AreaMappingProposed', data: proposal } as const;
const approved = { type: 'AreaMappingApproved', data: areaMappingApproved.examples[0] } as const;
const declined = { type: 'AreaMappingDeclined', data: areaMappingDeclined.examples[0] } as const;
const propose = { type: 'ProposeMapping', ...of, target } as const;
const approve = { type: 'ApproveMapping', ...of, target } as const;
const decline = { type: 'DeclineMapping', ...of } as const;

describe('proposing what an unknown area code stands for', () => {
  test('remembers who proposed', () => given(areaMappingAggregate).when(propose, { actor: somchai }).then(proposed));

  test.each(['8417010101', '841701', '841751'])('takes a known village, tambon or municipality: %s', (area) =>
    given(areaMappingAggregate)
      .when({ ...propose, target: area }, { actor: somchai })
      .then({ type: 'AreaMappingProposed', data: { ...proposal, target: area } }),
  );

  test.each(['8499010101', '849901', '8417010001'])('is refused for an area the crosswalk does not have: %s', (area) =>
    given(areaMappingAggregate)
      .when({ ...propose, target: area }, { actor: somchai })
      .thenRefused('target-area-unknown'),
  );

  test('is refused for a code the crosswalk knows', () =>
    given(areaMappingAggregate)
      .when({ ...propose, sourceCode: '8417010101' }, { actor: somchai })
      .thenRefused('area-code-is-known'));

  test('of what is proposed or approved already is nothing', () => {
    given(areaMappingAggregate, proposed).when(propose, { actor: malee }).thenNothing();
    given(areaMappingAggregate, proposed, approved).when(propose, { actor: malee }).thenNothing();
  });
});

describe('approving what a code stands for', () => {
  test('is for somebody else', () => {
    given(areaMappingAggregate, proposed).when(approve, { actor: malee }).then(approved);
    given(areaMappingAggregate, proposed)
      .when(approve, { actor: somchai })
      .thenRefused('approver-must-not-be-proposer');
  });

  test('is refused where the proposal is not the one that was looked at', () =>
    given(areaMappingAggregate, proposed)
      .when({ ...approve, target: '841701' }, { actor: malee })
      .thenRefused('proposal-changed'));

  test('is refused where nothing is proposed', () => {
    given(areaMappingAggregate).when(approve, { actor: malee }).thenRefused('mapping-must-be-proposed');
    given(areaMappingAggregate, proposed, declined)
      .when(approve, { actor: malee })
      .thenRefused('mapping-must-be-proposed');
  });

  test('is nothing a second time', () =>
    given(areaMappingAggregate, proposed, approved).when(approve, { actor: malee }).thenNothing());

  test('leaves what was approved before in force when a new proposal is declined', () =>
    given(areaMappingAggregate, proposed, approved, {
      type: 'AreaMappingProposed',
      data: { ...proposal, target: '841701' },
    })
      .when(decline, { actor: malee })
      .then(declined));
});
