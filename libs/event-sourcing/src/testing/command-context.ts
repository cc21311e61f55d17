import { deterministicId } from '../ids';
import type { CommandContext } from '../events';

let commands = 0;

/** Who, where and when of a command in a test; every call gives another command id unless one is given. */
export function commandContext(overrides: Partial<CommandContext> = {}): CommandContext {
  commands += 1;
  const commandId = overrides.commandId ?? deterministicId('test-command', commands);
  return {
    commandId,
    actor: { accountId: 'somchai', office: '8417-dcd', role: 'OPS-D', channel: 'online' },
    area: '8417010101',
    occurredAt: '2021-03-01T02:00:00.000Z',
    correlationId: commandId,
    ...overrides,
  };
}
