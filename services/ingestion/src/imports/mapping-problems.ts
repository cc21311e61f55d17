import type { Sentence } from '@faemban/event-sourcing';
import type { MappingFault } from '../sources/column-mapping';

/** One thing wrong with a mapping, as an answer lists it. */
export interface ColumnFault extends Sentence {
  readonly path: string;
  readonly code: MappingFault['fault'];
}

const sentences: Readonly<Record<MappingFault['fault'], Sentence>> = {
  'column-not-of-form': { th: 'แบบฟอร์มไม่มีคอลัมน์นี้', en: 'the form has no such column' },
  'column-not-mapped': {
    th: 'ต้องบอกว่าคอลัมน์ใดของแฟ้มคือคอลัมน์นี้ หรือให้ค่าเดียวกันทุกแถว',
    en: 'needs a column of the file, or a value that all rows have',
  },
  'column-mapped-twice': {
    th: 'ใช้คอลัมน์ของแฟ้มที่ถูกใช้กับคอลัมน์อื่นแล้ว',
    en: 'uses a column of the file that another one uses',
  },
  'place-out-of-range': { th: 'ลำดับคอลัมน์ใช้ได้ #1 ถึง #200', en: 'a place is #1 to #200' },
};

/** What is wrong with a mapping, in words. A column that the form does not have is named only where it looks like a name. */
export function columnFaults(faults: readonly MappingFault[]): ColumnFault[] {
  return faults.map(({ column, fault }) => ({
    path: `columns.${/^[a-z_|][a-z0-9_|]{0,39}$/.test(column) ? column : '…'}`,
    code: fault,
    ...sentences[fault],
  }));
}
