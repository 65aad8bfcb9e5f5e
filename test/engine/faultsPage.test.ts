import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsPage } from './faults/page';

const PAGE = join(__dirname, '../../docs/faults.md');

/** `npm run format` pads the tables, which changes nothing of what they say. */
const unpadded = (markdown: string): string =>
	markdown.replace(/-{3,}/g, '---').replace(/ {2,}/g, ' ').trim();

// MAGNIFIC_WRITE_DOCS=1 writes the page anew; `npm run format` then makes it look well.
it('docs/faults.md shows the table that the tests assert', () => {
	if (process.env['MAGNIFIC_WRITE_DOCS'] === '1') writeFileSync(PAGE, faultsPage());
	expect(unpadded(readFileSync(PAGE, 'utf8'))).toBe(unpadded(faultsPage()));
});
