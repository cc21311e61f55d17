import type { AreaMappingEvent } from '@faemban/contracts';

/** What one code of one source stands for: what is approved, and what is proposed in its place. */
export interface AreaMapping {
  readonly target?: string;
  readonly proposed?: { readonly target: string; readonly by: string };
}

export const noMapping: AreaMapping = {};

export function evolveMapping(state: AreaMapping, event: AreaMappingEvent): AreaMapping {
  switch (event.type) {
    case 'AreaMappingProposed':
      return { ...state, proposed: { target: event.data.target, by: event.data.proposedBy } };
    case 'AreaMappingApproved':
      return { target: event.data.target };
    case 'AreaMappingDeclined': {
      const { proposed: _, ...approved } = state;
      return approved;
    }
  }
}
