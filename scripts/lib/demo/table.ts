/**
 * Lays rows out in columns for a terminal. The first row is the heading; a column whose cells are
 * all numbers stands at the right.
 */
export function table([heading = [], ...rows]: string[][]): string {
	const all = [heading, ...rows];
	const widths = heading.map((_, column) =>
		Math.max(...all.map((row) => row[column]?.length ?? 0)),
	);
	const isNumeric = heading.map((_, column) =>
		rows.every((row) => /^[\d.–]*$/.test(row[column] ?? '')),
	);
	const line = (row: string[]): string =>
		widths
			.map((width, column) => {
				const cell = row[column] ?? '';
				return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width);
			})
			.join('  ')
			.trimEnd();
	const rule = widths.map((width) => '─'.repeat(width)).join('  ');
	return [line(heading), rule, ...rows.map(line)].join('\n');
}
