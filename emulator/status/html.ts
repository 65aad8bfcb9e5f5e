const ESCAPES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** HTML that is safe to put into HTML. */
export class Html {
	constructor(readonly source: string) {}
}

type Part = string | number | Html | readonly Html[];

/** A template whose values are escaped, unless they are HTML themselves. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
	const parts = strings.map((text, index) => {
		const value = values[index];
		return text + (value === undefined ? '' : sourceOf(value));
	});
	return new Html(parts.join(''));
}

function sourceOf(value: Part): string {
	if (value instanceof Html) return value.source;
	if (typeof value === 'object') return value.map((item) => item.source).join('');
	return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
