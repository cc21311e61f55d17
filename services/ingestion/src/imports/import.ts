import type { EventOf, ImportEvent, importUploaded, importValidated } from '@faemban/contracts';

/** An import from the closing of its upload to its end. */
export type Import =
  | { readonly status: 'none' }
  | ({ readonly status: 'uploaded' } & Uploaded)
  | ({ readonly status: 'validated' | 'approved' | 'applied' } & Uploaded & Validated)
  | { readonly status: 'rejected' };

interface Uploaded {
  readonly uploadedBy: string;
  readonly kind: EventOf<typeof importUploaded>['data']['kind'];
}

interface Validated {
  readonly errors: number;
  readonly preview: EventOf<typeof importValidated>['data']['preview'];
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
      return state.status === 'none' || state.status === 'rejected'
        ? state
        : { ...state, status: 'validated', errors, preview };
    }
    case 'ImportApproved':
      return state.status === 'validated' ? { ...state, status: 'approved' } : state;
    case 'ImportRejected':
      return { status: 'rejected' };
    case 'ImportApplied':
      return state.status === 'approved' ? { ...state, status: 'applied' } : state;
  }
}
