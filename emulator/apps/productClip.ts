import sharp from 'sharp';
import { tune } from '../media/audio';
import { openPicture } from '../media/picture';
import { asMp4 } from '../media/video';
import type { App } from './app';
import { creationInput, numberInput } from './inputs';

const SIDE = 320;
const FRAME_RATE = 12;
const ZOOM = 1.35;

export const productClip: App = {
	sqid: 'vC9mR4sLbT',
	name: 'Product Clip',
	totalCost: 40,
	draft: false,
	mine: false,
	durationS: 90,
	fresh: false,
	inputs: [
		creationInput('image', {
			node: '8c1f0d3e-5b7a-4962-b0c4-3d2e1f0a9b38',
			label: 'Still picture',
			apiKey: 'still_picture',
			required: true,
		}),
		numberInput({
			node: '5d9e8f7a-6b5c-4d3e-a2f1-0b9c8d7e6f49',
			label: 'Seconds',
			apiKey: 'seconds',
			default: 1.5,
		}),
	],
	async work({ values, seed }) {
		const seconds = Math.min(4, Math.max(0.5, values.number('seconds', 1.5)));
		const still = await openPicture(values.media('still_picture'), SIDE * 2, 'Still picture');
		const square = await still
			.flatten({ background: '#ffffff' })
			.resize(SIDE * 2, SIDE * 2, { fit: 'cover' })
			.png()
			.toBuffer();
		const frames = zoom(square, Math.round(seconds * FRAME_RATE));
		const size = { width: SIDE, height: SIDE, frameRate: FRAME_RATE };
		const video = await asMp4(frames, size, 'image-to-video');
		return { files: [video, tune(seed, Math.max(2, seconds), 'music-generation')] };
	},
};

/** A slow zoom into the middle. */
async function* zoom(square: Buffer, count: number): AsyncGenerator<Buffer> {
	for (let frame = 0; frame < count; frame += 1) {
		const scale = 1 + (ZOOM - 1) * (frame / Math.max(1, count - 1));
		const side = Math.round((SIDE * 2) / scale);
		const edge = Math.floor((SIDE * 2 - side) / 2);
		yield await sharp(square)
			.extract({ left: edge, top: edge, width: side, height: side })
			.resize(SIDE, SIDE)
			.ensureAlpha()
			.raw()
			.toBuffer();
	}
}
