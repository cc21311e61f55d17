import { table } from '../output';

type Sentence = { readonly th: string; readonly en: string };

/** What `/status` says, as far as it is shown. */
export interface SystemStatus {
  readonly runners: readonly {
    readonly name: string;
    readonly kind: string;
    readonly state: string;
    readonly lagEvents: number;
    readonly lagSeconds: number;
    readonly parkedTotal: number;
    readonly fault?: string;
  }[];
  /** Where services are processes of their own. */
  readonly services?: readonly {
    readonly service: string;
    readonly instances: number;
    readonly ready: number;
    readonly waitingFor: readonly Sentence[];
  }[];
}

/** The runners of all services that answer, and which do not: their runners are missing from the list, and that is said. */
export function statusLines({ runners, services = [] }: SystemStatus): readonly string[] {
  const rows = services.map(({ waitingFor, ...one }) => ({
    ...one,
    waitingFor: waitingFor.length === 0 ? undefined : waitingFor.map(({ th, en }) => `${th} · ${en}`).join('; '),
  }));
  const missing = services.filter(({ ready }) => ready === 0).map(({ service }) => service);
  return [
    ...(rows.length === 0 ? [] : [...table(rows, ['service', 'instances', 'ready', 'waitingFor']), '']),
    ...table(runners, ['name', 'kind', 'state', 'lagEvents', 'lagSeconds', 'parkedTotal', 'fault']),
    ...(missing.length === 0
      ? []
      : [
          '',
          `ยกเว้น read model และ policy ของ ${missing.join(', ')} ซึ่งไม่มีกระบวนการใดตอบ · except the views and policies of ${missing.join(', ')}, of which no process answers`,
        ]),
  ];
}
