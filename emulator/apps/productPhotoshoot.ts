import sharp from 'sharp';
import { cutOut } from '../media/cutout';
import { asJpeg, fromSvg, openPicture, sizeOf, stepOf } from '../media/picture';
import { textLine } from '../media/text';
import type { App } from './app';
import { creationInput, numberInput, selectInput, textInput } from './inputs';

const BACKDROPS: Record<string, { top: string; bottom: string; floor: string; extra: string }> = {
	studio: { top: '#ffffff', bottom: '#dfe3e8', floor: '#eef0f3', extra: '' },
	marble: {
		top: '#f7f5f2',
		bottom: '#d9d4cd',
		floor: '#efece7',
		extra: `<g fill="none" stroke="#b9b0a5" stroke-opacity="0.55" stroke-width="3">
			<path d="M-20 90 C 120 40 190 180 330 120 S 470 210 540 150"/>
			<path d="M40 -10 C 90 120 30 200 140 300 S 110 430 190 530"/>
			<path d="M360 -10 C 330 90 430 160 400 260 S 480 380 450 530"/></g>`,
	},
	sunset: {
		top: '#ff9a5a',
		bottom: '#5f2a6b',
		floor: '#f1c27d',
		extra: '<circle cx="380" cy="250" r="70" fill="#fff3c4" fill-opacity="0.9"/>',
	},
	forest: {
		top: '#dff0d0',
		bottom: '#2f6b4a',
		floor: '#4c5f35',
		extra: `<g fill="#1f4d36" fill-opacity="0.75">
			<path d="M40 360 L110 120 L180 360Z"/><path d="M150 370 L240 70 L330 370Z" fill-opacity="0.6"/>
			<path d="M330 360 L420 130 L500 360Z"/></g>`,
	},
};

export const productPhotoshoot: App = {
	sqid: 'n0LYQDBl58',
	name: 'Product Photoshoot',
	totalCost: 8,
	draft: false,
	mine: false,
	durationS: 25,
	fresh: false,
	inputs: [
		creationInput('image', {
			node: 'c2f6a0de-3c37-4b0b-9a54-0d6f5e1b8a21',
			label: 'Product photo',
			apiKey: 'product_photo',
			required: true,
		}),
		selectInput(
			[
				{ value: 'studio', label: 'White studio' },
				{ value: 'marble', label: 'Marble table' },
				{ value: 'sunset', label: 'Beach at sunset' },
				{ value: 'forest', label: 'Forest floor' },
			],
			{
				node: '1e8b7c55-0a7e-4f7d-bb0e-6b0f5a3c9d42',
				label: 'Background',
				apiKey: 'background',
				default: 'studio',
			},
		),
		numberInput({
			node: '93d0f1a7-6a2c-4e58-8c3d-7f4b2e1d0c63',
			label: 'Padding',
			apiKey: 'padding',
			default: 40,
		}),
		textInput({
			node: 'd5a4c3b2-9f8e-4d7c-a6b5-1c2d3e4f5a84',
			label: 'Caption',
			apiKey: 'caption',
			mode: 'input',
			placeholder: 'Spring collection',
		}),
	],
	async work({ values, imageSize }) {
		const backdrop = BACKDROPS[values.text('background')] ?? BACKDROPS.studio;
		const padding = Math.min(200, Math.max(0, values.number('padding', 40)));
		const room = Math.max(64, Math.round(imageSize * (1 - (2 * padding) / 512) * 0.78));
		const product = await openPicture(values.media('product_photo'), room, 'Product photo');
		const cut = await cutOut(product);
		const { width, height } = await sizeOf(sharp(cut));
		const floorY = imageSize * 0.82;
		const left = Math.round((imageSize - width) / 2);
		const top = Math.round(Math.max(imageSize * 0.04, floorY - height));
		const caption = values.text('caption');
		const scene = fromSvg(imageSize, imageSize, sceneOf(backdrop, imageSize)).composite([
			{ input: await shadow(imageSize, top + height, width), blend: 'multiply' },
			{ input: cut, left, top },
			...(caption === '' ? [] : [{ input: await captionLayer(caption, imageSize) }]),
		]);
		return { files: [await asJpeg(scene, 'product-photography')] };
	},
};

function sceneOf(backdrop: (typeof BACKDROPS)[string] | undefined, size: number): string {
	const { top, bottom, floor, extra } = backdrop ?? {
		top: '#fff',
		bottom: '#ddd',
		floor: '#eee',
		extra: '',
	};
	return `<defs>
		<linearGradient id="wall" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/>
		</linearGradient>
		<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="${floor}" stop-opacity="0"/>
			<stop offset="0.35" stop-color="${floor}"/>
		</linearGradient>
	</defs>
	<rect width="100%" height="100%" fill="url(#wall)"/>
	<g transform="scale(${String(size / 512)})">${extra}</g>
	<rect y="62%" width="100%" height="38%" fill="url(#floor)"/>`;
}

async function shadow(size: number, floorY: number, width: number): Promise<Buffer> {
	const ellipse = `<rect width="100%" height="100%" fill="#fff"/>
		<ellipse cx="${String(size / 2)}" cy="${String(floorY)}" rx="${String(width * 0.46)}"
			ry="${String(size * 0.035)}" fill="#000" fill-opacity="0.45"/>`;
	return fromSvg(size, size, ellipse)
		.blur(size / 45)
		.png()
		.toBuffer();
}

async function captionLayer(caption: string, size: number): Promise<Buffer> {
	const line = textLine(caption, size / 2, size * 0.945, {
		weight: 'bold',
		size: size * 0.055,
		fill: '#1d2129',
		anchor: 'middle',
		opacity: 0.85,
	});
	return stepOf(fromSvg(size, size, line));
}
