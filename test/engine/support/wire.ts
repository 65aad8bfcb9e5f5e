import axios, { type InternalAxiosRequestConfig } from 'axios';

/** One request of n8n as it leaves. */
export interface Outgoing {
	method: string;
	url: URL;
	/** A header's value, by its name in any case. */
	header: (name: string) => string;
}

/** What happens on the way to the server; undefined: nothing. */
export interface WireFault {
	/** Only the requests to this origin. */
	origin: string;
	concerns(request: Outgoing): boolean | Promise<boolean>;
	/** How many requests still meet it. */
	left: number;
	/** How many have met it. */
	hits: number;
	/** Nobody listens there. */
	refuse?: boolean;
	/** How many ms it is waited for an answer, where the node would wait longer. */
	patienceMs?: number;
}

/** Its port answers every connection with a refusal. */
const NOBODY = 'http://127.0.0.1:9';

const faults = new Set<WireFault>();

const outgoing = (config: InternalAxiosRequestConfig): Outgoing | undefined => {
	if (config.url === undefined || !URL.canParse(config.url)) return undefined;
	return {
		method: (config.method ?? 'get').toUpperCase(),
		url: new URL(config.url),
		header: (name) => {
			const value = config.headers.get(name);
			return typeof value === 'string' ? value : '';
		},
	};
};

const meet = async (config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> => {
	const request = outgoing(config);
	if (!request) return config;
	for (const fault of faults) {
		if (fault.origin !== request.url.origin || fault.left === 0) continue;
		if (!(await fault.concerns(request))) continue;
		fault.left -= 1;
		fault.hits += 1;
		const { refuse = false, patienceMs = Infinity } = fault;
		return {
			...config,
			...(refuse ? { url: `${NOBODY}${request.url.pathname}` } : {}),
			timeout: Math.min(patienceMs, config.timeout ?? Infinity),
		};
	}
	return config;
};

axios.interceptors.request.use(meet);

/** Lets requests of n8n meet a fault until it is called off by what is returned. */
export const addWireFault = (fault: WireFault): (() => void) => {
	faults.add(fault);
	return () => faults.delete(fault);
};
