/** Where a command writes: JSON for programs, or lines for people. Standard output only. */
export class Output {
  constructor(private readonly json: boolean) {}

  /** Prints the value as one JSON line with `--json`, else what `lines` makes of it. */
  print<Value>(value: Value, lines: (value: Value) => readonly string[]): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    else process.stdout.write(`${lines(value).join('\n')}\n`);
  }
}

/** Lays rows out in columns; numbers to the right, with thousands commas. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string[] {
  const shown = (value: unknown): string =>
    typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 4 }) : String(value ?? '–');
  const widths = columns.map((column) => Math.max(width(column), ...rows.map((row) => width(shown(row[column])))));
  const pad = (text: string, size: number, right: boolean) => {
    const space = ' '.repeat(Math.max(0, size - width(text)));
    return right ? space + text : text + space;
  };
  const line = (cells: readonly string[], numeric: readonly boolean[]) =>
    cells
      .map((cell, at) => pad(cell, widths[at] ?? 0, numeric[at] ?? false))
      .join('  ')
      .trimEnd();
  const numeric = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  return [
    line(columns, numeric),
    ...rows.map((row) =>
      line(
        columns.map((column) => shown(row[column])),
        numeric,
      ),
    ),
  ];
}

/** Columns a text takes: Thai vowels and tone marks above and below take none. */
function width(text: string): number {
  return text.replace(/[\u0E31\u0E34-\u0E3A\u0E47-\u0E4E]/g, '').length;
}
