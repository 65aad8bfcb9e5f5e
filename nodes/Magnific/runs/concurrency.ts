/** Lets tasks in, `limit` at once (0 = all), in the order in which they came. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

export const gate = (limit: number): Gate => {
	const queue: Array<() => void> = [];
	let inside = 0;
	return async (task) => {
		if (limit > 0 && inside >= limit) {
			await new Promise<void>((resolve) => {
				queue.push(resolve);
			});
		} else {
			inside += 1;
		}
		try {
			return await task();
		} finally {
			const next = queue.shift();
			if (next) next();
			else inside -= 1;
		}
	};
};
