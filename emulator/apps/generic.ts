import { asJpeg, fromSvg, openPicture, asPng } from '../media/picture';
import { fitted, textLine } from '../media/text';
import type { InputFacts } from './app';
import type { Work } from './work';

/** What an app that tests added does: its first picture in sepia, or a card with its texts. */
export function generic(name: string, inputs: InputFacts[]): Work {
	return async ({ values, imageSize, seed }) => {
		const picture = values.allMedia().find((media) => media.mediaType === 'image');
		if (picture !== undefined) {
			const opened = await openPicture(picture, imageSize, inputs[0]?.label ?? 'Input');
			return { files: [await asJpeg(opened.tint('#c8a068'), 'image-editor')] };
		}
		const text = [name, ...values.allTexts()].join(' ');
		const block = fitted(text, imageSize * 0.8, imageSize * 0.8, 'bold', imageSize / 6);
		const lines = block.lines.map((line, index) =>
			textLine(line, imageSize * 0.1, imageSize * 0.1 + block.size * (1 + index * 1.15), {
				weight: 'bold',
				size: block.size,
				fill: '#ffffff',
			}),
		);
		const ground = `<rect width="100%" height="100%" fill="hsl(${String(seed % 360)} 45% 35%)"/>`;
		const card = fromSvg(imageSize, imageSize, ground + lines.join(''));
		return { files: [await asPng(card, 'text-to-image')] };
	};
}
