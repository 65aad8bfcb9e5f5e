import { rename, rm, writeFile } from 'node:fs/promises';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
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

/** A file as the binary data of an item given to a test's workflow. */
export const binary = (bytes: Buffer, mimeType: string, fileName: string): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
});

/** Where n8n keeps the files of executions: in the item itself, or on disk (its default since 2.0). */
export const keepFilesIn = async (place: 'memory' | 'disk'): Promise<void> => {
	Container.get(BinaryDataConfig).mode = place === 'disk' ? 'filesystem' : 'default';
	await Container.get(BinaryDataService).init();
};

/** Puts a file where the folder of n8n's files was; returns what brings the folder back. */
export const spoilStorage = async (): Promise<() => Promise<void>> => {
	const folder = Container.get(BinaryDataConfig).localStoragePath;
	await rename(folder, `${folder}.away`);
	await writeFile(folder, '');
	return async () => {
		await rm(folder);
		await rename(`${folder}.away`, folder);
	};
};

/** The content of a file, wherever n8n keeps it. */
export const bytesOf = async (file: IBinaryData | undefined): Promise<Buffer> => {
	if (!file) throw new Error('There is no file');
	return await Container.get(BinaryDataService).getAsBuffer(file);
};
