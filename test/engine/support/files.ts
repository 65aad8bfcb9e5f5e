import type { IBinaryData } from 'n8n-workflow';
import sharp from 'sharp';

/** A small picture, different for each colour. */
export const picture = async (
	colour: string,
	format: 'png' | 'gif' | 'jpeg' = 'png',
): Promise<Buffer> =>
	await sharp({ create: { width: 32, height: 32, channels: 3, background: colour } })
		.toFormat(format)
		.toBuffer();

/** A file as n8n keeps it in memory. */
export const binary = (bytes: Buffer, mimeType: string, fileName: string): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
	bytes: bytes.length,
});

export const bytesOf = ({ data }: IBinaryData): Buffer => Buffer.from(data, 'base64');
