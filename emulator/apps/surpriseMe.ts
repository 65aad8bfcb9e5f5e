import { asPng, fromSvg } from '../media/picture';
import { seededRandom } from '../random';
import type { App } from './app';

/** No inputs at all, and another picture each time. */
export const surpriseMe: App = {
	sqid: 'sUrPr1se2M',
	name: 'Surprise Me',
	totalCost: 2,
	draft: false,
	mine: false,
	durationS: 10,
	fresh: true,
	inputs: [],
	async work({ imageSize, seed }) {
		return {
			files: [await asPng(fromSvg(imageSize, imageSize, hills(seed, imageSize)), 'text-to-image')],
		};
	},
};

/** Ranges of hills under a sun, in colours of one evening. */
function hills(seed: number, size: number): string {
	const random = seededRandom(seed);
	const hue = Math.floor(random() * 360);
	const colour = (shift: number, saturation: number, lightness: number): string =>
		`hsl(${String((hue + shift) % 360)} ${String(saturation)}% ${String(lightness)}%)`;
	const sun = `<circle cx="${String(size * (0.2 + random() * 0.6))}" cy="${String(size * 0.36)}"
		r="${String(size * 0.12)}" fill="${colour(40, 95, 86)}"/>`;
	const ranges = Array.from({ length: 5 }, (_, range) => {
		const base = size * (0.45 + range * 0.11);
		const waves = [random() * 6, random() * 6];
		const points = Array.from({ length: 41 }, (_unused, step) => {
			const x = (step / 40) * size;
			const angle = (step / 40) * Math.PI * 2;
			const lift =
				Math.sin(angle * (1 + range * 0.5) + (waves[0] ?? 0)) * size * 0.05 +
				Math.sin(angle * 3 + (waves[1] ?? 0)) * size * 0.02;
			return `${x.toFixed(1)},${(base + lift).toFixed(1)}`;
		}).join(' ');
		const box = String(size);
		return `<polygon points="0,${box} ${points} ${box},${box}" fill="${colour(range * 14, 45, 62 - range * 12)}"/>`;
	});
	return `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
		<stop offset="0" stop-color="${colour(320, 60, 55)}"/><stop offset="0.7" stop-color="${colour(20, 85, 84)}"/>
	</linearGradient></defs><rect width="100%" height="100%" fill="url(#sky)"/>${sun}${ranges.join('')}`;
}
