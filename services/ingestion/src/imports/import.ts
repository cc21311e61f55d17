import type { EventOf, ImportEvent, importUploaded, importValidated } from '@faemban/contracts';

/** An import from the closing of its upload to its end. */
export type Import =
  | { readonly status: 'none' }
  | ({ readonly status: 'uploaded' } & Uploaded)
  | ({ readonly status: 'validated' | 'approved' } & Uploaded & Validated)
  | ({ readonly status: 'held'; readonly wasApproved: boolean } & Uploaded & Validated)
  | ({ readonly status: 'applied'; readonly rollback?: Rollback } & Uploaded & Validated)
  | { readonly status: 'rejected' | 'rolled-back' };

/** Somebody asks that the import be undone. */
export interface Rollback {
  readonly requestedBy: string;
  readonly isApproved: boolean;
}

interface Uploaded {
  readonly uploadedBy: string;
  readonly kind: EventOf<typeof importUploaded>['data']['kind'];
}

interface Validated {
  readonly errors: number;
  readonly preview: EventOf<typeof importValidated>['data']['preview'];
  /** Somebody let it go on after it had stopped by itself: it does not stop again. */
  readonly isReleased?: boolean;
}

export const noImport: Import = { status: 'none' };

export function evolveImport(state: Import, event: ImportEvent): Import {
  switch (event.type) {
    case 'ImportUploaded': {
      const { uploadedBy, kind } = event.data;
      return { status: 'uploaded', uploadedBy, kind };
    }
    case 'ImportValidated': {
      const { errors, preview } = event.data;
      return state.status === 'uploaded' ? { ...state, status: 'validated', errors, preview } : state;
    }
    case 'ImportApproved':
      return state.status === 'validated' ? { ...state, status: 'approved' } : state;
    case 'ImportHeld':
      return state.status === 'validated' || state.status === 'approved'
        ? { ...state, status: 'held', wasApproved: state.status === 'approved' }
        : state;
    case 'ImportReleased': {
      if (state.status !== 'held') return state;
      const { wasApproved, ...known } = state;
      return { ...known, status: wasApproved ? 'approved' : 'validated', isReleased: true };
    }
    case 'ImportRejected':
      return { status: 'rejected' };
    case 'ImportApplied':
      return state.status === 'approved' ? { ...state, status: 'applied' } : state;
    case 'WaitingHouseholdsApplied':
      return state;
    case 'ImportRollbackRequested':
      return withRollback(state, { requestedBy: event.data.requestedBy, isApproved: false });
    case 'ImportRollbackApproved':
      return state.status === 'applied' && state.rollback
        ? withRollback(state, { ...state.rollback, isApproved: true })
        : state;
    case 'ImportRollbackRefused': {
      if (state.status !== 'applied') return state;
      const { rollback: _, ...stands } = state;
      return stands;
    }
    case 'ImportRolledBack':
      return { status: 'rolled-back' };
  }
}

function withRollback(state: Import, rollback: Rollback): Import {
  return state.status === 'applied' ? { ...state, rollback } : state;
}
