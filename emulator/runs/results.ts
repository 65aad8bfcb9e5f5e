import type { Product } from '../apps/work';
import type { Asset, RunResult } from '../control/types';
import type { FileStore } from '../files';
import { isRecord } from '../guards';
import { isoTime } from './run';

/**
 * Puts what an app made behind URLs that live so many hours.
 *
 * @param by the app's name
 * @param at epoch ms of the run's end
 */
export function storeResult(
	product: Product,
	files: FileStore,
	{ by, at, hours }: { by: string; at: number; hours: number },
): RunResult {
	const result: RunResult = { images: [], videos: [], audios: [] };
	const expiresAt = Math.floor(at / 1_000 + hours * 60 * 60);
	for (const { list, contentType, bytes, ...facts } of product.files) {
		const made = { tool: facts.tool, by };
		const file = files.add({ origin: 'result', contentType, bytes, made });
		const asset: Asset = {
			id: file.id,
			url: files.url(file, expiresAt),
			...facts,
			created_at: isoTime(file.createdAt),
		};
		result[list].push(asset);
	}
	return result;
}

/** The ids of the files in a result that has the usual shape. */
export function resultFileIds(result: unknown): string[] {
	if (!isRecord(result)) return [];
	return [result.images, result.videos, result.audios].flatMap((assets) => {
		if (!Array.isArray(assets)) return [];
		return assets.flatMap((asset: unknown) =>
			isRecord(asset) && typeof asset.id === 'string' ? [asset.id] : [],
		);
	});
}
