import { readFileSync } from 'node:fs';
import { parse, type Font } from 'opentype.js';

export type Weight = 'regular' | 'bold';

const FILES: Record<Weight, string> = {
	regular: '@expo-google-fonts/outfit/400Regular/Outfit_400Regular.ttf',
	bold: '@expo-google-fonts/outfit/700Bold/Outfit_700Bold.ttf',
};
const fonts = new Map<Weight, Font>();

/** The font comes with the project, so that pictures look the same on a machine without fonts. */
function font(weight: Weight): Font {
	const known = fonts.get(weight);
	if (known !== undefined) return known;
	const bytes = readFileSync(require.resolve(FILES[weight]));
	const loaded = parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
	fonts.set(weight, loaded);
	return loaded;
}

export interface TextStyle {
	weight?: Weight;
	/** Pixels. */
	size: number;
	fill: string;
	anchor?: 'start' | 'middle' | 'end';
	opacity?: number;
}

/** One line of text as an SVG path; x and y are of the baseline. */
export function textLine(text: string, x: number, y: number, style: TextStyle): string {
	const face = font(style.weight ?? 'regular');
	const width = face.getAdvanceWidth(text, style.size);
	const shift = style.anchor === 'middle' ? width / 2 : style.anchor === 'end' ? width : 0;
	const outline = face.getPath(text, x - shift, y, style.size).toPathData(1);
	return `<path d="${outline}" fill="${style.fill}" fill-opacity="${String(style.opacity ?? 1)}"/>`;
}

/** The text in lines no wider than `width`; a longer word has a line of its own. */
export function wrapped(text: string, width: number, size: number, weight: Weight): string[] {
	const face = font(weight);
	const lines: string[] = [];
	for (const word of text.split(/\s+/).filter(Boolean)) {
		const last = lines.at(-1);
		const longer = last === undefined ? word : `${last} ${word}`;
		if (last !== undefined && face.getAdvanceWidth(longer, size) <= width) {
			lines[lines.length - 1] = longer;
		} else {
			lines.push(word);
		}
	}
	return lines;
}

export interface Block {
	lines: string[];
	size: number;
}

/** The text wrapped at the largest size at which it fits into width and height. */
export function fitted(
	text: string,
	width: number,
	height: number,
	weight: Weight,
	largest: number,
): Block {
	const face = font(weight);
	for (let size = largest; size > 10; size *= 0.9) {
		const lines = wrapped(text, width, size, weight);
		const fits = lines.every((line) => face.getAdvanceWidth(line, size) <= width);
		if (fits && lines.length * size * 1.15 <= height) return { lines, size };
	}
	const lines = wrapped(text, width, 10, weight).slice(0, Math.floor(height / 11.5));
	return { lines, size: 10 };
}
