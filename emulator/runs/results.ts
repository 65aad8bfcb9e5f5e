import type { Product } from '../apps/work';
import type { Asset, RunResult } from '../control/types';
import type { FileStore } from '../files';
import { isRecord } from '../guards';
import { isoTime } from './run';

const LIFETIME_MS = 12 * 60 * 60 * 1000;

/** Puts what was made behind URLs that live twelve hours of run time. */
export function storeResult(product: Product, files: FileStore, timeScale: number): RunResult {
	const result: RunResult = { images: [], videos: [], audios: [] };
	for (const { list, contentType, bytes, ...facts } of product.files) {
		const lifetimeMs = LIFETIME_MS / timeScale;
		const file = files.add({ origin: 'result', contentType, bytes, lifetimeMs });
		const asset: Asset = {
			id: file.id,
			url: files.url(file),
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
