import { asJpeg, openPicture } from '../media/picture';
import type { App } from './app';
import { creationInput } from './inputs';

/** Always partial: the fourth of its steps fails, as happens in live pipelines of several nodes. */
export const fourVariations: App = {
	sqid: 'hT3kYw8NdQ',
	name: 'Four Variations',
	totalCost: 12,
	draft: false,
	mine: false,
	durationS: 15,
	fresh: false,
	inputs: [
		creationInput('image', {
			node: 'e4d3c2b1-a09f-4e8d-b7c6-5a4f3e2d1c5a',
			label: 'Picture',
			apiKey: 'picture',
			required: true,
		}),
	],
	async work({ values, imageSize }) {
		const picture = await openPicture(values.media('picture'), imageSize, 'Picture');
		const variations = [
			picture.clone().modulate({ hue: 120, saturation: 1.3 }),
			picture.clone().flatten({ background: '#fff' }).tint('#d98a2b'),
			picture
				.clone()
				.flatten({ background: '#fff' })
				.negate({ alpha: false })
				.modulate({ hue: 200 }),
		];
		const files = await Promise.all(
			variations.map((variation) => asJpeg(variation, 'image-to-image')),
		);
		return { files, error: "Node 'Variation 4' failed: the model is overloaded" };
	},
};
