import sharp from 'sharp';

/** A picture of one colour with a darker square in its middle. */
export async function picture(colour: string, format: 'png' | 'jpeg' = 'png'): Promise<Buffer> {
	const square = { create: { width: 60, height: 60, channels: 3, background: '#333333' } } as const;
	return sharp({ create: { width: 160, height: 120, channels: 3, background: colour } })
		.composite([{ input: square }])
		.toFormat(format)
		.toBuffer();
}

export function dataUri(bytes: Buffer, contentType: string): string {
	return `data:${contentType};base64,${bytes.toString('base64')}`;
}

/** The mean red, green and blue (0 to 255) of a picture. */
export async function meanColour(bytes: Buffer): Promise<[number, number, number]> {
	const { channels } = await sharp(bytes).stats();
	const [red, green, blue] = channels;
	return [red?.mean ?? 0, green?.mean ?? 0, blue?.mean ?? 0];
}
