import { asPng, fromSvg } from '../media/picture';
import { fitted, textLine } from '../media/text';
import { seededRandom, seedOf } from '../random';
import type { App } from './app';
import { listInput } from './inputs';

/** Has an input of a type that is not documented, and says nothing about its cost. */
export const moodboard: App = {
	sqid: 'mOd8BrD4yU',
	name: 'Moodboard',
	totalCost: null,
	draft: false,
	mine: false,
	durationS: 9,
	fresh: false,
	inputs: [
		listInput({
			node: '9d8c7b6a-5f4e-4d3c-b2a1-0f9e8d7c6baf',
			label: 'Words',
			apiKey: 'words',
			required: true,
		}),
	],
	async work({ values, imageSize }) {
		const words = values.list('words').slice(0, 25);
		const columns = Math.max(1, Math.ceil(Math.sqrt(words.length)));
		const side = imageSize / columns;
		const rows = Math.max(1, Math.ceil(words.length / columns));
		const tiles = words.map((word, index) =>
			tile(word, (index % columns) * side, Math.floor(index / columns) * side, side),
		);
		const board = fromSvg(
			imageSize,
			Math.round(rows * side),
			`<rect width="100%" height="100%" fill="#faf7f2"/>${tiles.join('')}`,
		);
		return { files: [await asPng(board, 'text-to-image')] };
	},
};

/** A word on a ground whose pattern and colour are the word's own. */
function tile(word: string, x: number, y: number, side: number): string {
	const random = seededRandom(seedOf(word));
	const hue = Math.floor(random() * 360);
	const gap = side * 0.03;
	const inner = side - 2 * gap;
	const dots = Array.from({ length: 14 }, () => {
		const at = `cx="${(x + gap + random() * inner).toFixed(1)}" cy="${(y + gap + random() * inner).toFixed(1)}"`;
		const tone = `hsl(${String(hue + Math.floor(random() * 50))} 70% ${String(45 + Math.floor(random() * 35))}%)`;
		return `<circle ${at} r="${(inner * (0.05 + random() * 0.16)).toFixed(1)}" fill="${tone}" fill-opacity="0.6"/>`;
	});
	const block = fitted(word, inner * 0.8, inner * 0.6, 'bold', inner * 0.22);
	const lines = block.lines.map((line, index) =>
		textLine(
			line,
			x + side / 2,
			y + side / 2 + block.size * (0.35 + index - (block.lines.length - 1) / 2),
			{
				weight: 'bold',
				size: block.size,
				fill: '#ffffff',
				anchor: 'middle',
			},
		),
	);
	const frame = `x="${String(x + gap)}" y="${String(y + gap)}" width="${String(inner)}" height="${String(inner)}" rx="${String(side * 0.04)}"`;
	const name = `t${String(Math.round(x))}-${String(Math.round(y))}`;
	return `<clipPath id="${name}"><rect ${frame}/></clipPath><g clip-path="url(#${name})">
		<rect ${frame} fill="hsl(${String(hue)} 55% 42%)"/>${dots.join('')}</g>${lines.join('')}`;
}
